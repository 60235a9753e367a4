/**
 * When a node takes itself for cut off.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PingFailure } from "../../../lib/core/base/ping_failure.ts";
import { watchedAlwaysMax } from "../../../lib/core/detector/registry_heartbeats.ts";
import { Isolation } from "../../../lib/core/detector/isolation.ts";
import { Link } from "../../../lib/core/members/link.ts";
import { settled } from "../clusters.ts";

const address = { host: "10.0.0.1", port: 4370 };

/** A link that has answered once, and then failed twice, if it is said how. */
function linkOf(failure?: PingFailure): Link {
  const link = new Link();
  link.pong(500, address, 0);
  for (const at of failure === undefined ? [] : [1, 2]) {
    link.miss({ kind: failure as PingFailure, detail: "", sentAt: at }, at);
  }
  return link;
}

const good = linkOf();
const silent = linkOf("silent");

Deno.test("Isolation: more than half of two or more watched members must be silent", () => {
  for (const links of [[], [silent], [silent, good], [silent, silent, good, good]]) {
    assert.equal(new Isolation().review(links), undefined);
  }
  for (const links of [[silent, silent], [silent, silent, good], [linkOf("no-answer"), silent]]) {
    const isolation = new Isolation();
    assert.equal(isolation.review(links)?.kind, "isolated");
    assert.ok(isolation.isIsolated);
    assert.equal(isolation.review(links), undefined, "told once");
  }
});

Deno.test("Isolation: who refuses, or was never reached, is no sign of it", () => {
  const refused = linkOf("refused");
  const replaced = linkOf("other-instance");
  assert.equal(new Isolation().review([refused, refused, replaced, silent]), undefined);
  assert.equal(new Isolation().review([undefined, undefined, new Link(), silent]), undefined);
});

Deno.test("Isolation: ends when most answer, not when the silent are given up", () => {
  const isolation = new Isolation();
  isolation.review([silent, silent, silent]);
  assert.equal(isolation.review([]), undefined, "it has given up all of them");
  assert.equal(isolation.review([silent]), undefined);
  assert.ok(isolation.isIsolated);
  assert.equal(isolation.review([silent, good, good])?.kind, "connected");
  assert.ok(!isolation.isIsolated);
});

Deno.test("Membership is connected again when all others have come back as new processes", () => {
  const { world, nodes: [first, ...others] } = settled(3);
  for (const node of others) node.freeze();
  world.run(40_000);
  assert.equal(first?.core.standing(world.now).isolated, true);
  for (const node of others) node.kill();
  for (const { settings } of others) world.start(settings.name);
  world.run(5000);
  assert.equal(first.lastStatus?.alive, 3);
  assert.equal(first.core.standing(world.now).isolated, false);
});

Deno.test("Membership that is isolated gives up those who have left unheard, and whose rows are gone", () => {
  const { world, nodes: [first, ...others] } = settled(3);
  if (first === undefined) throw new Error("there are three");
  world.unplug(first);
  world.run(500);
  for (const node of others) node.take({ kind: "leave" });
  world.run(1000);
  for (const node of others) {
    assert.deepEqual(node.stopped, { kind: "left" });
    // Containers take their addresses along: nothing is left there that could refuse.
    world.unplug(node);
  }
  world.network.plug(first);
  assert.notEqual(world.runUntil(() => first.lastStatus?.shown === 1, 30_000), undefined);
});

Deno.test("Membership that is isolated condemns nobody because of a registry that has lost its own row, too", () => {
  const { world, nodes: [first] } = settled(3);
  if (first === undefined) throw new Error("there are three");
  world.unplug(first);
  world.registry.isEmpty = true;
  world.run(60_000);
  assert.equal(first.core.standing(world.now).isolated, true);
  for (const { status } of first.core.members(Math.floor(world.now))) assert.equal(status, "alive");
});

Deno.test("Membership that is isolated sees heartbeats stop also among more than 256 rows", () => {
  const { world, nodes: [first, ...others] } = settled(3);
  if (first === undefined) throw new Error("there are three");
  world.registry.putGhosts(watchedAlwaysMax);
  world.run(5000);
  for (const node of others) {
    node.freeze();
    world.unplug(node);
  }
  const areDown = (): boolean =>
    others.every(({ core }) => first.sees(core.name)?.status === "down");
  assert.notEqual(world.runUntil(areDown, 60_000), undefined);
});
