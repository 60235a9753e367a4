/**
 * `clusternode doctor`: checks everything around a node that can be wrong, and says what to do.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { examine } from "../../doctor/examine.ts";
import type { Finding } from "../../doctor/finding.ts";
import { findingsText, isWell } from "../../doctor/report.ts";
import { isoTime } from "../../report/iso_time.ts";
import { jsonText } from "../../report/json_text.ts";
import type { Report } from "../../report/reports.ts";
import type { Call } from "../parse/call.ts";
import { exitCode } from "../exit_codes.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import type { CliContext } from "../context.ts";

/** Examines and tells; 0 without a fault, 1 with one, 4 if the registry cannot be reached. */
export async function doctor(
  world: CliContext,
  { options, flags: { json } }: Call<"doctor">,
): Promise<number> {
  using interrupted = untilInterrupted();
  const { signal } = interrupted;
  try {
    const { findings, registryAway } = await examine({ options, clock: systemClock, signal });
    if (signal.aborted) return interrupted.exitCode;
    const color = world.stdoutIsTerminal && !world.environment["NO_COLOR"];
    if (json) world.writeStdout(`${jsonText(reportOf(findings, options.cluster))}\n`);
    else world.drawStdout(findingsText(findings, { color }));
    if (registryAway) return exitCode.registryAway;
    return isWell(findings) ? exitCode.fine : exitCode.failed;
  } catch (error) {
    if (signal.aborted) return interrupted.exitCode;
    throw error;
  }
}

/** The findings for programs, in the order of the checks. */
function reportOf(findings: readonly Finding[], cluster: string): Report {
  return {
    schema: "doctor.v1",
    time: isoTime(systemClock.wallTime()),
    cluster,
    healthy: isWell(findings),
    findings: findings.map((found) => ({
      check: found.id,
      severity: found.level,
      message: found.text,
      advice: found.level === "ok" ? undefined : found.whatToDo,
    })),
  };
}
