/**
 * How often a node uses the registry, by the size of its cluster.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { MemberList } from "../../../lib/core/members/member_list.ts";
import {
  firstPace,
  nextHeartbeat,
  RegistryPace,
} from "../../../lib/core/registration/registry_pace.ts";
import { Ticks } from "../../../lib/core/base/ticks.ts";
import type { Pace, PaceParts } from "../../../lib/core/registration/registry_pace.ts";
import { contentOf, recordOf } from "../records.ts";
import { settingsOf } from "../beam/beam_world.ts";

const intervalMs = 1000;
const sizes = [1, 5, 32, 33, 100, 300, 1000, 3000];

/** What a node knows while all is well. */
const calmParts = {
  links: { isAnyFailing: false },
  keeper: { phase: "held" },
} as const;

function paceOf(nodes: number, registryPaceMs = 0): RegistryPace {
  const memberList = new MemberList(contentOf(0), false);
  for (let number = 1; number < nodes; number++) memberList.merge(recordOf(number), 0);
  const settings = settingsOf({ intervalMs, registryPaceMs, beam: false });
  return new RegistryPace({ ...calmParts, settings, memberList, random: seededRandom(1) });
}

/** The pace of the node with the smallest instance, and of one among many others. */
function listed(nodes: number): { readonly pace: Pace; readonly isDelegate: boolean } {
  const pace = paceOf(nodes);
  return { pace: pace.listed(nodes, 0), isDelegate: pace.isDelegate };
}

Deno.test("RegistryPace: in a small cluster all write and list each interval", () => {
  for (const nodes of [1, 5, 32]) {
    const { pace, isDelegate } = listed(nodes);
    const first = firstPace(intervalMs);
    // Who knows members hears of newcomers from them, and need not list at each hint.
    const hintPauseMs = nodes === 1 ? first.hintPauseMs : 4 * first.hintPauseMs;
    assert.deepEqual(pace, { ...first, hintPauseMs }, `${nodes} nodes`);
    assert.ok(isDelegate);
  }
});

Deno.test("RegistryPace: a cluster of any size writes at most fifty rows a second", () => {
  for (const nodes of sizes) {
    const perSecond = nodes * 1000 / listed(nodes).pace.heartbeatIntervalMs;
    // Nobody pauses for more than a minute, which is fifty a second for 3,000 nodes.
    assert.ok(perSecond <= 50, `${nodes} nodes write ${perSecond} rows a second`);
  }
});

Deno.test("RegistryPace: who comes into a large cluster changes hardly ever what the others write", () => {
  const growing = Array.from({ length: 450 }, (_, index) => index + 50);
  const pauses = growing.map((nodes) => listed(nodes).pace.heartbeatIntervalMs);
  assert.deepEqual([...new Set(pauses)], [1000, 1414, 2000, 2828, 4000, 5657, 8000, 11_314]);
});

Deno.test("RegistryPace: a few list for all, and the others seldom and never at a hint", () => {
  for (const nodes of [33, 100, 300, 1000]) {
    const { pace, isDelegate } = listed(nodes);
    if (isDelegate) {
      assert.ok(3 * nodes * 1000 / pace.listIntervalMs <= 600, `delegates of ${nodes}`);
      assert.ok(pace.hintPauseMs < Infinity);
    } else {
      assert.ok(pace.listIntervalMs >= 0.8 * 60_000, `others of ${nodes}: ${pace.listIntervalMs}`);
      assert.equal(pace.hintPauseMs, Infinity);
    }
  }
});

Deno.test("RegistryPace.written() slows the writes of a cluster that grows, and leaves its listings", () => {
  const before = { ...firstPace(intervalMs), listIntervalMs: 123, hintPauseMs: 45 };
  const after = paceOf(1000).written(before, 0);
  assert.equal(after.heartbeatIntervalMs, 22_627);
  assert.deepEqual([after.listIntervalMs, after.hintPauseMs], [123, 45]);
});

Deno.test("RegistryPace: a dear registry is used seldom once all is well, often at the start", () => {
  const pace = paceOf(3, 30_000);
  assert.equal(pace.listed(3, 0).listIntervalMs, intervalMs);
  assert.equal(pace.listed(3, 9_999).listIntervalMs, intervalMs);
  assert.equal(pace.listed(3, 10_000).listIntervalMs, 30_000);
});

/** The pause to the next listing of one of five nodes that has run for long, with these parts. */
function pauseWith(
  parts: Partial<Omit<PaceParts, "random">>,
  ageMs = 60_000,
  failed?: number,
  rows = 5,
): number {
  const memberList = new MemberList(contentOf(0), false);
  for (let number = 1; number < 5; number++) memberList.merge(recordOf(number), 0);
  if (failed !== undefined) memberList.merge(recordOf(failed, { state: "failed" }), 0);
  const settings = settingsOf({ intervalMs, registryPaceMs: 0, beam: false });
  const random = seededRandom(1);
  const pace = new RegistryPace({ ...calmParts, settings, memberList, random, ...parts });
  pace.listed(5, 0);
  return pace.listed(rows, ageMs).listIntervalMs;
}

Deno.test("RegistryPace: a node lists seldom while all is well", () => {
  assert.equal(pauseWith({}), 30_000);
});

Deno.test("RegistryPace: a node lists each interval while anything is not well", () => {
  const restless: Readonly<Record<string, () => number>> = {
    "it has just started": () => pauseWith({}, 9_999),
    "a member has failed": () => pauseWith({}, 60_000, 1),
    "a ping has failed": () => pauseWith({ links: { isAnyFailing: true } }),
    "a row is not that of a member": () => pauseWith({}, 60_000, undefined, 6),
    "a member has no row": () => pauseWith({}, 60_000, undefined, 4),
    "it has no name yet": () => pauseWith({ keeper: { phase: "claiming" } }),
    "it looks for BEAM nodes": () =>
      pauseWith({ settings: settingsOf({ intervalMs, registryPaceMs: 0, beam: true }) }),
  };
  for (const [why, pause] of Object.entries(restless)) assert.equal(pause(), intervalMs, why);
});

Deno.test("nextHeartbeat() comes to the ticks once names are settled, and never at once", () => {
  const ticks = new Ticks(1000, 300);
  const pace = firstPace(1000);
  const at = (now: number, heartbeat: number): number => nextHeartbeat(pace, ticks, heartbeat, now);
  assert.deepEqual([at(5000, 1), at(5000, 7), at(5000, 8), at(5310, 9)], [6000, 6000, 5300, 6300]);
  assert.equal(at(5200, 9), 6300, "a tick that is too near is left out");
});

Deno.test("nextHeartbeat() cuts no pause short that is longer than a pulse", () => {
  const ticks = new Ticks(1000, 300);
  const pace = { ...firstPace(1000), heartbeatIntervalMs: 2500 };
  assert.equal(nextHeartbeat(pace, ticks, 100, 5000), 7500);
  assert.equal(nextHeartbeat(pace, ticks, 100, 4900), 7300, "but it is moved to a tick near by");
});
