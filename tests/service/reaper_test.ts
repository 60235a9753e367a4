import { deepEqual, equal } from "node:assert/strict";
import { Reaper, reapMax, reapPauseMs, reapPollMs } from "../../lib/service/reaper.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** Ended children of a process, in the order in which the system shows them. */
class Zombies {
  readonly clock = new ManualClock();
  readonly own = new Set<number>();
  ended: number[] = [];
  readonly taken: number[] = [];

  reaper(): Reaper {
    return new Reaper({ calls: this, clock: this.clock, isOwn: (pid) => this.own.has(pid) });
  }

  peekEnded(): number | undefined {
    return this.ended[0];
  }

  reap(pid: number): boolean {
    this.taken.push(pid);
    this.ended = this.ended.filter((other) => other !== pid);
    return true;
  }
}

Deno.test("Reaper takes all orphans that have ended, and never a child of Deno's own", () => {
  const zombies = new Zombies();
  zombies.ended = [10, 11, 12, 13];
  zombies.own.add(12);
  using reaper = zombies.reaper();
  deepEqual(zombies.taken, [10, 11]);
  zombies.clock.pass(reapPauseMs);
  deepEqual(zombies.taken, [10, 11], "Deno has not taken its child yet");
  zombies.ended = [13];
  zombies.clock.pass(reapPauseMs);
  deepEqual(zombies.taken, [10, 11, 13]);
  equal(reaper.reaped, 3);
});

Deno.test("Reaper takes many in parts, and looks now and then without a signal", () => {
  const zombies = new Zombies();
  zombies.ended = Array.from({ length: reapMax + 1 }, (_, index) => 100 + index);
  using reaper = zombies.reaper();
  equal(reaper.reaped, reapMax);
  zombies.clock.pass(0);
  equal(reaper.reaped, reapMax + 1);
  zombies.ended = [7];
  zombies.clock.pass(reapPollMs);
  equal(reaper.reaped, reapMax + 2);
});

Deno.test("Reaper leaves no timer behind", () => {
  const zombies = new Zombies();
  zombies.reaper()[Symbol.dispose]();
  equal(zombies.clock.pending, 0);
});
