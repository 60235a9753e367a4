/**
 * Nodes that all give one address, so that none of them can ask another one whether it lives.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NameDispute } from "../../../lib/core/registration/name_dispute.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";
import type { Reclaimed, Row } from "../../../lib/core/members/row.ts";
import type { SimNode } from "../../../lib/simulation/sim_node.ts";
import { World } from "../../../lib/simulation/world.ts";
import { LoneNode, rowOf } from "../lone_node.ts";
import { instanceOf, nameOf } from "../records.ts";

const name = "n1@10.0.2.15";

/** How long it may take until one is left, in milliseconds. */
const settledMs = 30_000;

/** Those that run; the others have ended because the name was taken. */
function left(nodes: readonly SimNode[], context: string): SimNode[] {
  for (const { stopped } of nodes) {
    assert.ok(stopped === undefined || stopped.kind === "name-taken", context);
  }
  return nodes.filter(({ stopped }) => stopped === undefined);
}

/** The time from each start to the next one, in milliseconds. */
const orders = [[0, 0], [0, 1], [1, 0], [0, 7], [1, 3], [3, 40], [400, 2], [900, 900], [2000, 0]];

for (const count of [3, 5]) {
  Deno.test(`Membership lets the first of ${count} live when the others start together`, () => {
    for (let seed = 1; seed <= 40; seed++) {
      for (const [gapMs = 0, secondGapMs = 0] of orders) {
        const context = `seed ${seed}, pauses ${gapMs} and ${secondGapMs}`;
        const world = new World({ seed });
        const first = world.start(name);
        world.run(5000);
        const later: SimNode[] = [];
        for (let index = 1; index < count; index++) {
          later.push(world.start(name));
          world.run(index % 2 === 0 ? secondGapMs : gapMs);
        }
        world.run(settledMs);
        assert.deepEqual(left([first, ...later], context), [first], context);
        assert.equal(world.registry.row(name)?.instance, first.instance, context);
        assert.ok(world.registry.writes < 100, `${context}: ${world.registry.writes} writes`);
      }
    }
  });
}

for (const [what, before] of [["no row", 0], ["the row of a dead run", 5000]] as const) {
  Deno.test(`Membership lets one of three live that start together with ${what}`, () => {
    for (let seed = 1; seed <= 40; seed++) {
      for (const [gapMs = 0, secondGapMs = 0] of orders) {
        const context = `seed ${seed}, pauses ${gapMs} and ${secondGapMs}`;
        const world = new World({ seed });
        if (before > 0) {
          const dead = world.start(name);
          world.run(before);
          world.kill(dead);
        }
        const nodes = [gapMs, secondGapMs, settledMs].map((pauseMs) => {
          const node = world.start(name);
          world.run(pauseMs);
          return node;
        });
        const [one, ...more] = left(nodes, context);
        assert.equal(more.length, 0, `${context}: more than one is left`);
        assert.ok(one !== undefined, `${context}: none is left`);
        if (gapMs >= 400) assert.equal(one, nodes[0], `${context}: the first one stays`);
        assert.equal(world.registry.row(name)?.instance, one.instance, context);
      }
    }
  });
}

Deno.test("Membership keeps one of three although all rows are written once more at any time", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const world = new World({ seed });
    const random = seededRandom(seed);
    const kept: Row[] = [];
    const lie = (): void => {
      const row = world.registry.row(name);
      if (row !== undefined && row !== kept.at(-1)) kept.push(row);
      const old = kept[random.below(kept.length)];
      const rows = world.registry.list(world.now);
      assert.ok(typeof rows !== "string");
      // Rows in which a holder goes on to write heartbeats say what they say; those that are signed are at
      // issue.
      if (old?.reclaims !== undefined) world.registry.write(old, rows[0]?.version, world.now);
      if (world.now < 60_000) world.after(1 + random.below(400), lie);
    };
    const first = world.start(name);
    world.run(5000);
    lie();
    const later = [world.start(name), world.start(name)];
    world.run(90_000);
    assert.deepEqual(left([first, ...later], `seed ${seed}`), [first], `seed ${seed}`);
  }
});

/** A node that took its name from a row with which nobody answers, a while ago. */
function newcomer(forMs: number): LoneNode {
  const node = new LoneNode({}, () => ({ kind: "refused", detail: "" }));
  node.overwrite(rowOf(0, { instance: instanceOf(99), heartbeat: 7 }));
  node.run(forMs);
  assert.equal(node.wanted("joined").length, 1);
  return node;
}

/** Another one reclaims its name from it. */
function reclaim(node: LoneNode, changes: Partial<Reclaimed>, row: Partial<Row> = {}): void {
  const heartbeat = node.registry.row(nameOf(0))?.heartbeat ?? 0;
  const reclaims = { from: [{ instance: instanceOf(0), heartbeat, ...changes }] };
  node.overwrite(rowOf(0, { instance: instanceOf(98), heartbeat: 1, reclaims, ...row }));
  node.run(3000);
}

const stops = (node: LoneNode): string[] => node.wanted("stop").map(({ reason }) => reason.kind);

Deno.test("Membership that took its name gives it back to a node that had it before", () => {
  const node = newcomer(20_000);
  reclaim(node, {});
  assert.deepEqual(stops(node), ["name-taken"]);
});

for (
  const [what, changes] of [
    ["another instance", { instance: instanceOf(97) }],
    ["an older heartbeat", { heartbeat: 2 }],
    ["a heartbeat to come", { heartbeat: 1000 }],
  ] as const
) {
  Deno.test(`Membership keeps a name that is reclaimed from ${what}, and reclaims it`, () => {
    const node = newcomer(20_000);
    reclaim(node, changes);
    assert.deepEqual(stops(node), []);
    const row = node.registry.row(nameOf(0));
    assert.equal(row?.instance, instanceOf(0));
    assert.deepEqual(row?.reclaims, { from: [{ instance: instanceOf(98), heartbeat: 1 }] });
  });
}

Deno.test("Membership keeps its name from a row that reclaims nothing", () => {
  const node = newcomer(20_000);
  node.overwrite(rowOf(0, { instance: instanceOf(98), heartbeat: 1 }));
  node.run(3000);
  assert.deepEqual(stops(node), []);
});

Deno.test("Membership keeps a name that it took long ago, or from nobody", () => {
  const settled = newcomer(70_000);
  reclaim(settled, {});
  assert.deepEqual(stops(settled), []);
  const node = new LoneNode({}, () => ({ kind: "refused", detail: "" }));
  node.run(2000);
  reclaim(node, {});
  assert.deepEqual(stops(node), []);
});

Deno.test("NameDispute calls a node a newcomer until its row has stood for a while", () => {
  const dispute = new NameDispute();
  const own = { instance: instanceOf(0), heartbeat: 5 };
  const row = rowOf(0, { instance: instanceOf(9), reclaims: { from: [own] } });
  dispute.takesFrom(rowOf(0));
  dispute.stands(5, true, 1000);
  assert.equal(dispute.isLostTo(row, own, 60_000), true);
  dispute.disturbed(60_000);
  dispute.stands(5, false, 61_000);
  assert.equal(dispute.isLostTo(row, own, 120_000), true);
  assert.equal(dispute.isLostTo(row, own, 130_000), false);
  dispute.disturbed(130_000);
  assert.equal(dispute.isLostTo(row, own, 130_001), false, "that does not come back");
});

Deno.test("NameDispute does not heed what was true of an earlier row of its node", () => {
  const dispute = new NameDispute();
  const reclaims = { from: [{ instance: instanceOf(0), heartbeat: 5 }] };
  const row = rowOf(0, { instance: instanceOf(9), reclaims });
  dispute.takesFrom(rowOf(0));
  dispute.stands(5, true, 1000);
  assert.equal(dispute.isLostTo(row, { instance: instanceOf(0), heartbeat: 8 }, 2000), true);
  dispute.stands(6, false, 2000);
  dispute.stands(3, false, 2000);
  assert.equal(dispute.isLostTo(row, { instance: instanceOf(0), heartbeat: 8 }, 2000), false);
});

Deno.test("NameDispute reclaims from the last eight, once from each", () => {
  const dispute = new NameDispute();
  const before = dispute.reclaims;
  assert.equal(before, undefined);
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8, 9, 8]) {
    dispute.takesBackFrom(rowOf(0, { instance: instanceOf(number), heartbeat: number }), 0);
  }
  const instances = dispute.reclaims?.from.map(({ instance }) => instance);
  assert.deepEqual(instances, [2, 3, 4, 5, 6, 7, 9, 8].map(instanceOf));
});
