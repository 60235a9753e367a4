/** Who hears of the turns of a loop, and how seldom one is made for them alone. */
import assert from "node:assert/strict";
import { Barrier } from "../../lib/barrier.ts";
import { Turns } from "../../lib/node/turns.ts";

function open(...everyMs: readonly number[]): { turns: Turns; told: number[][]; faults: string[] } {
  const faults: string[] = [];
  const barrier = new Barrier(({ where, error }) => faults.push(`${where}: ${error}`));
  const told: number[][] = everyMs.map(() => []);
  let now = 0;
  const listeners = everyMs.map((every, index) => ({
    everyMs: every,
    turned: (): void => {
      told[index]?.push(now);
      if (every === 1) throw new Error("no");
    },
  }));
  const turns = new Turns(listeners, barrier);
  const made = turns.made.bind(turns);
  turns.made = (at: number): void => made(now = at);
  return { turns, told, faults };
}

Deno.test("Turns.made() tells those whose time has nearly come, so that none is made for them", () => {
  const { turns, told } = open(1000);
  // A pulse that is late, now more and now less.
  for (const [index, at] of [5, 1003, 2009, 3001].entries()) {
    turns.made(at);
    assert.ok(turns.wakeAt >= (index + 1) * 1000, `a turn at ${turns.wakeAt} for it alone`);
  }
  assert.deepEqual(told, [[5, 1003, 2009, 3001]]);
});

Deno.test("Turns.made() tells nobody before three quarters of their time", () => {
  const { turns, told } = open(1000, 400);
  for (let now = 0; now <= 1000; now += 50) turns.made(now);
  assert.deepEqual(told, [[0, 750], [0, 300, 600, 900]]);
});

Deno.test("Turns.wakeAt is the end of the time of whoever has waited longest", () => {
  const { turns } = open(1000, 400);
  turns.made(100);
  assert.equal(turns.wakeAt, 500);
  turns.made(420);
  assert.equal(turns.wakeAt, 820);
  turns.made(800);
  assert.equal(turns.wakeAt, 1100);
  assert.equal(open().turns.wakeAt, Infinity);
});

Deno.test("Turns.made() goes on with the others when one of them throws", () => {
  const { turns, told, faults } = open(1, 1000);
  turns.made(0);
  assert.deepEqual(told, [[0], [0]]);
  assert.deepEqual(faults, ["a listener of the loop: Error: no"]);
});
