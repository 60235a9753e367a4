/**
 * How long ago was what several runs of a node remember?
 *
 * Within a run its monotonic clock tells. Between two runs there is nothing but the wall clock, which
 * may have been set: back, and then no time has passed; or from 1970 to the present, as on a machine
 * that has no clock of its own and asks the network. So of each run the latest wall-clock time counts,
 * which had the most time to be put right. The order in which events were written is never touched.
 *
 * @module
 */
import type { Remembered } from "./remembered.ts";

/** A moment of a run by both of its clocks, in milliseconds. */
export type Moment = Pick<Remembered, "run" | "at" | "time">;

/**
 * The ages of `events`, which stand in their order, in milliseconds; none is less than that of a later
 * one.
 */
export function agesOf(events: readonly Moment[], now: Moment): number[] {
  const ages = new Array<number>(events.length);
  // The latest moment of the run that is looked at, and the age of what was looked at last.
  let [latest, latestAge, next, age] = [now, 0, now, 0];
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index] as Moment;
    if (event.run === latest.run) age = Math.max(age, latestAge + latest.at - event.at);
    else {
      const nextTime = latest.time - (latest.at - next.at);
      age += Math.max(0, nextTime - event.time);
      [latest, latestAge] = [event, age];
    }
    ages[index] = age;
    next = event;
  }
  return ages;
}
