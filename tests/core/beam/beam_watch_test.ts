/**
 * What the watch of BEAM nodes decides, by itself.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { BeamForgetting } from "../../../lib/core/beam/beam_forgetting.ts";
import { beamNodesMax, BeamWatch } from "../../../lib/core/beam/beam_watch.ts";
import type { BeamPingOutcome, Effect } from "../../../lib/core/input.ts";
import { RowKeeper } from "../../../lib/core/registration/row_keeper.ts";
import { effectsOf, nameOf } from "../records.ts";
import { View } from "../view.ts";

const elixir = "a@10.0.1.1" as NodeName;
const refused: BeamPingOutcome = { kind: "refused", detail: "" };
const pong: BeamPingOutcome = {
  kind: "pong",
  roundTripUs: 500,
  address: { host: "10.0.1.1", port: 5000 },
  creation: 7,
};

/** Node 0, which has listed the timestamps of some BEAM nodes at 0. */
class Scene {
  readonly view = new View(1);
  readonly watch: BeamWatch;
  readonly out: Effect[] = [];

  constructor(names: readonly NodeName[] = [elixir]) {
    const keeper = new RowKeeper(this.view.memberList, this.view.ticks, this.view.random, 0);
    this.watch = new BeamWatch({ ...this.view, keeper });
    this.list(names, 0);
    this.watch.start();
  }

  /** Lists timestamps; what has changed by that. */
  list(names: readonly NodeName[], now: number, version = "v1", isWhole = true): string[] {
    const rows = names.map((name) => ({ name, version }));
    return this.watch.listed(rows, isWhole, now, this.out).map(({ kind }) => kind);
  }

  /** Lets it send what is due; the numbers of the pings, by name. */
  wake(now: number): Map<NodeName, number> {
    const out: Effect[] = [];
    this.watch.wake(now, out);
    return new Map(effectsOf("beam-ping", out).map(({ to, ping }) => [to, ping]));
  }

  /** Asks and hears at `now`; what has changed by that. */
  ask(outcome: BeamPingOutcome, now: number): string[] {
    const ping = this.wake(now).get(elixir);
    assert.ok(ping !== undefined, `nothing is due at ${now}`);
    return this.watch.ended(ping, outcome, now).map(({ kind }) => kind);
  }

  /** When the next ping is due. */
  get dueAt(): number {
    return this.watch.wakeAt;
  }

  get status(): string | undefined {
    return this.watch.get(elixir)?.status;
  }
}

Deno.test("BeamWatch asks who has a timestamp; one that answers has joined", () => {
  const scene = new Scene();
  assert.equal(scene.status, "unproven");
  assert.deepEqual(scene.ask(pong, 0), ["joined"]);
  assert.equal(scene.status, "alive");
  assert.ok(scene.dueAt >= 900 && scene.dueAt <= 1100, `${scene.dueAt}`);
});

Deno.test("BeamWatch calls one down after the second miss, soon after the first", () => {
  const scene = new Scene();
  scene.ask(pong, 0);
  const first = scene.dueAt;
  assert.deepEqual(scene.ask(refused, first), []);
  assert.equal(scene.dueAt, first + scene.view.settings.timings.secondPingDelayMs);
  assert.deepEqual(scene.ask(refused, scene.dueAt), ["failed"]);
  assert.equal(scene.status, "down");
  assert.deepEqual(scene.ask(pong, scene.dueAt), ["returned"]);
});

Deno.test("BeamWatch says nothing of a timestamp that nobody stands behind", () => {
  const scene = new Scene();
  assert.deepEqual(scene.ask(refused, 0), []);
  assert.deepEqual(scene.ask(refused, scene.dueAt), []);
  assert.equal(scene.status, "unproven");
});

Deno.test("BeamWatch believes no miss of a standstill", () => {
  const scene = new Scene();
  scene.ask(pong, 0);
  scene.ask(refused, scene.dueAt);
  const now = scene.dueAt;
  const ping = scene.wake(now).get(elixir) ?? -1;
  scene.watch.heldUp(now + 5000);
  assert.deepEqual(scene.watch.ended(ping, refused, now + 5000), []);
  assert.equal(scene.status, "alive");
  assert.equal(scene.dueAt, now + 5000);
});

Deno.test("BeamWatch tells that another process answers under the name", () => {
  const scene = new Scene();
  scene.ask(pong, 0);
  assert.deepEqual(scene.ask({ ...pong, creation: 8 }, scene.dueAt), ["replaced"]);
});

Deno.test("BeamWatch asks one that turns it away with growing pauses", () => {
  const scene = new Scene();
  const pauses: number[] = [];
  for (let now = 0; pauses.length < 6; now = scene.dueAt) {
    scene.ask({ kind: "wrong-cookie", detail: "" }, now);
    pauses.push(scene.dueAt - now);
  }
  pauses.forEach((pauseMs, index) => {
    const mostMs = Math.min(60_000, 2000 * 2 ** index);
    assert.ok(pauseMs <= mostMs && pauseMs >= mostMs * 0.7 - 1, `${pauses}`);
  });
  assert.equal(scene.status, "wrong-cookie");
});

Deno.test("BeamWatch.hasten() asks at once, but every interval at most", () => {
  const scene = new Scene();
  scene.ask(pong, 0);
  scene.watch.hasten(elixir, 10);
  assert.equal(scene.dueAt, 10);
  scene.ask(pong, 10);
  scene.watch.hasten(elixir, 20);
  assert.ok(scene.dueAt >= 910, `${scene.dueAt}`);
});

Deno.test("BeamWatch.hasten() waits an interval also after a ping that had to wait for that", () => {
  const scene = new Scene();
  const begun = 70_000;
  // By then it is asked every five intervals.
  for (let now = 0; now < begun; now = scene.dueAt) scene.ask(refused, now);
  scene.watch.hasten(elixir, begun);
  scene.ask(refused, begun);
  scene.watch.hasten(elixir, begun + 500);
  assert.equal(scene.dueAt, begun + 1000);
  scene.ask(refused, begun + 1000);
  scene.watch.hasten(elixir, begun + 1020);
  assert.equal(scene.dueAt, begun + 2000);
});

Deno.test("BeamWatch forgets a dead one once three whole listings lack its timestamp", () => {
  const scene = new Scene();
  scene.ask(pong, 0);
  for (let misses = 0; misses < 2; misses++) scene.ask(refused, scene.dueAt);
  scene.list([], 5000);
  scene.list([], 6000);
  assert.deepEqual(scene.list([], 7000, "v1", false), [], "its own row is missing, too");
  assert.deepEqual(scene.list([], 8000), ["forgotten"]);
  assert.equal(scene.status, undefined);
});

Deno.test("BeamWatch forgets nobody who answers", () => {
  const scene = new Scene();
  scene.ask(pong, 0);
  for (let now = 1000; now <= 9000; now += 1000) assert.deepEqual(scene.list([], now), []);
  assert.equal(scene.status, "alive");
});

Deno.test("BeamWatch leaves names of members alone, and warns of timestamps under its own", () => {
  const scene = new Scene([nameOf(1), nameOf(0)]);
  assert.deepEqual(scene.watch.sorted(), []);
  for (let now = 1; now <= 5; now++) scene.list([nameOf(0)], now);
  const notes = effectsOf("note", scene.out);
  assert.equal(notes.length, 1);
  assert.match(notes[0]?.message ?? "", /under the name of this node/);
});

Deno.test("BeamWatch watches a bounded number, and says so once", () => {
  const names = Array.from({ length: beamNodesMax + 3 }, (_, index) => `b${index}@h` as NodeName);
  const scene = new Scene(names);
  scene.list(names, 1);
  assert.equal(scene.watch.sorted().length, beamNodesMax);
  assert.equal(effectsOf("note", scene.out).length, 1);
});

Deno.test("BeamForgetting wants a listing for a dead node, and removes the version in it", () => {
  const scene = new Scene();
  const forgetting = new BeamForgetting(scene.watch, { away: false });
  const forget = (reply: number): boolean =>
    forgetting.forget({ kind: "forget", name: elixir, dryRun: false, reply }, scene.out);
  scene.ask(pong, 0);
  assert.ok(!forget(41), "it is alive");
  for (let misses = 0; misses < 2; misses++) scene.ask(refused, scene.dueAt);
  assert.ok(forget(42));
  scene.list([elixir], 5000, "v2");
  assert.deepEqual(forgetting.listed(scene.out), []);
  assert.deepEqual(effectsOf("remove", scene.out), [
    { kind: "remove", name: elixir, version: "v2" },
  ]);
  const changes = forgetting.removed({ kind: "removed", name: elixir }, scene.out);
  assert.deepEqual(changes?.map(({ kind }) => kind), ["forgotten"]);
  assert.deepEqual(effectsOf("forgotten", scene.out).at(-1), {
    ...{ kind: "forgotten", reply: 42, refusal: undefined },
  });
  const other = forgetting.removed({ kind: "removed", name: nameOf(9) }, scene.out);
  assert.equal(other, undefined, "that is none of its own");
});
