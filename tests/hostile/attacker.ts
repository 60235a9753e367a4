/**
 * A hostile member with its peers, its connections, and the values that it makes up.
 *
 * @module
 */
import { type Channel, type Json, Rejected } from "./channel.ts";
import { type Dice, extremeNumbers, hostileTexts } from "./dice.ts";
import { attacks, type News, newsOf, silent } from "./member_attacks.ts";
import { answer, Peer } from "./peer.ts";
import type { Trap } from "./trap.ts";
import type { RecordContent } from "./view.ts";

/** Hostile peers that listen; each answers in another wrong way. */
const peersCount = 6;

/** What a member has to work with. */
export interface MemberScene {
  readonly dice: Dice;
  readonly trap: Trap;
  readonly cookie: string;
  /** The honest nodes, as their rows have told. */
  readonly honest: readonly (Omit<RecordContent, "state">)[];
}

/** How hostile peers answer those who ask them. */
const answers: readonly ((attacker: Attacker) => typeof answer)[] = [
  () => silent,
  () => (_peer, channel) => channel.close(),
  ({ dice }) => (_peer, channel, id) => void channel.send("answer", id, dice.bytes(100)),
  () => (_peer, channel, id) => void channel.send("answer", id, { kind: "pong" }),
  (attacker) => (_peer, channel, id) => {
    const { dice } = attacker;
    const content = {
      incarnation: dice.pick(extremeNumbers),
      fingerprint: dice.pick(extremeNumbers),
    };
    const record = dice.oneIn(2) ? { record: attacker.record() } : {};
    void channel.send("answer", id, { kind: "pong", content: { ...content, ...record } });
  },
  (attacker) => (peer, channel, id, request) => {
    if ((request as { kind: string }).kind !== "sync") return answer(peer, channel, id, request);
    const records = Array.from({ length: 40 }, () => attacker.record());
    const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);
    void channel.send("answer", id, { kind: "sync", buckets, records, more: true });
  },
];

/** @throws what is no end of a connection */
function onlyEnded(error: unknown): void {
  const isEnd = error instanceof Rejected ||
    Object.values(Deno.errors).some((kind) => error instanceof kind);
  if (!isEnd) throw error;
}

/** A member that attacks, with its peers and connections. */
export class Attacker implements AsyncDisposable {
  readonly dice: Dice;
  readonly trap: Trap;
  readonly honest: MemberScene["honest"];
  readonly #cookie: string;
  readonly #peers: Peer[] = [];
  readonly #passing: Peer[] = [];
  readonly #channels = new Map<number, Channel>();
  constructor({ dice, trap, honest, cookie }: MemberScene) {
    this.dice = dice;
    this.trap = trap;
    this.honest = honest;
    this.#cookie = cookie;
    this.#peers = answers.slice(0, peersCount).map((onRequest, index) =>
      this.#open(`hostile${index}@127.0.0.1`, dice.instance(), onRequest(this))
    );
  }

  /**
   * All attacks on one node each, then at random, `pauseMs` apart, until `endMs`.
   *
   * @returns how many of them found a node that talked to them
   */
  async run(pauseMs: number, endMs: number): Promise<number> {
    const all = Object.values(attacks);
    let made = 0;
    for (let turn = 0; performance.now() < endMs; turn++) {
      const attack = all[turn] ?? this.dice.pick(all);
      // A node that has closed, or is gone, is for those to judge who watch the nodes.
      const target = this.dice.below(this.honest.length);
      await attack(this, target).then(() => made++, onlyEnded);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return made;
  }

  /** Where an honest node answers. */
  addressOf(target: number): { hostname: string; port: number } {
    const address = this.honest[target]?.addresses[0];
    if (address === undefined) throw new Error("Every honest node has told an address");
    return { hostname: address.host, port: address.port };
  }

  /** A peer of another name, which passes after a while. */
  async join(name: string, instance: string, onRequest: typeof answer): Promise<Peer> {
    if (this.#passing.length > 5) await this.#passing.shift()?.[Symbol.asyncDispose]();
    const peer = this.#open(name, instance, onRequest);
    this.#passing.push(peer);
    return peer;
  }

  /** A record that may be about anybody and say anything, mostly within what a reader takes. */
  record(): RecordContent & { cause?: Json } {
    const { dice, trap, honest } = this;
    const victim = dice.pick(honest);
    const name = dice.pick([victim.name, victim.name, `made-up${dice.below(10)}@127.0.0.1`]);
    const { incarnation } = victim;
    return {
      name,
      instance: dice.pick([
        victim.instance,
        victim.instance,
        dice.pick(honest).instance,
        dice.instance(),
      ]),
      incarnation: dice.pick([
        incarnation,
        incarnation + 1,
        incarnation + 2,
        dice.pick(extremeNumbers),
      ]),
      state: dice.pick(["alive", "failed", "left"]),
      addresses: dice.oneIn(2) ? victim.addresses : trap.addresses(8),
      tags: { [dice.pick(hostileTexts).slice(0, 64)]: dice.pick(hostileTexts) },
      startedAt: dice.pick(hostileTexts).slice(0, 40),
      software: dice.pick(hostileTexts).slice(0, 100),
      ...(dice.oneIn(2)
        ? { cause: { kind: "refused", accusers: honest.map((one) => one.name) } }
        : {}),
    };
  }

  tell(target: number, news: Partial<News>): Promise<void> {
    return this.send(target, "notice", newsOf(news));
  }

  ask(target: number, request: Json): Promise<void> {
    return this.over(target, (channel) => channel.ask(request));
  }

  send(target: number, kind: "request" | "answer" | "notice", body: Json): Promise<void> {
    return this.over(target, (channel) => channel.send(kind, 0, body));
  }

  /** Does something over a connection to that node; it is opened anew when it has ended. */
  async over(target: number, work: (channel: Channel) => Promise<void>): Promise<void> {
    let channel = this.#channels.get(target);
    if (channel === undefined || channel.ended) {
      channel = await this.dice.pick(this.#peers).dial(this.addressOf(target));
      this.#channels.set(target, channel);
    }
    await work(channel);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#peers, ...this.#passing];
    await Promise.all(all.map((peer) => peer[Symbol.asyncDispose]()));
  }

  #open(name: string, instance: string, onRequest: typeof answer): Peer {
    return new Peer({ cookie: this.#cookie, name, instance, onRequest });
  }
}
