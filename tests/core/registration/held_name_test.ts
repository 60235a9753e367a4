/**
 * A node that holds its name, and a registry that somebody writes who does not hold the cookie.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PingOutcome } from "../../../lib/core/input.ts";
import { World } from "../../../lib/simulation/world.ts";
import { instanceOf, nameOf, pingFailures, recordOf } from "../records.ts";
import { LoneNode, pongOf, rowOf } from "../lone_node.ts";

const own = nameOf(0);
const elsewhere = [{ host: "10.0.9.9", port: 4000 }];

/** A node that has held its name for a while. */
function holder(outcome: PingOutcome): LoneNode {
  const node = new LoneNode({}, () => outcome);
  node.run(5000);
  assert.deepEqual(node.wanted("joined").map(({ name }) => name), [own]);
  return node;
}

/** Its row under another instance, with a heartbeat that moves with each call. */
function intruder(node: LoneNode): () => void {
  let heartbeat = 1000;
  return () =>
    node.overwrite(
      rowOf(0, { instance: instanceOf(99), addresses: elsewhere, heartbeat: ++heartbeat }),
    );
}

for (const kind of pingFailures) {
  Deno.test(`Membership keeps its name and its row when a foreign row answers ${kind}`, () => {
    const node = holder({ kind, detail: "" });
    const begun = node.now;
    const write = intruder(node);
    write();
    node.run(4000);
    assert.equal(node.registry.row(own)?.instance, instanceOf(0), "its row stands again");
    node.run(40_000, () => node.now % 1000 === 0 && write());
    node.run(12_000);
    assert.deepEqual(node.wanted("stop"), []);
    assert.equal(node.registry.row(own)?.instance, instanceOf(0));
    assert.equal(node.shows(own), true);
    const notes = node.notes(begun);
    assert.deepEqual(notes, [
      `The row of ${own} was overwritten by a process that has not proven the cookie; writing it again`,
    ]);
    node.run(40_000);
    const [, summary = "", ...more] = node.notes(begun);
    assert.match(summary, /^The row of \S+ was overwritten \d+ times within \d+ s; it has stood/);
    assert.deepEqual(more, []);
    assert.equal(node.wanted("write").at(-1)?.row.incarnation, 0, "no number of the row counts");
  });
}

Deno.test("Membership writes over a foreign row ever more slowly, whatever comes in", () => {
  const node = holder({ kind: "refused", detail: "" });
  const write = intruder(node);
  const begun = node.now;
  node.run(60_000, () => {
    write();
    node.take({ kind: "registry-hint" });
  });
  assert.deepEqual(node.wanted("stop"), []);
  const writes = node.wanted("write", begun).length;
  const pings = node.wanted("ping", begun).length;
  assert.ok(writes <= 30, `${writes} writes in a minute`);
  assert.ok(pings <= 30, `${pings} pings in a minute`);
});

Deno.test("Membership yields its name to a process that answers with the cookie", () => {
  const heir = recordOf(0, { instance: instanceOf(99), addresses: elsewhere });
  const node = holder(pongOf(heir, 0));
  intruder(node)();
  node.run(3000);
  assert.deepEqual(node.wanted("stop").map(({ reason }) => reason.kind), ["name-taken"]);
});

Deno.test("Membership that starts gives a name back whose silent holder goes on to write heartbeats", () => {
  const node = new LoneNode({}, () => ({ kind: "no-answer", detail: "" }));
  let heartbeat = 1;
  const old = (): void =>
    node.overwrite(
      rowOf(0, { instance: instanceOf(99), addresses: elsewhere, heartbeat: heartbeat++ }),
    );
  old();
  node.run(1500);
  assert.equal(node.wanted("joined").length, 1, "it was taken for gone");
  old();
  node.run(3000);
  assert.deepEqual(node.wanted("stop").map(({ reason }) => reason.kind), ["name-taken"]);
});

Deno.test("Membership lets one of two live when both give the same address, and says why", () => {
  for (let seed = 1; seed <= 30; seed++) {
    for (const laterMs of [0, 1, 50, 5000]) {
      const world = new World({ seed });
      const first = world.start("n1@10.0.2.15");
      world.run(laterMs);
      const second = world.start("n1@10.0.2.15");
      world.run(10_000);
      const stops = [first, second].filter(({ stopped }) => stopped !== undefined);
      const context = `seed ${seed}, ${laterMs} ms later`;
      assert.equal(stops.length, 1, context);
      if (laterMs >= 50) assert.equal(first.stopped, undefined, `${context}: the first one stays`);
      const [stop] = stops;
      assert.ok(stop?.stopped?.kind === "name-taken", context);
      assert.match(stop.stopped.message, /both give the same address/);
      assert.ok(world.registry.writes < 40, `${context}: ${world.registry.writes} writes`);
    }
  }
});

Deno.test("Membership takes its name back at once when it starts again at the same address", () => {
  const world = new World({ seed: 1 });
  const old = world.start("n1@10.0.2.15");
  world.run(5000);
  world.kill(old);
  world.run(100);
  const heir = world.start("n1@10.0.2.15");
  const tookMs = world.runUntil(() => heir.lastStatus !== undefined, 5000);
  assert.ok(tookMs !== undefined && tookMs < 100, `${tookMs} ms`);
  world.run(10_000);
  assert.equal(heir.stopped, undefined);
});
