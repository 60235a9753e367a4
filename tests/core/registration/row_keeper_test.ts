/** What a node says about its own row. */
import assert from "node:assert/strict";
import type { Effect } from "../../../lib/core/input.ts";
import { Ticks } from "../../../lib/core/base/ticks.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { draftOf } from "../../../lib/core/registration/own_row.ts";
import { RowKeeper } from "../../../lib/core/registration/row_keeper.ts";
import { recordOf } from "../records.ts";

/** A keeper whose row is in the registry; `told` gives what it has said since the last time. */
function settled(): { keeper: RowKeeper; out: Effect[]; told: () => string[] } {
  const keeper = new RowKeeper({ self: recordOf(1) }, new Ticks(1000, 0), seededRandom(1), 0);
  const out: Effect[] = [];
  keeper.wake(0, out);
  keeper.listed(undefined, 1, out);
  keeper.written("v1", 2, out);
  const told = (): string[] =>
    out.splice(0).flatMap((effect) => effect.kind === "note" ? [effect.message] : []);
  assert.deepEqual(told(), []);
  return { keeper, out, told };
}

/** A listing without the own row, and the write that follows it; what is said. */
function vanish({ keeper, out, told }: ReturnType<typeof settled>, now: number): string {
  keeper.wake(now, out);
  keeper.listed(undefined, now + 1, out);
  assert.equal(out.some(({ kind }) => kind === "write"), true);
  const before = told();
  keeper.written(`v${now}`, now + 2, out);
  return [...before, ...told()].join();
}

const vanished = "This node's row was missing from the registry; written again";

Deno.test("RowKeeper warns when its row has vanished, once it is there again", () => {
  assert.equal(vanish(settled(), 500), vanished);
});

Deno.test("RowKeeper finds nothing strange in a row that is missing after an outage", () => {
  const scene = settled();
  scene.keeper.wake(500, scene.out);
  scene.keeper.listFailed("the folder has been removed", 501, scene.out);
  assert.equal(scene.told().length, 1);
  assert.match(vanish(scene, 4000), /^The registry is available again after [^,]+$/);
  scene.keeper.hint(4500);
  assert.equal(vanish(scene, 4500), vanished, "the next time it is");
});

Deno.test("RowKeeper.hasten() looks at once, and a second after it has looked for that", () => {
  const { keeper, out } = settled();
  const pace = { listIntervalMs: 60_000, heartbeatIntervalMs: 60_000 };
  keeper.keepPace({ ...keeper.pace, ...pace });
  const looked: number[] = [];
  const look = (now: number): void => {
    out.length = 0;
    keeper.wake(now, out);
    if (!out.some(({ kind }) => kind === "list")) return;
    looked.push(now);
    const row = { ...draftOf(recordOf(1), 1000), heartbeat: 1, activeAt: "" };
    keeper.listed({ row, version: "v1" }, now, out);
    keeper.written("v1", now, out);
  };
  for (let now = 150; now < 5000; now += 50) {
    if (now % 150 === 0) keeper.hasten(now);
    look(now);
  }
  assert.deepEqual(looked, [150, 1150, 2150, 3150, 4150]);
});

Deno.test("RowKeeper.look() lists at once, but not within an interval of the last listing", () => {
  const { keeper, out } = settled();
  const own = {
    row: { ...draftOf(recordOf(1), 1000), heartbeat: 1, activeAt: "" },
    version: "v1",
  };
  keeper.keepPace({ ...keeper.pace, listIntervalMs: 30_000 });
  keeper.wake(2, out);
  keeper.listed(own, 500, out);
  keeper.wake(1002, out);
  keeper.keepPace({ ...keeper.pace, heartbeatIntervalMs: Infinity });
  keeper.written("v2", 1003, out);
  assert.equal(keeper.wakeAt, 30_500, "nobody asks for it sooner");
  keeper.look(1100);
  assert.equal(keeper.wakeAt, 1500);
  keeper.wake(1500, out);
  keeper.listed(own, 1600, out);
  keeper.look(20_000);
  assert.equal(keeper.wakeAt, 20_000);
});
