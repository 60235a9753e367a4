/**
 * Inputs for the core in any order: answers to what it has asked, late, doubled and for numbers that
 * it never gave, and whatever peers and the registry may say.
 *
 * All of it comes in as it does in a node, through the schemas of rows and messages; what these refuse
 * the core never sees.
 *
 * @module
 */
import { serviceStates } from "../../lib/core/members/service.ts";
import { decodeHello, encodeHello } from "../../lib/protocol/hello.ts";
import type { Effect, Input, PingContent } from "../../lib/core/input.ts";
import type { BeamPingOutcome, Peer, PingOutcome } from "../../lib/core/input.ts";
import { decodeAnswer, decodeNotice, decodeRequest } from "../../lib/protocol/message.ts";
import { encodeMessage } from "../../lib/protocol/message.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { bucketsMin } from "../../lib/core/members/buckets.ts";
import { decodeRow, encodeRow } from "../../lib/core/members/row.ts";
import type { Row, StoredRow, StoredTimestamp } from "../../lib/core/members/row.ts";
import type { Chance } from "./chance.ts";

/** How often an input of each kind is drawn, compared with the others. */
const weights = {
  "wake": 4,
  "listed": 12,
  "registry-hint": 2,
  "list-failed": 2,
  "written": 8,
  "write-conflict": 3,
  "write-failed": 2,
  "removed": 1,
  "remove-conflict": 1,
  "remove-failed": 1,
  "ping-ended": 20,
  "pinged": 12,
  "lost": 3,
  "late": 2,
  "told": 14,
  "probe-asked": 4,
  "probe-ended": 4,
  "sync-asked": 3,
  "synced": 4,
  "moved": 1,
  "described": 1,
  "beam-ping-ended": 4,
  "beam-pinged": 2,
  "beam-lost": 2,
  "leave": 0.05,
  "forget": 2,
} as const satisfies Readonly<Record<Input["kind"], number>>;

const kinds = Object.keys(weights) as Input["kind"][];
const weightOfAll = Object.values(weights).reduce<number>((sum, weight) => sum + weight, 0);

/** Numbers that the core waits for, and some that it does no longer. */
class Numbers {
  readonly #numbers: number[] = [];

  add(number: number): void {
    this.#numbers.push(number);
    if (this.#numbers.length > 40) this.#numbers.shift();
  }

  pick(chance: Chance): number {
    if (this.#numbers.length === 0 || chance.once(20)) return chance.count();
    return chance.once(3) ? chance.pick(this.#numbers) : this.#numbers.at(-1) as number;
  }
}

/** Draws inputs for one core, whose effects it is shown. */
export class Inputs {
  readonly #chance: Chance;
  readonly #pings = new Numbers();
  readonly #probes = new Numbers();
  readonly #beamPings = new Numbers();
  readonly #rows = new Map<NodeName, StoredRow>();
  /** True if whoever is pinged says the same each time, as one does who only repeats what it heard. */
  readonly #areParrots: boolean;
  #written: Row | undefined;
  #removing: NodeName | undefined;
  #versions = 0;
  #replies = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#areParrots = chance.once(4);
  }

  /** Notes what the core has asked for and told. */
  see(effect: Effect): void {
    const { told } = this.#chance;
    switch (effect.kind) {
      case "ping":
        if (effect.content.record !== undefined) told.push(effect.content.record);
        return this.#pings.add(effect.ping);
      case "beam-ping":
        return this.#beamPings.add(effect.ping);
      case "ask-probe":
        return this.#probes.add(effect.probe);
      case "write":
        this.#written = { ...effect.row, activeAt: "" };
        return;
      case "remove":
        this.#removing = effect.name;
        return;
      case "tell":
        told.push(...effect.news.records);
        if (told.length > 20) told.splice(0, told.length - 20);
    }
  }

  /** The next input; `undefined` if what was drawn is refused where it comes in. */
  draw(): Input | undefined {
    return this.#input(this.#kind());
  }

  /** How a ping may end. */
  outcome(): PingOutcome | undefined {
    const chance = this.#chance;
    if (!this.#areParrots && chance.once(2)) return { kind: chance.failure(), detail: "it did" };
    const content = this.#areParrots ? { incarnation: 0, fingerprint: 0 } : this.#content();
    const answer = decodeAnswer(encodeMessage({ kind: "pong", content }));
    if (answer?.kind !== "pong" || answer.content === undefined) return undefined;
    return {
      kind: "pong",
      roundTripUs: chance.pick([0, 200, 5_000_000]),
      address: { host: "10.0.0.9", port: 4001 },
      ...answer.content,
    };
  }

  #kind(): Input["kind"] {
    let left = this.#chance.below(weightOfAll * 100) / 100;
    return kinds.find((kind) => (left -= weights[kind]) < 0) ?? "wake";
  }

  #input(kind: Input["kind"]): Input | undefined {
    switch (kind) {
      case "wake":
      case "registry-hint":
      case "leave":
        return { kind };
      case "list-failed":
      case "write-failed":
        return { kind, reason: "it is away" };
      case "listed":
      case "written":
      case "write-conflict":
      case "removed":
      case "remove-conflict":
      case "remove-failed":
        return this.#ofRegistry(kind);
      case "beam-ping-ended":
      case "beam-pinged":
      case "beam-lost":
        return this.#ofBeams(kind);
      default:
        return this.#ofPeers(kind);
    }
  }

  #ofRegistry(
    kind:
      & Input["kind"]
      & ("listed" | "written" | "write-conflict" | "removed" | "remove-conflict" | "remove-failed"),
  ): Input {
    const chance = this.#chance;
    const name = this.#removing ?? chance.name();
    switch (kind) {
      case "listed":
        return {
          kind,
          rows: this.#listing(),
          beams: chance.some(3, (): StoredTimestamp => ({
            name: chance.name(),
            version: `${chance.below(5)}`,
            registry: chance.below(2),
          })),
        };
      case "written": {
        const version = `v${++this.#versions}`;
        const row = this.#written;
        if (row !== undefined) this.#rows.set(row.name, { row, version });
        return { kind, version };
      }
      case "write-conflict":
        return { kind, current: chance.once(4) ? undefined : this.#row(this.#written?.name) };
      case "removed":
        this.#rows.delete(name);
        return { kind, name };
      case "remove-conflict":
        return { kind, name, current: this.#rows.get(name) };
      case "remove-failed":
        return { kind, name, reason: "it has changed" };
    }
  }

  #ofBeams(kind: Input["kind"] & ("beam-ping-ended" | "beam-pinged" | "beam-lost")): Input {
    const chance = this.#chance;
    switch (kind) {
      case "beam-ping-ended": {
        const address = { host: "10.0.0.9", port: 4369 };
        const outcome: BeamPingOutcome = chance.once(2)
          ? { kind: chance.failure(), detail: "it did" }
          : { kind: "pong", roundTripUs: 300, address, creation: chance.below(4) };
        return { kind, ping: this.#beamPings.pick(chance), outcome };
      }
      case "beam-pinged":
        return { kind, from: chance.name(), reply: ++this.#replies };
      case "beam-lost":
        return { kind, name: chance.name() };
    }
  }

  #ofPeers(kind: Input["kind"]): Input | undefined {
    const chance = this.#chance;
    switch (kind) {
      case "ping-ended": {
        const outcome = this.outcome();
        return outcome && { kind, ping: this.#pings.pick(chance), outcome };
      }
      case "pinged":
        return this.#pinged();
      case "lost":
      case "late":
        return { kind, name: chance.name(), instance: chance.instance() };
      case "told": {
        const notice = decodeNotice(encodeMessage({ kind: "news", news: chance.news() }));
        return notice && { kind, news: notice.news };
      }
      case "probe-asked": {
        const subject = this.#peer();
        const request = subject && decodeRequest(encodeMessage({ kind: "probe", subject }));
        if (request?.kind !== "probe") return undefined;
        return { kind, subject: request.subject, reply: ++this.#replies };
      }
      case "probe-ended":
        return {
          kind,
          probe: this.#probes.pick(chance),
          reached: chance.pick([true, false, undefined]),
        };
      case "moved": {
        const addresses = chance.addresses();
        return addresses.length === 0 ? undefined : { kind, addresses };
      }
      case "described": {
        const state = chance.pick(serviceStates);
        const service = { state, reason: chance.pick(["", "exit code 1"]), port: 8080 };
        return chance.once(2) ? { kind, service } : { kind, tags: { zone: chance.name() } };
      }
      case "forget":
        return { kind, name: chance.name(), dryRun: chance.once(4), reply: ++this.#replies };
      default:
        return this.#sync(kind);
    }
  }

  #sync(kind: Input["kind"]): Input | undefined {
    const chance = this.#chance;
    if (kind === "sync-asked") {
      const length = bucketsMin * chance.pick([1, 1, 1, 2, 3, 32, 64]);
      const buckets = Array.from({ length }, () => chance.once(2) ? 0 : 2 ** 31 - 1);
      const request = decodeRequest(encodeMessage({ kind: "sync", buckets }));
      if (request?.kind !== "sync") return undefined;
      return { kind, buckets: request.buckets, reply: ++this.#replies };
    }
    const answer = decodeAnswer(encodeMessage({
      kind: "sync",
      buckets: chance.some(64, () => chance.below(chance.pick([64, 2048]))),
      records: chance.some(5, () => chance.record()),
      more: chance.once(3),
    }));
    if (answer?.kind !== "sync") return undefined;
    return { ...answer, kind: "synced", from: chance.instance() };
  }

  #pinged(): Input | undefined {
    const from = this.#peer();
    const request = decodeRequest(encodeMessage({ kind: "ping", content: this.#content() }));
    if (from === undefined || request?.kind !== "ping" || request.content === undefined) {
      return undefined;
    }
    return { kind: "pinged", from, content: request.content, reply: ++this.#replies };
  }

  #content(): PingContent {
    const chance = this.#chance;
    return {
      incarnation: chance.count(),
      fingerprint: chance.once(3) ? 0 : chance.pick([1, 2 ** 32 - 1]),
      record: chance.once(3) ? chance.record() : undefined,
    };
  }

  #peer(): Peer | undefined {
    const chance = this.#chance;
    return decodeHello(encodeHello({
      role: "member",
      cluster: "default",
      name: chance.name(),
      instance: chance.instance(),
      addresses: chance.addresses(),
      software: "fuzz",
    }));
  }

  /** Rows that change a little from listing to listing. */
  #listing(): StoredRow[] {
    const chance = this.#chance;
    for (let changes = chance.below(4); changes > 0; changes--) {
      const name = chance.name();
      if (chance.once(4)) this.#rows.delete(name);
      else this.#row(name);
    }
    return chance.once(10) ? [] : [...this.#rows.values()];
  }

  /** A new row under that name, if it is a legal one. */
  #row(name: NodeName | undefined): StoredRow | undefined {
    if (name === undefined) return undefined;
    const chance = this.#chance;
    const known = this.#rows.get(name)?.row;
    const drawn = { ...chance.row(), name };
    const row = known !== undefined && chance.once(2)
      ? { ...known, heartbeat: known.heartbeat + chance.below(3) - 1 }
      : drawn;
    const decoded = decodeRow(name, encodeRow(row));
    if (decoded.kind !== "row") return undefined;
    const stored = { row: decoded.row, version: `v${++this.#versions}` };
    this.#rows.set(name, stored);
    return stored;
  }
}
