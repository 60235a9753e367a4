/**
 * What a benchmark finds out: how much of something, beside something else measured in the same run.
 *
 * Absolute times say more about the machine, and who else uses it, than about the program. So both
 * sides are measured in turns, and their ratio per round is what counts: its median, with the least
 * and the most, tells how far it can be trusted.
 *
 * @module
 */

/** One measure beside its reference. */
export interface Figure {
  /** What was measured: "pings per second, one at a time". */
  readonly name: string;
  /** What it stands beside: "bare TCP echo". */
  readonly reference: string;
  readonly unit: string;
  /** Median over the rounds, in `unit`. */
  readonly value: number;
  /** Median of the reference over the rounds, in `unit`. */
  readonly referenceValue: number;
  /** Median, least and most of value divided by reference, per round. */
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
  /** What was hoped for, and whether it came true; `undefined` if nothing was set. */
  readonly goal?: Outcome;
}

/** What could not be measured here. */
export interface Skipped {
  readonly name: string;
  /** The reason, and what would help. */
  readonly skipped: string;
}

/** A goal in words, and whether it was reached. */
export interface Outcome {
  readonly text: string;
  readonly met: boolean;
}

/** What to compare with a goal: this ratio, or at most this value in the figure's unit. */
export type Goal =
  | { readonly ratioMin: number }
  | { readonly ratioMax: number }
  | { readonly valueMax: number };

/** One round: what was measured, and the reference, in the same unit. */
export type Round = readonly [value: number, reference: number];

/** How much a benchmark may take. */
export interface Effort {
  /** True for a short run with few rounds. */
  readonly quick: boolean;
  /** Sizes of clusters to measure; the part chooses if not given. */
  readonly nodes?: readonly number[];
  /** How long processor time and wake-ups are counted; the part chooses if not given. */
  readonly seconds?: number;
}

/** The middle one of `values` (at least one), or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[sorted.length >> 1] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? NaN)) / 2;
}

/** Makes a figure of rounds. */
export function figure(
  head: { readonly name: string; readonly reference: string; readonly unit: string },
  rounds: readonly Round[],
  goal?: Goal,
): Figure {
  const value = median(rounds.map(([measured]) => measured));
  const referenceValue = median(rounds.map(([, reference]) => reference));
  const ratios = rounds.map(([measured, reference]) => measured / reference);
  const ratio = median(ratios);
  return {
    ...head,
    value,
    referenceValue,
    ratio,
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
    ...(goal && { goal: outcome(goal, ratio, value, head.unit) }),
  };
}

function outcome(goal: Goal, ratio: number, value: number, unit: string): Outcome {
  if ("ratioMin" in goal) {
    return {
      text: `at least ${Number(goal.ratioMin.toPrecision(3))}`,
      met: ratio >= goal.ratioMin,
    };
  }
  return "ratioMax" in goal
    ? { text: `at most ${Number(goal.ratioMax.toPrecision(3))}`, met: ratio <= goal.ratioMax }
    : {
      text: `at most ${Number(goal.valueMax.toPrecision(3))} ${unit}`,
      met: value <= goal.valueMax,
    };
}

/** Figures as a plain table with aligned columns and a line break at its end. */
export function table(lines: readonly (Figure | Skipped)[]): string {
  const head = ["measure", "value", "beside", "", "ratio", "least – most", "goal", "reached"];
  const rows = lines.map((line) =>
    "skipped" in line ? [line.name, line.skipped] : [
      line.name,
      `${short(line.value)} ${line.unit}`,
      line.reference,
      short(line.referenceValue),
      short(line.ratio),
      `${short(line.ratioMin)} – ${short(line.ratioMax)}`,
      line.goal?.text ?? "",
      line.goal === undefined ? "" : line.goal.met ? "yes" : "no",
    ]
  );
  const all = [head, ...rows];
  const full = all.filter((row) => row.length === head.length);
  const widths = head.map((_, column) => Math.max(...full.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  return all.map(line).join("\n") + "\n";
}

/** Three digits that count. */
function short(value: number): string {
  return value === 0 || value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
