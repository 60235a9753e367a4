/**
 * What one step of the core costs in clusters of several sizes, beside a row read and written.
 *
 * One real core stands among members that are only played: they answer its pings, ping it as often
 * as real ones would, and now and then one of them fails, refutes it or comes back. Time is virtual
 * and passes as fast as it can; what it takes is divided by the number of steps.
 *
 * @module
 */
import { simSettings } from "../../lib/simulation/sim_settings.ts";
import type { Effect, Input, Peer } from "../../lib/core/input.ts";
import { Membership } from "../../lib/core/membership.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import { makeRecord } from "../../lib/core/members/record.ts";
import type { MemberRecord } from "../../lib/core/members/record.ts";
import { decodeRow, encodeRow, type Row } from "../../lib/core/members/row.ts";
import type { Settings } from "../../lib/core/settings.ts";
import { EventQueue } from "../../lib/simulation/event_queue.ts";
import { type Effort, type Figure, figure, type Round } from "./figure.ts";

/** Virtual time that passes between two looks at the real clock, in milliseconds. */
const sliceMs = 50;

/** Watchers of one member, each of which pings it once per interval. */
const watchers = 10;

/** Pause between two changes of members, in milliseconds. */
const churnMs = 500;

const roundTripMs = 2;
const intervalMs = 1000;

/** Cost per step for each size of cluster. */
export function measureCore({ quick }: Effort): Figure[] {
  return [10, 100, 1000, 10_000].map((members) => {
    const core = new OneAmongMany(members);
    const rounds: Round[] = [];
    for (let round = -1; round < 5; round++) {
      const reference = referenceUs();
      const stepUs = core.stepUs(quick ? 100 : 500);
      if (round >= 0) rounds.push([stepUs, reference]);
    }
    return figure(
      { name: `core: a step among ${members}`, reference: "one row in and out", unit: "µs" },
      rounds,
    );
  });
}

/** A core and the members that are played for it. */
class OneAmongMany {
  readonly #queue = new EventQueue();
  readonly #random = seededRandom(1);
  readonly #core: Membership;
  readonly #members: MemberRecord[];
  readonly #byInstance: Map<string, MemberRecord>;
  /** Of the core: all others know the same. */
  #fingerprint = 0;
  #steps = 0;
  #alarmAt = Infinity;

  constructor(members: number) {
    this.#members = Array.from({ length: members - 1 }, (_, index) => memberOf(index + 1));
    this.#byInstance = new Map(this.#members.map((member) => [member.instance, member]));
    this.#core = new Membership(settings, this.#random.fork(), 0);
    this.#take({ kind: "wake" });
    const news = { records: this.#members, votes: [], sightings: [] };
    this.#queue.at(100, () => this.#take({ kind: "told", news }));
    for (let watcher = 0; watcher < Math.min(watchers, members - 1); watcher++) {
      this.#queue.at(200 + watcher * 97, () => this.#pingIt(watcher));
    }
    this.#queue.at(churnMs, () => this.#churn());
    this.#run(5000);
  }

  /** Mean cost of a step over about `durationMs` of real time, in microseconds. */
  stepUs(durationMs: number): number {
    this.#steps = 0;
    const begun = performance.now();
    let passedMs = 0;
    while (passedMs < durationMs || this.#steps === 0) {
      this.#run(sliceMs);
      passedMs = performance.now() - begun;
    }
    return 1000 * passedMs / this.#steps;
  }

  #run(durationMs: number): void {
    const until = this.#queue.now + durationMs;
    while (this.#queue.takeNext(until));
    this.#queue.advance(until);
  }

  #take(input: Input): void {
    this.#steps++;
    const { now } = this.#queue;
    for (const effect of this.#core.step(input, now)) this.#answer(effect);
    const { wakeAt } = this.#core;
    if (wakeAt >= this.#alarmAt && this.#alarmAt > now) return;
    this.#alarmAt = wakeAt;
    this.#queue.at(wakeAt, () => this.#take({ kind: "wake" }));
  }

  #answer(effect: Effect): void {
    const soon = (input: Input): void =>
      this.#queue.at(this.#queue.now + roundTripMs, () => this.#take(input));
    switch (effect.kind) {
      case "ping": {
        const fingerprint = this.#fingerprint = effect.content.fingerprint;
        const member = this.#byInstance.get(effect.to.instance);
        const address = effect.to.addresses[0] as { host: string; port: number };
        const incarnation = member?.incarnation ?? 0;
        const roundTripUs = roundTripMs * 1000;
        const outcome = { kind: "pong", roundTripUs, address, incarnation, fingerprint } as const;
        return soon({ kind: "ping-ended", ping: effect.ping, outcome });
      }
      case "list":
        return soon({ kind: "listed", rows: [] });
      case "write":
        return soon({ kind: "written", version: `${this.#queue.now}` });
    }
  }

  /** One of those who watch the core pings it, and goes on doing so. */
  #pingIt(watcher: number): void {
    const { name, instance, addresses, software, incarnation } = this
      .#members[watcher] as MemberRecord;
    const from: Peer = { name, instance, addresses, software };
    const content = { incarnation, fingerprint: this.#fingerprint };
    this.#take({ kind: "pinged", from, content, reply: 0 });
    this.#queue.at(this.#queue.now + intervalMs, () => this.#pingIt(watcher));
  }

  /** Some member is called failed, and refutes it. */
  #churn(): void {
    const index = this.#random.below(this.#members.length);
    const member = this.#members[index] as MemberRecord;
    const cause = { kind: "silent", accusers: [member.name] } as const;
    const failed = makeRecord({ ...member, state: "failed", cause });
    const back = makeRecord({ ...member, incarnation: member.incarnation + 1 });
    this.#members[index] = back;
    this.#byInstance.set(back.instance, back);
    for (const record of [failed, back]) {
      this.#take({ kind: "told", news: { records: [record], votes: [], sightings: [] } });
    }
    this.#queue.at(this.#queue.now + churnMs, () => this.#churn());
  }
}

const settings: Settings = {
  ...simSettings,
  name: "n0@10.0.0.0" as NodeName,
  instance: "f".repeat(32),
  addresses: [{ host: "10.0.0.0", port: 4000 }],
  intervalMs,
};

function memberOf(number: number): MemberRecord {
  const host = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  return makeRecord({
    name: `n${number}@${host}` as NodeName,
    instance: (number * 2654435761 >>> 0).toString(16).padStart(32, "0"),
    incarnation: 0,
    state: "alive",
    addresses: [{ host, port: 4000 }],
    tags: {},
    startedAt: "2026-01-01T00:00:00.000Z",
    software: "clusternode/0.1.0",
  });
}

/** Mean cost of decoding and encoding one row, in microseconds. */
function referenceUs(): number {
  const times = 5_000;
  const row: Row = {
    version: 1,
    name: "n1@10.0.0.1" as NodeName,
    instance: "0".repeat(32),
    incarnation: 0,
    heartbeat: 1,
    heartbeatIntervalMs: 1000,
    addresses: [{ host: "10.0.0.1", port: 4000 }],
    state: "up",
    tags: {},
    startedAt: "2026-01-01T00:00:00.000Z",
    activeAt: "2026-01-01T00:00:00.000Z",
    software: "clusternode/0.1.0",
  };
  let text = encodeRow(row);
  const begun = performance.now();
  for (let index = 0; index < times; index++) {
    const decoded = decodeRow(row.name, text);
    if (decoded.kind === "row") text = encodeRow(decoded.row);
  }
  return 1000 * (performance.now() - begun) / times;
}
