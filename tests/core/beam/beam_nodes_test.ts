import assert from "node:assert/strict";
import { encodeHeader, encodeStep } from "../../../lib/recording/recording.ts";
import { deadBeamMs } from "../../../lib/core/beam/beam_node.ts";
import { beamNodesMax } from "../../../lib/core/beam/beam_watch.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { Membership } from "../../../lib/core/membership.ts";
import { makeRecord } from "../../../lib/core/members/record.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { replay } from "../../../lib/recording/replay.ts";
import type { Effect, Input } from "../../../lib/core/input.ts";
import { BeamWorld, elixir, settingsOf, settled } from "./beam_world.ts";
import type { Scripted } from "./beam_world.ts";

const own = "n1@10.0.0.1";

Deno.test("BeamWatch finds a BEAM node by its timestamp, and lists it once it has answered", () => {
  const world = new BeamWorld();
  const node = world.add(elixir);
  world.run(100);
  assert.deepEqual(world.story(elixir), ["joined"]);
  assert.match(world.changes[0]?.reason ?? "", /^it answered \(beam\)$/);
  world.run(200);
  assert.deepEqual(world.line, { [own]: true, [elixir]: true });
  const view = world.sees(elixir);
  assert.deepEqual(
    [view?.kind, view?.software, view?.instance, view?.roundTripUs, view?.addresses],
    ["beam", "beam", "7", 500, [{ host: "10.0.0.9", port: 5000 }]],
  );
  assert.equal(world.sees(own)?.kind, "node");
  world.run(20_000);
  const pauses = node.askedAt.slice(1).map((at, index) => at - (node.askedAt[index] ?? 0));
  assert.ok(pauses.every((ms) => ms >= 900 && ms <= 1110), `${pauses}`);
  assert.deepEqual(world.story(elixir), ["joined"]);
});

Deno.test("BeamWatch does nothing of this when the pulse is not shared", () => {
  const world = new BeamWorld({ beam: undefined });
  const node = world.add(elixir);
  world.run(5000);
  assert.deepEqual([node.askedAt, world.sees(elixir), world.line], [[], undefined, {
    [own]: true,
  }]);
  world.give({ kind: "beam-pinged", from: elixir as NodeName, reply: 1 });
  world.give({ kind: "beam-lost", name: elixir as NodeName });
});

Deno.test("BeamWatch answers a ping of anybody from the loop", () => {
  const { world } = settled();
  world.give({ kind: "beam-pinged", from: "other@10.0.0.8" as NodeName, reply: 41 });
  world.give({ kind: "beam-pinged", from: elixir as NodeName, reply: 42 });
  assert.deepEqual(world.answered, [41, 42]);
});

Deno.test("BeamWatch sees a killed node at once when its connection breaks: it is down", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { world, node } = settled(seed);
    Object.assign(node, { behaviour: "refused", heartbeats: false });
    world.give({ kind: "beam-lost", name: elixir as NodeName });
    const tookMs = world.runUntil(() => world.line[elixir] === false, 2000);
    assert.ok(tookMs <= 500, `seed ${seed}: ${tookMs} ms`);
    world.run(1000);
    assert.equal(world.status(elixir), "down");
    assert.deepEqual(world.story(elixir), ["joined", "failed down"]);
    assert.match(
      world.changes.at(-1)?.reason ?? "",
      /nobody of that name is registered there \(it was refused\); its timestamp .*\(beam\)$/,
    );
  }
});

Deno.test("BeamWatch asks one that hangs up after each answer, but not without a pause", () => {
  const { world, node } = settled();
  const before = node.askedAt.length;
  const end = world.now + 10_000;
  for (let handled = before; world.now < end;) {
    world.run(1);
    // It has answered what it was asked a millisecond ago; then the connection ends.
    const isAnswered = node.askedAt.length > handled && node.askedAt.at(-1) !== world.now;
    handled = isAnswered ? node.askedAt.length : handled;
    if (isAnswered) world.give({ kind: "beam-lost", name: elixir as NodeName });
  }
  const pings = node.askedAt.length - before;
  assert.ok(pings >= 9 && pings <= 30, `${pings} pings in 10 s`);
  assert.deepEqual(world.story(elixir), ["joined"]);
});

Deno.test("BeamWatch sees a frozen node within 4 s, and its return", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { world, node } = settled(seed);
    Object.assign(node, { behaviour: "silent", heartbeats: false });
    const tookMs = world.runUntil(() => world.line[elixir] === false, 5000);
    assert.ok(tookMs <= 4000, `seed ${seed}: ${tookMs} ms`);
    world.run(20_000);
    Object.assign(node, { behaviour: "pong", heartbeats: true });
    const backMs = world.runUntil(() => world.line[elixir] === true, 3000);
    assert.ok(backMs <= 1700, `seed ${seed}: back after ${backMs} ms`);
    assert.deepEqual(world.story(elixir), ["joined", "failed down", "returned"]);
    assert.match(world.changes.at(-1)?.reason ?? "", /^it answers again \(beam\)$/);
  }
});

Deno.test("BeamWatch calls a node unreachable whose timestamp moves, and down when it stops", () => {
  const { world, node } = settled();
  node.behaviour = "no-answer";
  world.runUntil(() => world.status(elixir) === "unreachable", 8000);
  world.run(200);
  assert.equal(world.line[elixir], false);
  node.heartbeats = false;
  const tookMs = world.runUntil(() => world.status(elixir) === "down", 10_000);
  assert.ok(tookMs >= 3000, `${tookMs} ms`);
  assert.deepEqual(world.story(elixir).slice(-2), ["failed unreachable", "failed down"]);
});

Deno.test("BeamWatch takes a single miss for nothing, and asks again soon", () => {
  const { world, node } = settled();
  node.behaviour = "silent";
  world.runUntil(() =>
    node.askedAt.length > 0 && world.core.links(world.now).some(
      ({ name, kind }) => name === elixir && kind === "silent",
    ), 3000);
  node.behaviour = "pong";
  const before = node.askedAt.length;
  const tookMs = world.runUntil(() => node.askedAt.length > before, 1000);
  assert.ok(tookMs <= 260, `${tookMs} ms`);
  world.run(5000);
  assert.deepEqual(world.story(elixir), ["joined"]);
  assert.equal(world.line[elixir], true);
});

Deno.test("BeamWatch names another cookie, shows it as false, and asks ever more seldom", () => {
  const world = new BeamWorld();
  const node = world.add(elixir, "wrong-cookie");
  const tookMs = world.runUntil(() => world.status(elixir) === "wrong-cookie", 5000);
  assert.ok(tookMs <= 2200, `${tookMs} ms`);
  world.run(200);
  assert.equal(world.line[elixir], false);
  assert.deepEqual(world.story(elixir), ["failed wrong-cookie"]);
  world.run(10 * 60_000);
  // 2 + 4 + 8 + 16 + 32 s, then once a minute; each pause is up to a third shorter by chance.
  assert.ok(node.askedAt.length <= 20, `${node.askedAt.length} pings in ten minutes`);
  const last = node.askedAt.at(-1) ?? 0;
  assert.equal(last - (node.askedAt.at(-2) ?? 0) > 41_000, true);
  assert.equal(world.line[elixir], false, "it is shown as long as it runs");
  node.behaviour = "pong";
  world.run(61_000);
  assert.equal(world.line[elixir], true);
  assert.deepEqual(world.story(elixir), ["failed wrong-cookie", "returned"]);
});

Deno.test("BeamWatch spares a node that does not take it in", () => {
  const { world, node } = settled();
  node.behaviour = "garbage";
  const before = node.askedAt.length;
  world.run(10 * 60_000);
  assert.ok(node.askedAt.length - before <= 20, `${node.askedAt.length - before} pings`);
  assert.equal(world.status(elixir), "unreachable");
});

Deno.test("BeamWatch leaves a ghost out: never an answer, a timestamp that stands still", () => {
  const world = new BeamWorld();
  const node = world.add(elixir, "refused", false);
  world.run(30_000);
  assert.equal(world.status(elixir), "unproven");
  assert.deepEqual([world.line, world.changes], [{ [own]: true }, []]);
  assert.match(world.sees(elixir)?.reason ?? "", /^it has never answered: .* has not moved for/);
  const before = node.askedAt.length;
  world.run(60_000);
  const eager = node.askedAt.length;
  world.run(60_000);
  assert.ok(eager > before && node.askedAt.length - eager <= 14, "more seldom after a minute");
});

Deno.test("BeamWatch shows one that never answers and whose timestamp moves", () => {
  const world = new BeamWorld();
  world.add(elixir, "no-answer");
  world.runUntil(() => world.status(elixir) === "unreachable", 10_000);
  world.run(200);
  assert.equal(world.line[elixir], false);
  assert.deepEqual(world.story(elixir), ["failed unreachable"]);
});

Deno.test("BeamWatch tells of another process of the same name", () => {
  const { world, node } = settled();
  node.creation = 8;
  world.run(2000);
  assert.deepEqual(world.story(elixir), ["joined", "replaced"]);
  node.behaviour = "refused";
  world.runUntil(() => world.line[elixir] === false, 3000);
  Object.assign(node, { behaviour: "pong", creation: 9 });
  world.run(3000);
  assert.deepEqual(world.story(elixir).at(-1), "returned");
  assert.match(world.changes.at(-1)?.reason ?? "", /as a new process/);
});

Deno.test("BeamWatch does not blame others for its own standstill", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { world, node } = settled(seed);
    // The pings under way end badly, because the deadlines ran out here.
    node.behaviour = "silent";
    const asked = node.askedAt.length;
    world.runUntil(() => node.askedAt.length > asked, 2000);
    world.holdUp(5000);
    node.behaviour = "pong";
    world.run(5000);
    assert.deepEqual(world.story(elixir), ["joined"], `seed ${seed}`);
  }
});

Deno.test("BeamWatch forgives one broken connection", () => {
  const { world, node } = settled();
  node.behaviour = "reset";
  const asked = node.askedAt.length;
  world.runUntil(() => node.askedAt.length > asked, 2000);
  node.behaviour = "pong";
  world.run(5);
  assert.equal(node.askedAt.length, asked + 2, "it is asked again at once");
  world.run(3000);
  assert.deepEqual(world.story(elixir), ["joined"]);
});

Deno.test("BeamWatch asks one that seemed dead when it pings, no more than once an interval", () => {
  const { world, node } = settled();
  node.behaviour = "refused";
  node.heartbeats = false;
  world.run(120_000);
  const asked = node.askedAt.length;
  for (let count = 0; count < 20; count++) {
    world.give({ kind: "beam-pinged", from: elixir as NodeName, reply: count });
    world.run(100);
  }
  const more = node.askedAt.length - asked;
  assert.ok(more >= 1 && more <= 3, `${more} pings`);
  node.behaviour = "pong";
  world.give({ kind: "beam-pinged", from: elixir as NodeName, reply: 99 });
  world.run(1100);
  assert.equal(world.line[elixir], true);
});

Deno.test("BeamWatch forgets a dead node without a timestamp, and keeps a living one", () => {
  const { world, node } = settled();
  node.present = false;
  world.run(10_000);
  assert.equal(world.line[elixir], true, "its pongs prove it");
  node.behaviour = "refused";
  world.run(5000);
  assert.equal(world.sees(elixir), undefined);
  assert.deepEqual(world.story(elixir), ["joined", "failed down", "forgotten"]);
});

Deno.test("BeamWatch takes a dead node out of the line after ten minutes", () => {
  const { world, node } = settled();
  Object.assign(node, { behaviour: "refused", heartbeats: false });
  world.run(deadBeamMs - 30_000);
  assert.equal(world.line[elixir], false);
  world.run(60_000);
  assert.deepEqual(world.line, { [own]: true });
  assert.equal(world.status(elixir), "down");
  assert.deepEqual(world.removals, [], "its file is its user's");
});

Deno.test("BeamWatch leaves the names of members alone, and warns of its own", () => {
  const world = new BeamWorld();
  const twin = world.add(own);
  world.run(10_000);
  assert.deepEqual(twin.askedAt, []);
  assert.equal(
    world.notes.filter((note) => note.includes("give one of them another name")).length,
    1,
  );
});

Deno.test("BeamWatch gives a name up at once when a member of that name is heard of", () => {
  const { world } = settled();
  const name = elixir as NodeName;
  const heir = makeRecord({
    ...{ name, instance: "f".repeat(32), incarnation: 0, state: "alive", addresses: [] },
    ...{ tags: {}, startedAt: "", software: "clusternode/1" },
  });
  world.give({ kind: "told", news: { records: [heir], votes: [], sightings: [] } });
  const kinds = world.core.members(world.now)
    .filter((member) => member.name === name).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["node"]);
});

Deno.test("BeamWatch finds a living node behind any number of files of dead ones", () => {
  const world = new BeamWorld();
  const dead = Array.from(
    { length: 3 * beamNodesMax },
    (_, index) => world.add(`dead${index}@10.0.0.9`, "refused", false),
  );
  world.add(elixir);
  world.runUntil(() => world.status(elixir) === "alive", 30_000);
  world.run(60_000);
  assert.ok(dead.every(({ askedAt }) => askedAt.length > 0), "each has had its chance");
  assert.deepEqual(world.story(elixir), ["joined"]);
  assert.deepEqual(world.line, { [own]: true, [elixir]: true });
});

Deno.test("BeamWatch watches only so many, and says so once", () => {
  const world = new BeamWorld();
  for (let count = 0; count < beamNodesMax + 5; count++) world.add(`elixir${count}@10.0.0.9`);
  world.run(5000);
  assert.equal(Object.keys(world.line).length, beamNodesMax + 1);
  assert.equal(world.notes.length, 1);
  assert.match(world.notes[0] ?? "", /^There are 69 timestamps .* 64 of them at a time, /);
});

Deno.test("BeamWatch takes no copy of a timestamp in another registry for a sign of life", () => {
  const { world, node } = settled();
  Object.assign(node, { behaviour: "refused", heartbeats: false });
  world.runUntil(() => world.status(elixir) === "down", 15_000);
  for (const registry of [1, 0]) {
    node.registry = registry;
    world.run(5000);
    assert.equal(world.status(elixir), "down");
  }
  // In one and the same it does count.
  node.heartbeats = true;
  world.runUntil(() => world.status(elixir) === "unreachable", 5000);
});

Deno.test("explain says of a BEAM node what it rests on, and what would change it", () => {
  const { world, node } = settled();
  const alive = world.core.explain(elixir as NodeName, world.now);
  assert.deepEqual([alive?.kind, alive?.status, alive?.heartbeat], ["beam", "alive", "moving"]);
  assert.ok((alive?.pings.length ?? 0) > 5);
  const expected = {
    "wrong-cookie": ["wrong-cookie", /cookie is another one/, /^the same Erlang cookie/],
    "refused": ["down", /nobody of that name/, /forget/],
    "silent": ["down", /frozen or hangs/, /answer/],
    "other-instance": ["down", /a node of another name/, /answer/],
    "garbage": ["down", /does not take this node in/, /answer/],
  } as const;
  node.heartbeats = false;
  for (const [behaviour, [status, reason, change]] of Object.entries(expected)) {
    node.behaviour = behaviour as Scripted["behaviour"];
    world.run(130_000);
    const told = world.core.explain(elixir as NodeName, world.now);
    assert.equal(told?.status, status, behaviour);
    assert.match(told?.verdict ?? "", reason);
    assert.match(told?.wouldChange.join("; ") ?? "", change);
    assert.equal(told?.heartbeat, "stale");
  }
});

Deno.test("a recording with BEAM nodes replays, and one from before there were any", () => {
  for (const beam of [true, undefined]) {
    const settings = settingsOf({ beam });
    const core = new Membership(settings, seededRandom(3), 0);
    const lines = [encodeHeader({ software: "test/1", settings, seed: 3, now: 0 })];
    let pings: (Effect & { kind: "beam-ping" })[] = [];
    const give = (input: Input, now: number): void => {
      const effects = core.step(input, now);
      pings.push(...effects.filter((effect) => effect.kind === "beam-ping"));
      lines.push(encodeStep(input, now, effects));
    };
    const beams = [{ name: elixir as NodeName, version: "1" }];
    give({ kind: "wake" }, 0);
    give({ kind: "listed", rows: [], ...(beam && { beams }) }, 1);
    give({ kind: "written", version: "1" }, 2);
    give({ kind: "listed", rows: [], ...(beam && { beams }) }, 5);
    const address = { host: "10.0.0.9", port: 5000 };
    for (const { ping } of pings.splice(0)) {
      const outcome = { kind: "pong", roundTripUs: 5, address, creation: 2 } as const;
      give({ kind: "beam-ping-ended", ping, outcome }, 6);
    }
    if (beam) {
      give({ kind: "beam-pinged", from: elixir as NodeName, reply: 1 }, 7);
      give({ kind: "beam-lost", name: elixir as NodeName }, 8);
      assert.equal(pings.length, 1);
      pings = [];
    }
    const steps = [...replay(lines)];
    assert.equal(steps.length, lines.length - 1);
    assert.deepEqual(steps.filter(({ same }) => !same), []);
  }
});
