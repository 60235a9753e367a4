/**
 * What a hostile member tries: somebody who holds the cookie, and so may join and tell, but makes no
 * honest node false, late or fail.
 *
 * @module
 */
import type { Attacker } from "./attacker.ts";
import type { Json } from "./channel.ts";
import { extremeNumbers, hostileTexts } from "./dice.ts";
import { bytesOf, joined } from "./noise.ts";

/** The largest body that fits a frame, in bytes. */
const bodyMax = 65_515;

/** One thing to try over a connection to the honest node that is given by its place. */
export type Attack = (attacker: Attacker, target: number) => Promise<unknown>;

/** All that is tried. */
export const attacks: Readonly<Record<string, Attack>> = {
  forgedRecords(attacker, target) {
    const count = 1 + attacker.dice.below(20);
    return attacker.tell(target, {
      records: Array.from({ length: count }, () => attacker.record()),
    });
  },

  forgedVotes(attacker, target) {
    const { dice, honest } = attacker;
    const subject = dice.pick(honest);
    const votes = honest.map((voter) => ({
      subject: subject.instance,
      subjectName: subject.name,
      incarnation: dice.pick([subject.incarnation, ...extremeNumbers]),
      voter: dice.oneIn(3) ? dice.instance() : voter.instance,
      voterName: voter.name,
      sequence: dice.pick(extremeNumbers),
      kind: "refused",
      conclusive: true,
    }));
    return attacker.tell(target, { votes });
  },

  forgedWitnesses(attacker, target) {
    const { dice, honest } = attacker;
    const sightings = honest.map(({ name, instance }) => ({
      name,
      instance,
      heartbeat: dice.pick(extremeNumbers),
    }));
    return attacker.tell(target, { sightings });
  },

  largeNotice(attacker, target) {
    const records: Json[] = [];
    for (let bytes = 0; bytes < bodyMax;) {
      const record = attacker.record();
      bytes += JSON.stringify(record).length + 1;
      records.push(record);
    }
    const words = JSON.stringify(newsOf({ records: records.slice(0, -1) }));
    return attacker.send(target, "notice", bytesOf(words.padEnd(bodyMax)).slice(0, bodyMax));
  },

  largeRecord(attacker, target) {
    const tags = Object.fromEntries(
      Array.from({ length: 32 }, (_, index) => [`${index}`.padEnd(64, "\x01"), "\x01".repeat(256)]),
    );
    return attacker.tell(target, { records: [{ ...attacker.record(), tags }] });
  },

  malformedBodies(attacker, target) {
    const { dice } = attacker;
    const body = dice.pick([
      () => new Uint8Array(0),
      () => dice.bytes(dice.below(300)),
      () => bytesOf("[".repeat(bodyMax)),
      () => bytesOf('{"kind":'.repeat(5000)),
      () => bytesOf("null"),
      () => bytesOf('{"kind":"news","news":{"records":[],"votes":[],"sightings":[null]}}'),
      () => bytesOf(`{"kind":"ping","content":{"incarnation":${"9".repeat(400)},"fingerprint":0}}`),
      () => bytesOf('{"kind":"__proto__","__proto__":{"kind":"leave"}}'),
    ])();
    return attacker.send(target, dice.pick(["request", "answer", "notice"]), body);
  },

  malformedEnvelopes(attacker, target) {
    const { dice } = attacker;
    const plain = dice.pick([
      () => new Uint8Array(0),
      () => Uint8Array.of(dice.below(256)),
      () => Uint8Array.of(1, 0, 0),
      () => joined(Uint8Array.of(4), bytesOf("{}")),
      () => dice.bytes(1 + dice.below(65_000)),
    ])();
    return attacker.over(target, (channel) => channel.sendPlain(plain));
  },

  malformedFrames(attacker, target) {
    const { dice } = attacker;
    const bytes = dice.pick([
      () => new Uint8Array(4),
      () => Uint8Array.of(0xff, 0xff, 0xff, 0xff),
      () => Uint8Array.of(0, 1, 0, 1),
      () => joined(Uint8Array.of(0, 0, 0, 100), dice.bytes(100)),
      () => dice.bytes(dice.below(5000)),
    ])();
    return attacker.over(target, (channel) => channel.sendBytes(bytes));
  },

  unknownRequests(attacker, target) {
    const { dice } = attacker;
    return attacker.ask(target, { kind: dice.pick(["upgrade", ...hostileTexts]), more: [1, 2] });
  },

  commands(attacker, target) {
    const { dice, honest } = attacker;
    const { name } = dice.pick(honest);
    return attacker.ask(
      target,
      dice.pick<Json>([
        { kind: "members", after: dice.oneIn(2) ? name : dice.pick(hostileTexts) },
        { kind: "members" },
        { kind: "links" },
        { kind: "explain", name },
        { kind: "events", from: dice.pick(extremeNumbers) },
        { kind: "health" },
        // It must be refused, as nobody of these is dead.
        { kind: "forget", name, dryRun: dice.oneIn(2) },
      ]),
    );
  },

  pings(attacker, target) {
    const { dice } = attacker;
    const content = {
      incarnation: dice.pick(extremeNumbers),
      fingerprint: dice.pick([dice.below(2 ** 32), ...extremeNumbers]),
      ...(dice.oneIn(2) ? { record: attacker.record() } : {}),
    };
    return attacker.ask(target, { kind: "ping", content });
  },

  probes(attacker, target) {
    const { dice, honest, trap } = attacker;
    const { name, instance } = dice.pick(honest);
    const subject = {
      name: dice.oneIn(3) ? "nobody@127.0.0.1" : name,
      instance: dice.oneIn(3) ? dice.instance() : instance,
      addresses: trap.addresses(8),
    };
    return attacker.ask(target, { kind: "probe", subject });
  },

  syncs(attacker, target) {
    const { dice } = attacker;
    const buckets = Array.from(
      { length: dice.pick([0, 1, 64, 64, 65, 128, 192, 2048, 4096, 5000]) },
      () => dice.pick([dice.below(2 ** 32), ...extremeNumbers]),
    );
    return attacker.ask(target, { kind: "sync", buckets });
  },

  strayAnswers(attacker, target) {
    const { dice } = attacker;
    const body = {
      kind: "pong",
      content: { incarnation: dice.pick(extremeNumbers), fingerprint: 0 },
    };
    return attacker.over(target, (channel) => channel.send("answer", dice.below(50), body));
  },

  async flood(attacker, target) {
    for (let count = 0; count < 50; count++) await attacker.ask(target, { kind: "ping" });
    for (let count = 0; count < 10; count++) await attacker.ask(target, { kind: "members" });
  },

  /** Somebody else under the name of an honest node, that has this process's listener for address. */
  async otherInstance(attacker, target) {
    const victim = attacker.honest[(target + 1) % attacker.honest.length];
    if (victim === undefined) return;
    const { name, incarnation } = victim;
    const peer = await attacker.join(name, attacker.dice.instance(), silent);
    peer.incarnation = incarnation + attacker.dice.below(3);
    const channel = await peer.dial(attacker.addressOf(target));
    await channel.ask({ kind: "ping", content: peer.content });
    await channel.send("notice", 0, newsOf({ records: [peer.record] }));
  },
};

/** Never answers. */
export function silent(): void {}

/** News of any content. */
export interface News {
  readonly records: readonly Json[];
  readonly votes: readonly Json[];
  readonly sightings: readonly Json[];
}

/** A notice with that news. */
export function newsOf(news: Partial<News>): Json {
  return { kind: "news", news: { records: [], votes: [], sightings: [], ...news } };
}
