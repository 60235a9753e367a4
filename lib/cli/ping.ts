/**
 * `clusternode ping`: one node, again and again, with round trips and loss, like ping(8).
 *
 * @module
 */
import { sleep, systemClock } from "../clock.ts";
import { formatAddress } from "../core/address.ts";
import type { GivenName } from "../core/option_identity.ts";
import type { Row } from "../core/row.ts";
import type { Outcome } from "../transport/transport.ts";
import type { ClientOptions, PingFlags } from "./commands.ts";
import { exitCode } from "./exit_codes.ts";
import { untilInterrupted } from "./interrupt.ts";
import { Visit } from "./visit.ts";
import type { World } from "./world.ts";

/** Pings one node; 0 if it answered at least once, 1 if never. */
export async function ping(
  world: World,
  name: GivenName,
  options: ClientOptions,
  { count, intervalMs }: PingFlags,
): Promise<number> {
  using interrupted = untilInterrupted();
  await using visit = await Visit.begin(world, options);
  const row = visit.find(name);
  world.writeStdout(`PING ${row.name} (${row.addresses.map(formatAddress).join(", ")})\n`);
  const roundTrips: number[] = [];
  const begun = systemClock.now();
  let sent = 0;
  while (!interrupted.signal.aborted && sent < (count ?? Infinity)) {
    const at = systemClock.now();
    const outcome = await Promise.race([visit.ask(row, { kind: "ping" }), aborted(interrupted)]);
    if (outcome === undefined) break;
    sent++;
    if (outcome.kind === "answer") roundTrips.push(outcome.roundTripUs);
    world.writeStdout(pingLine(row, sent, outcome) + "\n");
    if (sent === count) break;
    const pauseMs = Math.max(0, intervalMs - (systemClock.now() - at));
    await sleep(systemClock, pauseMs, interrupted.signal).catch(() => {});
  }
  world.writeStdout(summary(row, sent, roundTrips, systemClock.now() - begun));
  return roundTrips.length > 0 ? exitCode.fine : exitCode.failed;
}

function aborted({ signal }: { signal: AbortSignal }): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

function pingLine(row: Row, sequence: number, outcome: Outcome): string {
  if (outcome.kind !== "answer") {
    return `pang from ${row.name}: seq=${sequence} ${outcome.kind} (${outcome.detail})`;
  }
  const at = formatAddress(outcome.address);
  return `pong from ${row.name} (${at}): seq=${sequence} time=${
    milliseconds(outcome.roundTripUs)
  } ms`;
}

/** The lines at the end. Loss in whole per cent, round trips in milliseconds. */
export function summary(
  { name }: Pick<Row, "name">,
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
