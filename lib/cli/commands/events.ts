/**
 * `clusternode events`: what changed, when, and why, as one node has seen it.
 *
 * @module
 */
import { sleep, systemClock } from "../../clock.ts";
import { describeChange } from "../../core/members/change.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { escapeControls } from "../../core/base/escape.ts";
import type { EventView } from "../../protocol/message.ts";
import type { Call } from "../parse/call.ts";
import { exitCode } from "../exit_codes.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { Client, rowsOfThisMachine, unexpected } from "../client.ts";
import type { CliContext } from "../context.ts";

/** Time between two looks, in milliseconds. */
const lookMs = 500;

/** Shows the last changes, and with `follow` all that come until interrupted. */
export async function events(
  world: CliContext,
  { options, flags: { json, follow } }: Call<"events">,
): Promise<number> {
  using interrupted = untilInterrupted();
  await using client = await Client.begin(world, options);
  const asked = await client.anyNode(rowsOfThisMachine(client, undefined));
  for (let from = 0; !interrupted.signal.aborted;) {
    const answer = await client.askFor(asked, { kind: "events", from });
    if (answer.kind !== "events") throw unexpected(asked, answer);
    for (const event of answer.events) world.writeStdout(line(event, json) + "\n");
    const isAll = answer.events.length === 0;
    from = answer.next;
    if (!isAll) continue;
    if (!follow) return exitCode.fine;
    await sleep(systemClock, lookMs, interrupted.signal).catch(() => {});
  }
  return interrupted.exitCode;
}

function line(event: EventView, json: boolean): string {
  return json
    ? JSON.stringify(event)
    : escapeControls(`${formatDuration(event.agoMs).padStart(10)} ago  ${describeChange(event)}`);
}
