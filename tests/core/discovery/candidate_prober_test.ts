/**
 * When a candidate is asked, and what its answer, or its silence, makes of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { claimOfRow } from "../../../lib/core/members/row_claim.ts";
import { CandidateProber } from "../../../lib/core/discovery/candidate_prober.ts";
import type { CandidateFinding } from "../../../lib/core/discovery/candidate_prober.ts";
import type { Effect, PingOutcome } from "../../../lib/core/input.ts";
import type { CandidatePing, Sent } from "../../../lib/core/pings.ts";
import { LoneNode, rowOf } from "../lone_node.ts";
import { effectsOf, instanceOf, nameOf } from "../records.ts";
import { pong, View } from "../view.ts";

/** A prober of candidates that has begun, with candidate 5 in its queue. */
class Scene {
  readonly view = new View(1);
  readonly prober: CandidateProber;

  constructor(row = rowOf(5)) {
    this.prober = new CandidateProber(this.view);
    this.view.candidates.learn(claimOfRow(row));
    this.prober.introduce(row.name, true);
    this.view.budget.begin(10, 0);
    this.prober.start(0);
  }

  wake(now: number): string[] {
    const out: Effect[] = [];
    this.prober.wake(now, out);
    return effectsOf("ping", out).map(({ to }) => to.name);
  }

  end(outcome: PingOutcome, now: number): CandidateFinding {
    const [sent] = this.view.pings.all();
    const ping = this.view.pings.end(sent?.number ?? -1) as Sent<CandidatePing>;
    return this.prober.ended(ping, outcome, now);
  }
}

const silent: PingOutcome = { kind: "silent", detail: "" };

Deno.test("CandidateProber asks a new candidate once it has started; an answer proves it", () => {
  const scene = new Scene();
  assert.ok(scene.prober.isBusy);
  assert.deepEqual(scene.wake(0), [nameOf(5)]);
  assert.ok(!scene.prober.isBusy);
  const claim = scene.view.candidates.get(nameOf(5))?.claim;
  assert.deepEqual(scene.end(pong, 1), { kind: "proven", claim, outcome: pong });
  const idle = new CandidateProber(scene.view);
  assert.equal(idle.wakeAt, Infinity);
});

Deno.test("CandidateProber tells of two misses in a row once, and asks with growing pauses", () => {
  const scene = new Scene();
  scene.wake(0);
  assert.equal(scene.end(silent, 700).kind, "none");
  let now = 700 + scene.view.settings.timings.secondPingDelayMs;
  assert.deepEqual(scene.wake(now - 1), []);
  assert.deepEqual(scene.wake(now), [nameOf(5)]);
  assert.equal(scene.end(silent, now).kind, "unanswered");
  const pauses: number[] = [];
  for (let turn = 0; turn < 6; turn++) {
    const next = scene.prober.wakeAt;
    pauses.push(next - now);
    now = next;
    assert.deepEqual(scene.wake(now), [nameOf(5)]);
    assert.equal(scene.end(silent, now).kind, "none");
  }
  for (const [index, pauseMs] of pauses.entries()) {
    assert.ok(Math.abs(pauseMs / (1000 * 2 ** index) - 1) <= 0.1, `${pauses}`);
  }
});

/** Adds the candidate of that number. */
function introduce({ view, prober }: Scene, number: number, isFresh: boolean): void {
  view.candidates.learn(claimOfRow(rowOf(number)));
  prober.introduce(nameOf(number), isFresh);
}

Deno.test("CandidateProber asks two of those whose rows are old, and a fresh one at once", () => {
  const scene = new Scene();
  for (const number of [6, 7, 8, 9]) introduce(scene, number, false);
  assert.equal(scene.wake(0).length, 3, "the fresh one, and two others");
  assert.equal(scene.prober.wakeAt, Infinity);
  introduce(scene, 10, true);
  assert.deepEqual(scene.wake(1), [nameOf(10)], "the silent ones do not hold it up");
});

Deno.test("CandidateProber asks four of many fresh ones, and waits for what they tell", () => {
  const scene = new Scene();
  for (const number of [6, 7, 8, 9, 10]) introduce(scene, number, true);
  assert.deepEqual(scene.wake(0), [5, 6, 7, 8].map(nameOf));
  assert.equal(scene.prober.wakeAt, Infinity);
  assert.equal(scene.end(pong, 20).kind, "proven");
  assert.equal(scene.prober.wakeAt, 170);
  // One of those who wait has been told of meanwhile.
  scene.view.candidates.drop(nameOf(9));
  assert.deepEqual(scene.wake(170), [nameOf(10)]);
});

Deno.test("CandidateProber believes no miss of a standstill, and none of a row that has gone", () => {
  const scene = new Scene();
  scene.wake(0);
  scene.view.pings.heldUp(3000);
  assert.equal(scene.end(silent, 3000).kind, "none");
  assert.equal(scene.view.candidates.get(nameOf(5))?.failure, undefined);
  assert.deepEqual(scene.wake(3000), [nameOf(5)]);
  scene.view.candidates.drop(nameOf(5));
  assert.equal(scene.end(silent, 3700).kind, "none");
  assert.equal(scene.prober.wakeAt, Infinity);
});

Deno.test("CandidateProber never asks a row that claims the instance of a member", () => {
  const scene = new Scene(rowOf(5, { instance: instanceOf(1) }));
  assert.deepEqual(scene.wake(0), []);
});

Deno.test("CandidateProber.late() asks a failed candidate now, once an interval", () => {
  const scene = new Scene();
  scene.wake(0);
  scene.end(silent, 700);
  scene.wake(1000);
  scene.end(silent, 1700);
  scene.prober.late(nameOf(5), instanceOf(99), 1701);
  assert.deepEqual(scene.wake(1701), [], "another instance");
  scene.prober.late(nameOf(5), instanceOf(5), 1701);
  assert.deepEqual(scene.wake(1701), [nameOf(5)]);
  scene.end(silent, 1702);
  scene.prober.late(nameOf(5), instanceOf(5), 1703);
  assert.deepEqual(scene.wake(1703), []);
});

for (const [kind, pingsMax] of [["no-answer", 3], ["wrong-cookie", 1.5]] as const) {
  Deno.test(`CandidateProber spends little on a hundred rows that move: ${kind}`, () => {
    const node = new LoneNode({}, () => ({ kind, detail: "" }));
    let heartbeat = 1;
    const writeAll = (): void => {
      if (node.now % 1000 !== 0) return;
      heartbeat++;
      for (let number = 1; number <= 100; number++) node.overwrite(rowOf(number, { heartbeat }));
    };
    node.run(180_000, writeAll);
    const since = node.now;
    node.run(60_000, writeAll);
    const perSecond = node.wanted("ping", since).length / 60;
    assert.ok(perSecond <= pingsMax, `${perSecond} pings a second`);
  });
}
