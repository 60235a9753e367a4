/**
 * A summary for people: a table of times, what was said that was not true, what it costs, and what
 * happened.
 *
 * @module
 */
import { formatDuration } from "../core/base/duration.ts";
import { describeScenario, fitsProfile, fittingProfile } from "./scenario.ts";
import { nodeFaults } from "./scenario_faults.ts";
import type { Distribution } from "./statistics.ts";
import type { Summary } from "./summary.ts";
import type { TimelineEntry } from "./timeline.ts";

/** Entries of a timeline that are shown. */
const entriesMax = 40;

/** False verdicts that are shown. */
const falseVerdictsMax = 5;

/**
 * The whole report, line breaks included.
 *
 * @param timeline of the only run; `undefined` if there were several
 * @param realMs how long the runs took, in milliseconds
 */
export function reportText(
  summary: Summary,
  timeline: readonly TimelineEntry[] | undefined,
  realMs: number,
): string {
  return [
    heading(summary),
    "",
    ...table(summary),
    "",
    ...falseWords(summary),
    ...costWords(summary),
    speedWords(summary, realMs),
    ...adviceWords(summary),
    ...(timeline === undefined ? [] : ["", ...timelineLines(timeline)]),
    "",
  ].join("\n");
}

function heading({ scenario, seed, runs }: Summary): string {
  const { nodes, profile, intervalMs, latencyMs } = scenario;
  const facts = [
    `${nodes} ${nodes === 1 ? "node" : "nodes"}`,
    `profile ${profile}`,
    `a pulse of ${formatDuration(intervalMs)}`,
    `delays of ${latencyMs} to ${2 * latencyMs} ms`,
    runs === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + runs - 1}`,
  ];
  const happens = describeScenario(scenario);
  return `${facts.join(", ")}\n${happens.length === 0 ? "nothing happens" : happens.join("; ")}`;
}

function table(summary: Summary): string[] {
  const lines: [string, Distribution | undefined, string][] = [
    ["all together after the last start", summary.togetherMs, never(summary.neverTogether)],
  ];
  for (const { fault, allMs, unknown } of summary.detections) {
    lines.push([`${nodeFaults[fault].happened}, known by all after`, allMs, never(unknown)]);
  }
  if (describeScenario(summary.scenario).length > 0) {
    lines.push([
      "all that are left agree again after",
      summary.healedMs,
      never(summary.neverHealed),
    ]);
  }
  const isOne = summary.runs === 1;
  const width = Math.max(...lines.map(([title]) => title.length));
  const row = (title: string, cells: readonly string[], rest: string): string =>
    [title.padEnd(width), ...cells.map((cell) => cell.padStart(9)), rest].join(" ").trimEnd();
  return [
    ...isOne ? [] : [row("", ["p50", "p99", "max"], "")],
    ...lines.map(([title, times, rest]) => row(title, cellsOf(times, isOne), rest)),
  ];
}

/** Of one run the slowest alone, of many how they are spread. */
function cellsOf(times: Distribution | undefined, isOne: boolean): string[] {
  const wanted = isOne ? ["max"] as const : ["p50", "p99", "max"] as const;
  return wanted.map((key) => times === undefined ? "–" : formatDuration(times[key]));
}

function never(count: number): string {
  return count === 0 ? "" : `  ${count} never`;
}

function falseWords({ falseVerdictCount, falseVerdicts }: Summary): string[] {
  if (falseVerdictCount === 0) return ["false verdicts: none"];
  return [
    `false verdicts: ${falseVerdictCount}`,
    ...falseVerdicts.slice(0, falseVerdictsMax).map(({ seed, atMs, observer, subject, reason }) =>
      `  seed ${seed}, ${formatTime(atMs)}  ${observer}: ${subject} has failed: ${reason}`
    ),
  ];
}

function costWords(summary: Summary): string[] {
  const { pings, bytes, registryWrites, registryListings } = summary;
  return [
    `each node sends ${pings.toFixed(1)} pings and ${kilobytes(bytes)} a second`,
    `all together write ${registryWrites.toFixed(1)} rows and list the registry ` +
    `${registryListings.toFixed(1)} times a second`,
  ];
}

/** What suits the delays better, if anything does. */
function adviceWords({ scenario }: Summary): string[] {
  const { profile, latencyMs } = scenario;
  const fitting = fittingProfile(latencyMs);
  if (fitsProfile(profile, latencyMs)) return [];
  const delays = `Delays of ${latencyMs} to ${2 * latencyMs} ms do not fit the profile ${profile}`;
  return [
    "",
    fitting === undefined
      ? `${delays}, nor any other: wan forgives the most`
      : `${delays}: a lost packet is a missed ping there. Add --profile ${fitting}`,
  ];
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function speedWords({ events, virtualMs }: Summary, realMs: number): string {
  const rate = Math.round(events / Math.max(1, realMs)) * 1000;
  return `${formatDuration(virtualMs)} of virtual time took ${formatDuration(realMs)}: ` +
    `${rate.toLocaleString("en")} events a second`;
}

function timelineLines(entries: readonly TimelineEntry[]): string[] {
  const lines = entries.slice(0, entriesMax).map(({ atMs, text, observer, ...rest }) => {
    const { observerCount, lastMs } = rest;
    const who = observer === undefined ? "" : `${observer}: `;
    const others = observerCount - 1;
    const more = others < 1
      ? ""
      : ` (and ${others} more${lastMs > atMs ? `, the last at ${formatTime(lastMs)}` : ""})`;
    return `${formatTime(atMs).padStart(9)}  ${who}${text}${more}`;
  });
  const left = entries.length - lines.length;
  return left > 0 ? [...lines, `${"".padStart(9)}  … and ${left} more`] : lines;
}

/** Milliseconds since the faults began: `+0.258 s`. */
function formatTime(ms: number): string {
  return `${ms < 0 ? "−" : "+"}${(Math.abs(ms) / 1000).toFixed(3)} s`;
}
