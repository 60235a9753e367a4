/**
 * An event for people: when, who saw it, and what happened.
 *
 * @module
 */
import { localTime } from "../../core/base/duration.ts";
import { escapeControls } from "../../core/base/escape.ts";
import { describeChange } from "../../core/members/change.ts";
import type { ChangeKind } from "../../core/members/change.ts";
import type { MergedEvent } from "../event_merge.ts";
import { plainPaint, signOfStyle } from "../terminal/paint.ts";
import type { Style } from "../terminal/paint.ts";
import type { TableShape } from "../terminal/table.ts";
import { foldText } from "../terminal/text_width.ts";

/** What needs to be seen among the others. */
const styles: Readonly<Partial<Record<ChangeKind, Style>>> = {
  "failed": "bad",
  "isolated": "bad",
  "link-bad": "doubtful",
  "suspected": "doubtful",
  "held-up": "doubtful",
};

/** What stands before the continued lines of an event. */
const indent = " ".repeat(4);

/**
 * `2026-11-27 18:51:29.277 n1@10.0.0.2 +2: n3@10.0.0.4 is down: …`: two more have seen it. On a
 * terminal, that is, where there is a width, it is folded, with a sign where something is wrong.
 *
 * @param wallTime by the clock of this machine: clocks of two hosts cannot be compared
 */
export function eventText(
  event: Pick<MergedEvent, "kind" | "name" | "status" | "service" | "reason" | "seenBy">,
  wallTime: number,
  { width, paint = plainPaint }: Pick<TableShape, "width" | "paint"> = {},
): string {
  const [first = "", ...others] = event.seenBy;
  const words = describeChange(event);
  const more = others.length === 0 ? "" : ` +${others.length}`;
  // What a node says of itself need not name it twice.
  const said = event.name === first && more === "" ? words : `${first}${more}: ${words}`;
  const text = escapeControls(said);
  if (width === undefined) return `${localTime(wallTime)} ${text}\n`;
  const style = styles[event.kind];
  const marked = `${localTime(wallTime)} ${signOfStyle(style)} ${text}`;
  const [line = "", ...rest] = foldText(marked, width);
  const folded = foldText(rest.join(" "), width - indent.length).map((part) => indent + part);
  const lines = rest.length === 0 ? [line] : [line, ...folded];
  return lines.map((part) => `${paint(style, part)}\n`).join("");
}
