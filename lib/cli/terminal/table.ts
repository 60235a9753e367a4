/**
 * Plain tables for terminals, pipes and files.
 *
 * A table that has to fit a terminal gives up its least important columns, whole, before it cuts
 * what stands in the others. Nothing ever wraps: a line is found again where it was.
 *
 * @module
 */
import { escapeControls } from "../../core/base/escape.ts";
import { plainPaint } from "./paint.ts";
import type { Paint, Style } from "./paint.ts";
import { cutText, padText, textWidth } from "./text_width.ts";

/** One column. */
export interface Column<Item> {
  readonly header: string;
  /** What it says of an item; empty: nothing. A column that says nothing at all is left out. */
  readonly cell: (item: Item) => string;
  /** What stands where it says nothing of one item, while it does of others. */
  readonly none?: string;
  readonly style?: (item: Item) => Style | undefined;
  /** Numbers in one unit stand with their ends below each other. */
  readonly alignsRight?: boolean;
  /** Its texts may be cut to this width, in characters; without it they never are. */
  readonly minWidth?: number;
  /** Where there is no room, the column with the highest number goes first; without it, it stays. */
  readonly expendable?: number;
}

/** How a table is to be written. */
export interface TableShape {
  /** Room in characters; without it the table is as wide as it needs to be. */
  readonly width?: number | undefined;
  readonly hasHeader?: boolean;
  /** Also columns that say nothing of any item, so that programs find each one where it was. */
  readonly keepsEmpty?: boolean;
  readonly paint?: Paint;
}

/** A column with the texts of its cells, and the least width that it can have. */
interface Filled<Item> {
  readonly column: Column<Item>;
  readonly texts: readonly string[];
  readonly isEmpty: boolean;
  readonly natural: number;
  readonly least: number;
}

const gap = 2;

/** Columns two spaces apart, each item on one line, whatever it says; no spaces at line ends. */
export function tableLines<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
  { width = Infinity, hasHeader = true, keepsEmpty = false, paint = plainPaint }: TableShape = {},
): string[] {
  const all = columns.map((column) => filled(column, items, hasHeader));
  const told = all.filter(({ isEmpty }) => keepsEmpty || items.length === 0 || !isEmpty);
  const kept = fitted(told, width);
  const widths = widthsOf(kept, width);
  const line = (cell: (one: Filled<Item>) => [string, Style | undefined]): string =>
    kept.map((one, index) => {
      const [text, style] = cell(one);
      const [room = 0, isLast] = [widths[index], index === kept.length - 1];
      const shown = cutText(text, room);
      const padded = padText(shown, room, one.column.alignsRight);
      // Where nothing stands behind it, nothing has to be filled up.
      return paint(style, isLast && one.column.alignsRight !== true ? shown : padded);
    }).join(" ".repeat(gap)).trimEnd();
  return [
    ...hasHeader ? [line(({ column }) => [column.header, "strong"])] : [],
    ...items.map((item, at) =>
      line(({ column, texts }) => [texts[at] ?? "", column.style?.(item)])
    ),
  ];
}

/** Rows of texts below a header, as wide as they need to be. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const columns = header.map((title, index) => ({
    header: title,
    cell: (row: readonly string[]): string => row[index] ?? "",
  }));
  return tableLines(columns, rows).join("\n");
}

function filled<Item>(
  column: Column<Item>,
  items: readonly Item[],
  hasHeader: boolean,
): Filled<Item> {
  const cells = items.map((item) => escapeControls(column.cell(item)));
  const texts = cells.map((text) => text || (column.none ?? ""));
  const heading = hasHeader ? textWidth(column.header) : 0;
  const natural = Math.max(heading, ...texts.map(textWidth));
  const least = Math.min(natural, Math.max(heading, column.minWidth ?? natural));
  return { column, texts, isEmpty: cells.every((text) => text === ""), natural, least };
}

/** Without the columns for which there is no room. */
function fitted<Item>(columns: readonly Filled<Item>[], width: number): readonly Filled<Item>[] {
  const least = columns.reduce((sum, one) => sum + one.least + gap, -gap);
  if (least <= width) return columns;
  const rank = (one: Filled<Item>): number => one.column.expendable ?? -Infinity;
  const worst = columns.reduce((found, one) => rank(one) > rank(found) ? one : found);
  if (rank(worst) === -Infinity) return columns;
  return fitted(columns.filter((one) => one !== worst), width);
}

/** Room that is left goes to the most important columns first. */
function widthsOf<Item>(columns: readonly Filled<Item>[], width: number): number[] {
  const widths = new Map(columns.map((one) => [one, one.least]));
  let left = width - columns.reduce((sum, one) => sum + one.least + gap, -gap);
  const byImportance = [...columns].sort((one, other) =>
    (one.column.expendable ?? -1) - (other.column.expendable ?? -1)
  );
  for (const one of byImportance) {
    const more = Math.max(0, Math.min(one.natural - one.least, left));
    widths.set(one, one.least + more);
    left -= more;
  }
  return columns.map((one) => widths.get(one) ?? 0);
}
