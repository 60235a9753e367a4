/**
 * Whatever comes in, and however much of it: a node asks, lists and writes at its own pace.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Effect, Input, Peer, PingOutcome } from "../../lib/core/input.ts";
import { Membership } from "../../lib/core/membership.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import { makeRecord } from "../../lib/core/members/record.ts";
import type { MemberRecord } from "../../lib/core/members/record.ts";
import type { Row } from "../../lib/core/members/row.ts";
import { settingsOf } from "./beam/beam_world.ts";

const seconds = 6;

const peers = [2, 3, 4].map((number): Peer => ({
  name: `n${number}@10.0.0.${number}` as NodeName,
  instance: `${number}`.repeat(32),
  addresses: [{ host: `10.0.0.${number}`, port: 4000 }],
  software: "flood",
}));
const [dead, other] = peers as [Peer, Peer];

/** One core whose peers all answer within a millisecond, by the same words each time. */
class Flood {
  readonly core = new Membership(settingsOf({ beam: false }), seededRandom(1), 0);
  readonly counts: Record<string, number> = {};
  /** Pings by name. */
  readonly asked: Record<string, number> = {};
  outcome: (name: NodeName) => PingOutcome = () => ({
    kind: "pong",
    roundTripUs: 500,
    address: { host: "10.0.0.9", port: 4000 },
    incarnation: 0,
    fingerprint: this.fingerprint,
  });
  fingerprint = 0;
  now = 0;
  #heartbeat: Row | undefined;
  #arrivals: { at: number; input: Input }[] = [];

  constructor() {
    this.give({ kind: "wake" });
    this.run(20);
    for (const from of peers) this.ping(from);
    this.run(3000);
    for (const counts of [this.counts, this.asked]) {
      for (const key of Object.keys(counts)) delete counts[key];
    }
  }

  ping(from: Peer): void {
    this.give({ kind: "pinged", from, content: { incarnation: 0, fingerprint: 0 }, reply: 1 });
  }

  tell(...records: MemberRecord[]): void {
    this.give({ kind: "told", news: { records, votes: [], sightings: [] } });
  }

  give(input: Input): void {
    for (const effect of this.core.step(input, this.now)) this.#carryOut(effect);
  }

  /** Lets time pass; each millisecond comes what `flood` says. */
  run(ms: number, flood: () => readonly Input[] = () => []): void {
    for (const end = this.now + ms; this.now < end; this.now++) {
      const due = this.#arrivals.filter(({ at }) => at <= this.now);
      this.#arrivals = this.#arrivals.filter(({ at }) => at > this.now);
      for (const { input } of due) this.give(input);
      for (const input of flood()) this.give(input);
      if (this.core.wakeAt <= this.now) this.give({ kind: "wake" });
    }
  }

  #carryOut(effect: Effect): void {
    this.counts[effect.kind] = (this.counts[effect.kind] ?? 0) + 1;
    if (effect.kind === "ping") {
      const { name } = effect.to;
      this.asked[name] = (this.asked[name] ?? 0) + 1;
      this.#later({ kind: "ping-ended", ping: effect.ping, outcome: this.outcome(name) });
    }
    if (effect.kind === "list") {
      const row = this.#heartbeat;
      this.#later({
        kind: "listed",
        rows: row === undefined ? [] : [{ row, version: `${row.heartbeat}` }],
      });
    }
    if (effect.kind === "write") {
      this.#heartbeat = { ...effect.row, activeAt: "" };
      this.#later({ kind: "written", version: `${effect.row.heartbeat}` });
    }
    if (effect.kind === "ask-sync") {
      const { instance } = effect.from;
      this.#later({ kind: "synced", from: instance, buckets: [], records: [], more: true });
    }
  }

  #later(input: Input): void {
    this.#arrivals.push({ at: this.now + 1, input });
  }
}

function recordOf(peer: Peer, changes: Partial<MemberRecord>): MemberRecord {
  return makeRecord({
    ...peer,
    incarnation: 0,
    state: "alive",
    tags: {},
    startedAt: "",
    ...changes,
  });
}

/** At most so many pings to one member: those of the pulse, and one out of turn in each interval. */
const askedMax = 2 * seconds + 2;

Deno.test("a member that answers for a dead one, and does not refute, is asked once more an interval", () => {
  const flood = new Flood();
  flood.tell(recordOf(dead, { state: "failed" }));
  flood.run(seconds * 1000);
  assert.ok((flood.asked[dead.name] ?? 0) >= 3, "it is asked until it is taken out");
  assert.ok((flood.asked[dead.name] ?? 0) <= askedMax, `${flood.asked[dead.name]} pings`);
});

Deno.test("one that pings for a dead one, all the time, does not make it asked all the time", () => {
  const flood = new Flood();
  flood.outcome = () => ({ kind: "garbage", detail: "" });
  flood.tell(recordOf(dead, { state: "failed" }));
  const content = { incarnation: 0, fingerprint: 0 };
  flood.run(seconds * 1000, () => [{ kind: "pinged", from: dead, content, reply: 1 }]);
  assert.ok((flood.asked[dead.name] ?? 0) <= askedMax, `${flood.asked[dead.name]} pings`);
});

for (const kind of ["lost", "late"] as const) {
  Deno.test(`a connection that is ${kind} all the time is asked about once more an interval`, () => {
    const flood = new Flood();
    const { name, instance } = dead;
    flood.run(seconds * 1000, () => [{ kind, name, instance }]);
    assert.ok((flood.asked[name] ?? 0) <= askedMax, `${flood.asked[name]} pings`);
  });
}

Deno.test("a sign of life is a new reason to ask once a link has turned bad", () => {
  const flood = new Flood();
  flood.outcome = () => ({ kind: "garbage", detail: "" });
  flood.give({ kind: "lost", name: dead.name, instance: dead.instance });
  flood.run(300);
  assert.equal(flood.asked[dead.name], 2, "two misses make it bad");
  flood.ping(dead);
  assert.equal(flood.asked[dead.name], 3);
  flood.ping(dead);
  flood.run(300);
  assert.equal(flood.asked[dead.name], 3, "and no other one in this interval");
});

Deno.test("votes against a living member, all the time, make it asked once more an interval", () => {
  const flood = new Flood();
  let sequence = 0;
  const vote = (): Input => ({
    kind: "told",
    news: {
      records: [],
      sightings: [],
      votes: [{
        ...{ subject: dead.instance, subjectName: dead.name, incarnation: 0 },
        ...{ voter: other.instance, voterName: other.name, sequence: ++sequence, kind: "silent" },
      }],
    },
  });
  flood.run(seconds * 1000, () => [vote()]);
  assert.ok((flood.asked[dead.name] ?? 0) <= askedMax, `${flood.asked[dead.name]} pings`);
});

Deno.test("views that always differ do not make members asked all the time", () => {
  const flood = new Flood();
  flood.run(seconds * 1000, () => {
    flood.fingerprint++;
    return [];
  });
  for (const { name } of peers) {
    assert.ok((flood.asked[name] ?? 0) <= askedMax, `${flood.asked[name]} pings`);
  }
});

Deno.test("wishes to probe a member, all the time, share their pings, and all are answered", () => {
  const flood = new Flood();
  let reply = 0;
  flood.run(seconds * 1000, () => [
    { kind: "probe-asked", subject: dead, reply: ++reply },
    { kind: "probe-asked", subject: other, reply: ++reply },
  ]);
  flood.run(1000);
  assert.equal(flood.counts["probe-answer"], reply);
  assert.ok((flood.counts["ping"] ?? 0) <= 1000, `${flood.counts["ping"]} pings`);
});

Deno.test("new members, more than can be, make the node ask no more than it may", () => {
  const flood = new Flood();
  let count = 0;
  flood.run(seconds * 1000, () => {
    const instance = (++count).toString(16).padStart(32, "0");
    const name = `m${count}@10.1.${count >> 8}.${count & 255}` as NodeName;
    return [{
      kind: "told",
      news: { records: [recordOf({ ...dead, name, instance }, {})], votes: [], sightings: [] },
    }];
  });
  assert.ok((flood.counts["ping"] ?? 0) <= 60 * (seconds + 1), `${flood.counts["ping"]} pings`);
});

Deno.test("accusations, hints and twins, all the time, do not make it write or list all the time", () => {
  const flood = new Flood();
  const own = flood.core.members(0).find(({ self }) => self);
  assert.ok(own !== undefined);
  let incarnation = 0;
  flood.run(seconds * 1000, () => {
    const accused = recordOf({ ...dead, name: own.name, instance: own.instance }, {
      incarnation: ++incarnation,
      state: "failed",
    });
    const twin = { ...dead, name: own.name };
    return [
      { kind: "told", news: { records: [accused], votes: [], sightings: [] } },
      { kind: "pinged", from: twin, content: { incarnation: 0, fingerprint: 0 }, reply: 1 },
      { kind: "registry-hint" },
    ];
  });
  assert.ok((flood.counts["write"] ?? 0) <= 4 * seconds, `${flood.counts["write"]} writes`);
  assert.ok((flood.counts["list"] ?? 0) <= 8 * seconds, `${flood.counts["list"]} listings`);
});
