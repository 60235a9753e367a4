/**
 * The schedule against a plain list that is searched each time.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Schedule } from "../../../lib/core/base/schedule.ts";

Deno.test("Schedule has nothing to give when it is empty", () => {
  const schedule = new Schedule<string>();
  assert.equal(schedule.earliest, Infinity);
  assert.equal(schedule.at("a"), undefined);
  assert.equal(schedule.take(Infinity), undefined);
  schedule.delete("a");
  assert.equal(schedule.earliest, Infinity);
});

Deno.test("Schedule.take() gives a key once, when it is due and not before", () => {
  const schedule = new Schedule<string>();
  schedule.set("a", 5);
  assert.equal(schedule.take(4.9), undefined);
  assert.equal(schedule.take(5), "a");
  assert.equal(schedule.take(5), undefined);
  assert.equal(schedule.at("a"), undefined);
});

Deno.test("Schedule.set() moves a key both ways, and hasten() only to an earlier time", () => {
  const schedule = new Schedule<string>();
  schedule.hasten("a", 7);
  assert.equal(schedule.at("a"), 7, "a key that was not in here is added");
  schedule.set("b", 8);
  schedule.hasten("a", 9);
  assert.equal(schedule.at("a"), 7);
  schedule.hasten("b", 3);
  assert.equal(schedule.earliest, 3);
  schedule.set("b", 20);
  assert.equal(schedule.earliest, 7);
  assert.equal(schedule.take(20), "a");
  assert.equal(schedule.take(20), "b");
});

Deno.test("Schedule.take() gives all keys in the order of their times, when some were taken out", () => {
  const anyTimes = fc.array(fc.nat(30), { maxLength: 40 });
  const anyKeys = fc.array(fc.nat(39), { maxLength: 10 });
  // Here the last of the heap must rise where the deleted one stood; chance seldom finds that.
  const rising: [number[], number[]] = [[25, 13, 14, 18, 17, 27, 2], [0]];
  fc.assert(
    fc.property(anyTimes, anyKeys, (times, deleted) => {
      const schedule = new Schedule<number>();
      times.forEach((at, key) => schedule.set(key, at));
      for (const key of deleted) schedule.delete(key);
      const taken: number[] = [];
      for (let key = schedule.take(30); key !== undefined; key = schedule.take(30)) {
        taken.push(times[key] as number);
      }
      const kept = times.filter((_, key) => !deleted.includes(key));
      assert.deepEqual(taken, kept.sort((one, other) => one - other));
    }),
    { examples: [rising] },
  );
});

Deno.test("Schedule does what a plain list does, whatever is asked of it", () => {
  const anyStep = fc.record({
    kind: fc.constantFrom("set", "set", "hasten", "delete", "take"),
    key: fc.nat(20),
    at: fc.oneof({ weight: 9, arbitrary: fc.nat(40) }, fc.constantFrom(Infinity, -Infinity)),
  });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
      const schedule = new Schedule<number>();
      const plain = new Map<number, number>();
      const earliest = (): number => Math.min(Infinity, ...plain.values());
      for (const { kind, key, at } of steps) {
        if (kind === "set") {
          schedule.set(key, at);
          plain.set(key, at);
        } else if (kind === "hasten") {
          schedule.hasten(key, at);
          plain.set(key, Math.min(at, plain.get(key) ?? Infinity));
        } else if (kind === "delete") {
          schedule.delete(key);
          plain.delete(key);
        } else {
          const isDue = plain.size > 0 && earliest() <= at;
          const taken = schedule.take(at);
          assert.equal(taken !== undefined, isDue);
          if (taken === undefined) continue;
          assert.equal(plain.get(taken), earliest(), "the earliest, whichever of equal ones");
          plain.delete(taken);
        }
        assert.equal(schedule.earliest, earliest());
        for (let each = 0; each <= 20; each++) assert.equal(schedule.at(each), plain.get(each));
      }
    }),
    { numRuns: 200 },
  );
});
