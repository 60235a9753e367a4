import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { agesOf } from "../../lib/history/ages.ts";
import type { Moment } from "../../lib/history/ages.ts";

/** A moment of run `run` by its own clock and by the wall clock. */
function moment(run: string, at: number, time: number): Moment {
  return { run, at, time };
}

Deno.test("agesOf() measures within the present run by its own clock, whatever the wall clock says", () => {
  const events = [moment("b", 10, 500_000), moment("b", 40, 2), moment("b", 60, 999_999)];
  deepEqual(agesOf(events, moment("b", 100, 0)), [90, 60, 40]);
});

Deno.test("agesOf() adds the time between two runs, by the wall clock", () => {
  const events = [
    moment("a", 900_000, 1000),
    moment("a", 900_500, 1500),
    // 2000 later by the wall clock, on another clock of its own.
    moment("b", 10, 3500),
  ];
  deepEqual(agesOf(events, moment("b", 110, 3600)), [2600, 2100, 100]);
});

Deno.test("agesOf() counts no time between two runs if the clock was set back", () => {
  const events = [moment("a", 5, 90_000), moment("b", 10, 1000)];
  deepEqual(agesOf(events, moment("b", 20, 1010)), [10, 10]);
});

Deno.test("agesOf() takes the time of a start from a clock that was put right later", () => {
  // A machine without a clock of its own starts in 1970, and asks the network then.
  const events = [moment("a", 5, 100_000), moment("b", 0, 7), moment("b", 50, 103_050)];
  deepEqual(agesOf(events, moment("c", 0, 105_000)), [5000, 2000, 1950]);
  deepEqual(agesOf(events.slice(0, 2), moment("b", 50, 103_050)), [3050, 50]);
});

Deno.test("agesOf() never gives an event an age below that of a later one, or below 0", () => {
  const moments = fc.record({
    run: fc.constantFrom("a", "b", "c"),
    at: fc.integer(),
    time: fc.integer(),
  });
  fc.assert(fc.property(fc.array(moments), moments, (events, now) => {
    const ages = agesOf(events, now);
    deepEqual(ages, ages.toSorted((one, other) => other - one));
    deepEqual(ages.filter((age) => !(age >= 0)), []);
  }));
});
