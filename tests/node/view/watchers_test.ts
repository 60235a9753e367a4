/**
 * Who hears that a node sees something else than before.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Barrier } from "../../../lib/barrier.ts";
import { Watchers } from "../../../lib/node/view/watchers.ts";
import { loudBarrier } from "../../loud_barrier.ts";

Deno.test("Watchers call once after each change, of a member or of the phase", () => {
  const watchers = new Watchers(loudBarrier);
  let calls = 0;
  using _watch = watchers.add(() => calls++);
  const after = (changeCount: number, phase: string): number => {
    watchers.settled(changeCount, phase);
    return calls;
  };
  assert.deepEqual(
    [after(0, "starting"), after(0, "joined"), after(0, "joined"), after(3, "joined")],
    [0, 1, 1, 2],
  );
});

Deno.test("Watchers do not call who was disposed, and one that throws keeps none from it", () => {
  const faults: unknown[] = [];
  const watchers = new Watchers(new Barrier(({ error }) => faults.push(error)));
  let calls = 0;
  const listener = (): void => void calls++;
  using _broken = watchers.add(() => {
    throw new Error("a mistake");
  });
  const first = watchers.add(listener);
  using _second = watchers.add(listener);
  watchers.settled(1, "joined");
  assert.deepEqual([calls, faults.length], [2, 1]);
  first[Symbol.dispose]();
  watchers.settled(2, "joined");
  assert.equal(calls, 3);
});
