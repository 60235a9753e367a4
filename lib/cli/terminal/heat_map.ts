/**
 * Many links in little room: one block each, darker the slower it is, and a cross where it fails.
 *
 * @module
 */
import type { NodeName } from "../../core/base/name.ts";
import type { LinkMatrix } from "../../core/explain/link_matrix.ts";
import type { Label } from "../../report/words/member_label.ts";
import { signOfStyle } from "./paint.ts";
import type { Paint, Style } from "./paint.ts";
import { padText } from "./text_width.ts";

/** The block of the slowest links. */
const slowest = "▓";

/** Blocks for round trips of so many times the median at most. */
const blocks = [
  { sign: "░", most: 2 },
  { sign: "▒", most: 4 },
  { sign: slowest, most: Infinity },
] as const;

/** Longest text above a column, in characters written below each other. */
const headerMax = 4;

/** What stands for one link. */
type Block = readonly [sign: string, style: Style | undefined];

/** How the map is made. */
interface MapShape {
  /** Room in characters. */
  readonly width: number;
  readonly paint: Paint;
}

/**
 * The lines of the map: a row for each node that pings, a column for each that is pinged. Where there
 * is no room for all of them, those are shown of whose links most fail; no lines if none fails.
 */
export function heatMap(
  links: LinkMatrix,
  subjects: readonly NodeName[],
  label: Label,
  { width, paint }: MapShape,
): string[] {
  const margin = Math.max(...subjects.map((name) => label(name).length)) + 2;
  const shown = thatFit(links, subjects, width - margin);
  if (shown.length === 0) return [];
  const medianUs = medianRoundTripUs(links, subjects);
  const cellWidth = margin + 2 * shown.length <= width ? 2 : 1;
  const rows = shown.filter((name) => links.names.includes(name)).map((from) => {
    const cells = shown.map((to) => blockOf(links, from, to, medianUs));
    const line = cells.map(([sign, style]) => paint(style, sign.repeat(cellWidth))).join("");
    const style = links.answered(from) ? undefined : "bad";
    return paint(style, padText(label(from), margin)) + line;
  });
  const rest = shown.length < subjects.length
    ? [`shown are the ${shown.length} of ${subjects.length} nodes of whose links most fail`]
    : [];
  return [
    ...header(shown.map(label)).map((line) =>
      " ".repeat(margin) + [...line].map((sign) => padText(sign, cellWidth)).join("").trimEnd()
    ),
    ...rows,
    ...[...legend(medianUs, width), ...rest].map((line) => paint("faint", line)),
  ];
}

/** Those for whom there is room, in the same order. */
function thatFit(
  links: LinkMatrix,
  subjects: readonly NodeName[],
  room: number,
): readonly NodeName[] {
  if (subjects.length <= room) return subjects;
  const failures = (name: NodeName): number =>
    subjects.filter((other) =>
      links.failure(name, other) !== undefined || links.failure(other, name) !== undefined
    ).length + (links.answered(name) ? 0 : subjects.length);
  const counted = subjects.map((name) => [name, failures(name)] as const)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .slice(0, Math.max(0, room));
  const chosen = new Set(counted.map(([name]) => name));
  return subjects.filter((name) => chosen.has(name));
}

/** Half of the round trips are shorter; `undefined` if there are none. */
function medianRoundTripUs(
  links: LinkMatrix,
  subjects: readonly NodeName[],
): number | undefined {
  const all = links.names.flatMap((from) =>
    subjects.flatMap((to) => links.cell(from, to).roundTripUs ?? [])
  ).sort((one, other) => one - other);
  return all[Math.floor(all.length / 2)];
}

function blockOf(
  links: LinkMatrix,
  from: NodeName,
  to: NodeName,
  medianUs: number | undefined,
): Block {
  const { kind, roundTripUs } = links.cell(from, to);
  if (kind === "self") return ["╲", "faint"];
  if (kind === "unknown") return [links.answered(from) ? "·" : "?", "faint"];
  if (kind !== "pong") return [signOfStyle("bad"), "bad"];
  const times = roundTripUs === undefined || medianUs === undefined ? 1 : roundTripUs / medianUs;
  const { sign } = blocks.find(({ most }) => times <= most) ?? { sign: slowest };
  return [sign, sign === slowest ? "doubtful" : undefined];
}

/** What the signs mean, in as many lines as it takes. */
function legend(medianUs: number | undefined, width: number): string[] {
  const ms = (times: number): string => ((medianUs ?? 0) * times / 1000).toFixed(1);
  const [fast, slow] = blocks;
  const speeds = medianUs === undefined ? [] : [
    `${fast.sign} up to ${ms(fast.most)} ms`,
    `${slow.sign} up to ${ms(slow.most)} ms`,
    `${slowest} slower`,
  ];
  const lines: string[] = [];
  for (const entry of [...speeds, "✗ fails", "· not tried", "? no report"]) {
    const longer = lines.length === 0 ? entry : `${lines.at(-1)}   ${entry}`;
    lines.splice(-1, longer.length > width ? 0 : 1);
    lines.push(longer.length > width ? entry : longer);
  }
  return lines;
}

/** Texts above columns, written downwards, without what all of them begin with. */
function header(labels: readonly string[]): string[] {
  const [first = ""] = labels;
  let common = 0;
  const isCommon = (end: number): boolean =>
    labels.every((label) => label.length > end && label.startsWith(first.slice(0, end)));
  while (isCommon(common + 1)) common++;
  // Not in the middle of a number: 10 and 11 are not 0 and 1.
  while (/\d/.test(first[common - 1] ?? "") && common > 0) common--;
  const texts = labels.map((label) => label.slice(common));
  const height = Math.max(...texts.map((text) => text.length));
  if (height > headerMax) return header(labels.map((_, index) => `${index + 1}`));
  return Array.from(
    { length: height },
    (_, at) => texts.map((text) => text.padStart(height)[at] ?? " ").join(""),
  );
}
