/**
 * Rows, columns and cells of the matrix.
 *
 * @module
 */
import { formatDuration, formatRoundTrip } from "../../../../core/base/duration.ts";
import { failureWords, isPingFailure } from "../../../../core/base/ping_failure.ts";
import { type Slot, slotsOf } from "../bundle.ts";
import type { LinkIndex, LinkSum } from "../link_index.ts";
import type { Placed } from "../ring_order.ts";

/** What is shown in which row and column. */
export interface Grid<Member extends Placed = Placed> {
  /** Those who ping; of a large cluster only those of which one has told of its links. */
  readonly rows: readonly Slot<Member>[];
  /** Those who are pinged. */
  readonly columns: readonly Slot<Member>[];
  /** Row by row. */
  readonly cells: readonly LinkSum[];
}

/** @param ordered in the order of the ring */
export function gridOf<Member extends Placed>(
  ordered: readonly Member[],
  opened: ReadonlySet<string>,
  index: LinkIndex,
): Grid<Member> {
  const columns = slotsOf(ordered, opened);
  const isLarge = columns.length < ordered.length || opened.size > 0;
  const rows = isLarge
    ? columns.filter(({ members }) => members.some(({ name }) => index.tells(name)))
    : columns;
  const names = (slot: Slot<Member>): string[] => slot.members.map(({ name }) => name);
  const columnNames = columns.map(names);
  const cells = rows.flatMap((row) => {
    const froms = names(row);
    return columnNames.map((tos) => index.sum(froms, tos));
  });
  return { rows, columns, cells };
}

/**
 * What a cell shows, in words: `0.42 ms, 2 s ago`.
 *
 * @param result how the ping ended, if the cell is a single link
 */
export function cellWords(cell: LinkSum, result: string | undefined): string {
  const { state, count, badCount, roundTripUs, agoMs } = cell;
  if (state === "self") return "the node itself";
  if (state === "unmeasured") return "not measured";
  const ago = agoMs === undefined ? "" : `, ${agoWords(agoMs)} ago`;
  const took = roundTripUs === undefined ? "" : formatRoundTrip(roundTripUs);
  if (count > 1) {
    const bad = badCount === 0 ? "" : `${badCount} of ${count} links fail`;
    const half = took === "" ? "" : `median ${took}${badCount === 0 ? ` of ${count} links` : ""}`;
    return [bad, half].filter((part) => part !== "").join(", ");
  }
  if (state === "good" || state === "stale") {
    return `${took || "answered"}${ago}${state === "stale" ? ": that is long ago" : ""}`;
  }
  const why = isPingFailure(result) ? failureWords(result) : "fails";
  return state === "one-way" ? `${why}; the other direction works` : why;
}

/** Seconds are whole below ten as well, as nobody reads tenths of an age. */
function agoWords(agoMs: number): string {
  return agoMs < 10_000 ? `${Math.round(agoMs / 1000)} s` : formatDuration(agoMs);
}

/** How the cells of a grid lie on its canvas, in pixels. */
export interface GridShape {
  /** Of one cell, with the gap behind it. */
  readonly cell: number;
  /** Left of the cells, for the names of the rows. */
  readonly left: number;
  /** Above the cells, for the names of the columns. */
  readonly top: number;
}

/** A name in every row needs this height, in pixels. */
const labelledMin = 11;

/** Few cells are large enough for a round trip to be written into them, in pixels. */
const [cellMax, fewCellMax, fewMax] = [36, 56, 8];

/**
 * Cells as large as `width` allows, 3 to 56 pixels.
 *
 * @param labelWidths of the longest name of a row and of a column
 */
export function shapeOf(
  { columns }: Grid,
  width: number,
  labelWidths: { readonly row: number; readonly column: number },
): GridShape {
  const left = Math.min(Math.ceil(labelWidths.row) + 8, Math.floor(width * 0.34));
  const most = columns.length <= fewMax ? fewCellMax : cellMax;
  const room = Math.floor((width - left) / Math.max(1, columns.length));
  const cell = Math.max(3, Math.min(most, room));
  // Level names of columns where each of them fits over its cell, else they stand upright.
  const isLevel = labelWidths.column + 4 <= cell;
  return { cell, left, top: isLevel ? 20 : Math.min(120, Math.ceil(labelWidths.column) + 8) };
}

/** Each how many names one is shown. */
export function labelStride({ cell }: GridShape): number {
  return Math.ceil(labelledMin / cell);
}
