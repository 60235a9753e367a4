/**
 * Figures as text, in the two formats that Prometheus reads.
 *
 * They differ little: in OpenMetrics a family of counters is called without its `_total`, units have
 * lines of their own, bounds of buckets always have a point, and the last line says that nothing is
 * missing. Sources: the text format 0.0.4 of Prometheus, and OpenMetrics 1.0.
 *
 * @module
 */
import type { DurationHistogram } from "../../node/meter.ts";

/** A format of figures. */
export type Format = "text" | "openmetrics";

/** What a format is called in HTTP. */
export const contentTypes: Readonly<Record<Format, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** What all figures of one name have in common. */
export interface Family {
  /** As it is asked for: with `_total` or `_info`, if that is its end. */
  readonly name: string;
  /** An `info` always has the value 1: its labels are what it says. */
  readonly type: "counter" | "gauge" | "histogram" | "info";
  /** Then the name says it, too. */
  readonly unit?: "seconds" | "bytes";
  /** Names of its labels. */
  readonly labels: readonly string[];
  /** What it means, as a sentence. */
  readonly help: string;
}

/** One figure. */
export interface Sample {
  /** The values of the labels, in the order of the family. */
  readonly labels: readonly string[];
  readonly value: number | DurationHistogram;
}

/** The figures of all families; one without figures is left out. */
export function exposition(
  families: Iterable<readonly [Family, readonly Sample[]]>,
  format: Format,
): string {
  const lines: string[] = [];
  for (const [family, samples] of families) {
    if (samples.length === 0) continue;
    lines.push(...headOf(family, format));
    for (const sample of samples) pushSample(lines, family, sample, format);
  }
  if (format === "openmetrics") lines.push("# EOF");
  return lines.join("\n") + "\n";
}

function headOf({ name, type, unit, help }: Family, format: Format): string[] {
  if (format === "text") {
    const plainType = type === "info" ? "gauge" : type;
    return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${plainType}`];
  }
  const family = name.replace(/_(total|info)$/, "");
  return [
    `# TYPE ${family} ${type}`,
    ...unit === undefined ? [] : [`# UNIT ${family} ${unit}`],
    `# HELP ${family} ${escapeValue(help)}`,
  ];
}

function pushSample(
  lines: string[],
  { name, labels: names }: Family,
  { labels, value }: Sample,
  format: Format,
): void {
  const pairs = names.map((label, index) => `${label}="${escapeValue(labels[index] ?? "")}"`);
  if (typeof value === "number") {
    lines.push(`${name}${braced(pairs)} ${value}`);
    return;
  }
  let below = 0;
  for (const [bucket, count] of value.counts.entries()) {
    below += count;
    const bound = boundOf(value.boundsUs[bucket], format);
    lines.push(`${name}_bucket${braced([...pairs, `le="${bound}"`])} ${below}`);
  }
  lines.push(`${name}_sum${braced(pairs)} ${value.sumUs / 1e6}`);
  lines.push(`${name}_count${braced(pairs)} ${below}`);
}

function boundOf(boundUs: number | undefined, format: Format): string {
  if (boundUs === undefined) return "+Inf";
  const bound = `${boundUs / 1e6}`;
  return format === "openmetrics" && !bound.includes(".") ? `${bound}.0` : bound;
}

function braced(pairs: readonly string[]): string {
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Within quotes; in OpenMetrics also behind HELP. */
function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
