/**
 * The one line that says how a cluster is: `22 of 24 alive; n7 down 2 min, n9 suspect 3 s`.
 *
 * @module
 */
import { formatDuration } from "../../core/base/duration.ts";
import type { MemberView } from "../../core/members/member.ts";
import { plainPaint } from "../terminal/paint.ts";
import { countAlive } from "../../report/member_report.ts";
import type { Style } from "../terminal/paint.ts";
import type { TableShape } from "../terminal/table.ts";
import { labelIn } from "../../report/words/member_label.ts";
import { isWell, sortMembers } from "../../report/words/member_order.ts";
import { styleOf } from "./member_style.ts";

/** Members that are named in it at most. */
const namedMax = 8;

/**
 * How many are alive, and who is not well, the worst first.
 *
 * @param width room in characters; those for whom there is none are only counted
 */
export function memberSummary(
  views: readonly MemberView[],
  { width = Infinity, paint = plainPaint }: Pick<TableShape, "width" | "paint"> = {},
): string {
  const counted = `${countAlive(views)} of ${views.length} alive`;
  const bad = sortMembers(views.filter((view) => !isWell(view)), "status");
  if (bad.length === 0) return paint("good", counted);
  const label = labelIn(views.map(({ name }) => name));
  const words = bad.map((view) => `${label(view.name)} ${stateWords(view)}`);
  const shown = countThatFits(words, width - counted.length - "; ".length);
  const rest = bad.length - shown;
  const parts: (readonly [string, Style | undefined])[] = bad.slice(0, shown)
    .map((view, index) => [words[index] ?? "", styleOf(view)]);
  if (rest > 0) parts.push([restWords(shown, rest), undefined]);
  return `${paint("strong", counted)}; ${
    parts.map(([text, style]) => paint(style, text)).join(", ")
  }`;
}

function restWords(shown: number, rest: number): string {
  return shown === 0 ? `${rest} not well` : `${rest} more not well`;
}

/** How many of `words` there is room for, with the count of the rest behind them. */
function countThatFits(words: readonly string[], width: number): number {
  for (let shown = Math.min(words.length, namedMax); shown > 0; shown--) {
    const rest = words.length - shown;
    const all = [...words.slice(0, shown), ...rest > 0 ? [restWords(shown, rest)] : []];
    if (all.join(", ").length <= width) return shown;
  }
  return 0;
}

/** `down 2 min`; a live one that the asked node cannot reach is `not reached`. */
function stateWords({ status, linkWorks, forMs }: MemberView): string {
  if (status === "alive" && !linkWorks) return "not reached";
  return `${status} ${formatDuration(forMs).replace(/ \d+ \w+$/, "")}`;
}
