/**
 * `clusternode events`: what changed, when, why, and who saw it.
 *
 * @module
 */
import { orAborted } from "../../abort.ts";
import { sleep, systemClock } from "../../clock.ts";
import { eventReport } from "../../report/event_report.ts";
import { jsonText } from "../../report/json_text.ts";
import type { Call } from "../parse/call.ts";
import { exitCode } from "../exit_codes.ts";
import { eventText } from "./event_text.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { paintFor } from "../terminal/paint.ts";
import { EventFollower } from "../event_follower.ts";
import type { MergedEvent } from "../event_merge.ts";
import type { CliContext } from "../context.ts";

/** Time between two looks, in milliseconds. */
const lookMs = 500;

/** Shows the last changes, and with `follow` all that come until interrupted. */
export async function events(
  world: CliContext,
  { options, flags: { json, follow, from, since: sinceMs } }: Call<"events">,
): Promise<number> {
  using interrupted = untilInterrupted();
  const { signal } = interrupted;
  await using nodes = new EventFollower(world, options, { from, sinceMs });
  const offset = new ClockOffset();
  const paint = paintFor(world);
  const show = (found: readonly MergedEvent[]): void => {
    for (const event of found) {
      const wallTime = event.at + offset.ms();
      const shape = { width: world.terminalSize()?.columns, paint };
      if (json) world.writeStdout(`${eventJson(event, wallTime, options.cluster)}\n`);
      else world.drawStdout(eventText(event, wallTime, shape));
    }
  };
  try {
    show(await orAborted(nodes.history(), signal));
    while (follow) {
      await sleep(systemClock, lookMs, signal);
      show(await orAborted(nodes.added(), signal));
    }
    return exitCode.fine;
  } catch (error) {
    if (error !== signal.reason || !signal.aborted) throw error;
    return interrupted.exitCode;
  }
}

function eventJson(event: MergedEvent, wallTime: number, cluster: string): string {
  const agoMs = systemClock.now() - event.at;
  return jsonText(eventReport({ ...event, agoMs }, { cluster, now: wallTime + agoMs }));
}

/** A wall clock that was set, or a machine that slept, is off by more, in milliseconds. */
const offsetNoiseMs = 20;

/** How far the wall clock is ahead of the monotonic one: the same until one of them jumps. */
class ClockOffset {
  #kept = -Infinity;

  ms(): number {
    const now = systemClock.wallTime() - systemClock.now();
    if (Math.abs(now - this.#kept) > offsetNoiseMs) this.#kept = now;
    return this.#kept;
  }
}
