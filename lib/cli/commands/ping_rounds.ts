/**
 * The rounds of a ping, whoever is pinged: one after the other, with a summary, like ping(8).
 *
 * @module
 */
import { aborted } from "../../abort.ts";
import { sleep, systemClock } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import { formatAddress } from "../../core/base/address.ts";
import { escapeControls } from "../../core/base/escape.ts";
import type { NodeName } from "../../core/base/name.ts";
import { jsonText } from "../../report/json_text.ts";
import { pingReport, pingSummaryReport } from "../../report/ping_report.ts";
import type { EndedPing, PingSummaryReport } from "../../report/ping_report.ts";
import type { Call } from "../parse/call.ts";
import { exitCode } from "../exit_codes.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import type { CliContext } from "../context.ts";

/** Somebody who can be pinged. */
export interface PingSubject {
  readonly name: NodeName;
  /** Where it is said to be, for the first line. */
  readonly place: string;
  ask(): Promise<EndedPing>;
}

/** How the pings of one node went. */
interface Figures {
  readonly name: NodeName;
  readonly sentCount: number;
  readonly roundTripsUs: readonly number[];
  readonly tookMs: number;
}

/**
 * Pings all of `subjects`, side by side, until that is enough; 0 if each of them answered at least
 * once, else 1.
 */
export async function pingRounds(
  world: CliContext,
  flags: Call<"ping">["flags"],
  subjects: readonly PingSubject[],
  clock: Clock = systemClock,
): Promise<number> {
  const { deadlineMs, json } = flags;
  using interrupted = untilInterrupted();
  const deadline = new AbortController();
  const cancel = deadlineMs === undefined
    ? undefined
    : clock.after(deadlineMs, () => deadline.abort());
  const over = AbortSignal.any([interrupted.signal, deadline.signal]);
  for (const { name, place } of json ? [] : subjects) {
    world.writeStdout(`${escapeControls(`PING ${name} (${place})`)}\n`);
  }
  const all = await Promise.all(
    subjects.map((subject) => pingOne(world, flags, subject, over, clock)),
  ).finally(cancel);
  for (const figures of all) {
    const report = pingSummaryReport({ ...figures, now: clock.wallTime() });
    world.writeStdout(json ? `${jsonText(report)}\n` : summary(report));
  }
  const isFine = all.every(({ roundTripsUs }) => roundTripsUs.length > 0);
  return isFine ? exitCode.fine : exitCode.failed;
}

/** A ping that is in flight when time is `over` is one without an answer. */
async function pingOne(
  world: CliContext,
  { count = Infinity, intervalMs = 1000, json, quiet }: Call<"ping">["flags"],
  { name, ask }: PingSubject,
  over: AbortSignal,
  clock: Clock,
): Promise<Figures> {
  const roundTripsUs: number[] = [];
  const begun = clock.now();
  let sentCount = 0;
  while (!over.aborted && sentCount < count) {
    const at = clock.now();
    sentCount++;
    const outcome = await Promise.race([ask(), aborted(over)]);
    if (outcome === undefined) break;
    if ("roundTripUs" in outcome) roundTripsUs.push(outcome.roundTripUs);
    const line = json
      ? jsonText(pingReport(name, sentCount, outcome, clock.wallTime()))
      : pingLine(name, sentCount, outcome);
    if (!quiet) world.writeStdout(`${line}\n`);
    if (sentCount === count) break;
    const pauseMs = Math.max(0, intervalMs - (clock.now() - at));
    await sleep(clock, pauseMs, over).catch(() => {});
  }
  return { name, sentCount, roundTripsUs, tookMs: clock.now() - begun };
}

function pingLine(name: NodeName, sequence: number, outcome: EndedPing): string {
  if (!("roundTripUs" in outcome)) {
    const why = `${outcome.kind} (${escapeControls(outcome.detail)})`;
    return `pang from ${name}: seq=${sequence} ${why}`;
  }
  const at = formatAddress(outcome.address);
  return `pong from ${name} (${at}): seq=${sequence} time=${milliseconds(outcome.roundTripUs)} ms`;
}

/** The lines at the end, as those of ping(8), and percentiles. */
export function summary(report: PingSummaryReport): string {
  const { name, sentCount, answeredCount, lossPercent, tookMs } = report;
  const { minUs, meanUs, maxUs, p50Us, p90Us, p99Us } = report;
  const figures = (...durationsUs: (number | undefined)[]): string =>
    durationsUs.map((durationUs = 0) => milliseconds(durationUs)).join("/");
  const roundTrips = [
    `round trip min/avg/max = ${figures(minUs, meanUs, maxUs)} ms`,
    `round trip p50/p90/p99 = ${figures(p50Us, p90Us, p99Us)} ms`,
  ];
  const lines = [
    "",
    `--- ${name} ping statistics ---`,
    `${sentCount} pings sent, ${answeredCount} pongs received, ${lossPercent}% loss, time ${tookMs} ms`,
    ...answeredCount > 0 ? roundTrips : [],
  ];
  return `${lines.join("\n")}\n`;
}

function milliseconds(durationUs: number): string {
  return (durationUs / 1000).toFixed(3);
}
