/**
 * What a live screen shows of members: in the first line how the cluster is, then those that are not
 * well, then all others as far as there is room.
 *
 * @module
 */
import { escapeControls } from "../../core/base/escape.ts";
import type { MemberView } from "../../core/members/member.ts";
import type { TerminalSize } from "../context.ts";
import type { Frame } from "../terminal/live_screen.ts";
import { plainPaint } from "../terminal/paint.ts";
import type { Paint } from "../terminal/paint.ts";
import type { Column } from "../terminal/table.ts";
import { cutText } from "../terminal/text_width.ts";
import { isWell } from "../../report/words/member_order.ts";
import { memberSummary } from "./member_summary.ts";
import { memberTable } from "./member_table.ts";

/** What is to be shown. */
export interface MemberPicture {
  /** In the order in which they are to stand, those first that must not be cut away. */
  readonly views: readonly MemberView[];
  /** Stands below the summary: who was asked, when. */
  readonly caption: string;
  /** Stands instead of the summary: why there is nothing newer to show. */
  readonly trouble?: string | undefined;
  readonly paint?: Paint;
  /** Further columns. */
  readonly more?: readonly Column<MemberView>[];
  readonly hasHeader?: boolean;
  /** What stands below the table, for a size that says how many rows the table leaves over. */
  readonly below?: Frame;
}

/** Rows that the table has at least, while something else stands below it. */
const tableRowsMin = 8;

/** The frame of such a picture. */
export function memberScreen(picture: MemberPicture): Frame {
  return (size) => {
    const { views, caption, trouble, paint = plainPaint, more = [], hasHeader = true } = picture;
    const width = size.columns;
    const head = [
      trouble === undefined
        ? memberSummary(views, { width, paint })
        : paint("bad", cutText(escapeControls(trouble), width)),
      paint("faint", cutText(escapeControls(caption), width)),
      "",
    ];
    const table = memberTable(views, { width, paint, hasSigns: true, more, hasHeader });
    const left = size.rows - head.length;
    const below = picture.below?.({ ...size, rows: rowsBelow(left, table.length) }) ?? [];
    return [...head, ...clipped(table, views, left - below.length, paint), ...below];
  };
}

function rowsBelow(left: number, tableRows: number): TerminalSize["rows"] {
  return Math.max(0, left - Math.min(tableRows, Math.max(tableRowsMin, Math.floor(left / 2))));
}

/** As much of the table as there is room for, and in the last line what is missing. */
function clipped(
  table: readonly string[],
  views: readonly MemberView[],
  rows: number,
  paint: Paint,
): readonly string[] {
  if (table.length <= rows) return table;
  const shown = table.slice(0, Math.max(0, rows - 1));
  const hidden = views.slice(views.length - (table.length - shown.length));
  const bad = hidden.filter((view) => !isWell(view)).length;
  const words = bad === 0 ? "all alive" : `${bad} of them not well`;
  return [...shown, paint(bad === 0 ? "faint" : "bad", `… ${hidden.length} more, ${words}`)];
}
