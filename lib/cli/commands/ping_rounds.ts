/**
 * The rounds of a ping, whoever is pinged: one after the other, with a summary, like ping(8).
 *
 * @module
 */
import { aborted } from "../../abort.ts";
import { sleep, systemClock } from "../../clock.ts";
import { formatAddress } from "../../core/base/address.ts";
import type { Address } from "../../core/base/address.ts";
import { escapeControls } from "../../core/base/escape.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { Call } from "../parse/call.ts";
import { exitCode } from "../exit_codes.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import type { CliContext } from "../context.ts";

/** One answer, or none. */
export type PingResult =
  | { readonly kind: "pong"; readonly roundTripUs: number; readonly address: Address }
  | { readonly kind: string; readonly detail: string };

/** Somebody who can be pinged. */
export interface PingSubject {
  readonly name: NodeName;
  /** Where it is said to be, for the first line. */
  readonly place: string;
  ask(): Promise<PingResult>;
}

/** Pings until that is enough; 0 if there was at least one answer, 1 if there was none. */
export async function pingRounds(
  world: CliContext,
  { count, intervalMs = 1000 }: Call<"ping">["flags"],
  subject: PingSubject,
): Promise<number> {
  using interrupted = untilInterrupted();
  const { name, place } = subject;
  world.writeStdout(`${escapeControls(`PING ${name} (${place})`)}\n`);
  const roundTrips: number[] = [];
  const begun = systemClock.now();
  let sent = 0;
  while (!interrupted.signal.aborted && sent < (count ?? Infinity)) {
    const at = systemClock.now();
    const outcome = await Promise.race([subject.ask(), aborted(interrupted.signal)]);
    if (outcome === undefined) break;
    sent++;
    if ("roundTripUs" in outcome) roundTrips.push(outcome.roundTripUs);
    world.writeStdout(pingLine(name, sent, outcome) + "\n");
    if (sent === count) break;
    const pauseMs = Math.max(0, intervalMs - (systemClock.now() - at));
    await sleep(systemClock, pauseMs, interrupted.signal).catch(() => {});
  }
  world.writeStdout(summary(name, sent, roundTrips, systemClock.now() - begun));
  return roundTrips.length > 0 ? exitCode.fine : exitCode.failed;
}

function pingLine(name: NodeName, sequence: number, outcome: PingResult): string {
  if (!("roundTripUs" in outcome)) {
    const why = `${outcome.kind} (${escapeControls(outcome.detail)})`;
    return `pang from ${name}: seq=${sequence} ${why}`;
  }
  const at = formatAddress(outcome.address);
  return `pong from ${name} (${at}): seq=${sequence} time=${milliseconds(outcome.roundTripUs)} ms`;
}

/** The lines at the end. Loss in whole per cent, round trips in milliseconds. */
export function summary(
  name: NodeName,
  sent: number,
  roundTripsUs: readonly number[],
  tookMs: number,
): string {
  const received = roundTripsUs.length;
  const loss = sent === 0 ? 0 : Math.round((sent - received) / sent * 100);
  const lines = [
    "",
    `--- ${name} ping statistics ---`,
    `${sent} pings sent, ${received} pongs received, ${loss}% loss, time ${tookMs} ms`,
  ];
  if (received > 0) {
    const average = roundTripsUs.reduce((sum, roundTripUs) => sum + roundTripUs, 0) / received;
    const figures = [Math.min(...roundTripsUs), average, Math.max(...roundTripsUs)];
    lines.push(`round trip min/avg/max = ${figures.map(milliseconds).join("/")} ms`);
  }
  return lines.join("\n") + "\n";
}

function milliseconds(durationUs: number): string {
  return (durationUs / 1000).toFixed(3);
}
