/**
 * What is wrong with links, in words that fit between others.
 *
 * @module
 */
import type { MatrixReport } from "../../../report/matrix_report.ts";
import { failureWords, isPingFailure } from "../../../core/base/ping_failure.ts";
import type { Label } from "../../../report/words/member_label.ts";
import { and } from "./words.ts";

/**
 * A finding as a sentence without its full stop; `undefined` if it speaks only of members that are not
 * `alive`.
 */
export function linkWords(
  finding: MatrixReport["findings"][number],
  alive: ReadonlySet<string>,
  label: Label,
): string | undefined {
  const { name = "", from = "", to = "", peer = "", groups = [] } = finding;
  const why = isPingFailure(finding.result) ? `: ${failureWords(finding.result)}` : "";
  switch (finding.finding) {
    case "one-way":
      if (!alive.has(from) || !alive.has(to)) return undefined;
      return `${label(from)} cannot reach ${label(to)}, but ${label(to)} reaches ${
        label(from)
      }${why}`;
    case "broken":
      if (!alive.has(from) || !alive.has(to)) return undefined;
      return `${label(from)} and ${label(to)} do not reach each other${why}`;
    case "one-peer":
      return alive.has(name) ? `${label(name)} reaches ${label(peer)} only` : undefined;
    case "alone":
      return alive.has(name) ? `${label(name)} reaches no member` : undefined;
    case "split":
      return splitWords(groups.map(({ names }) => names.filter((one) => alive.has(one))), label);
    case "no-report":
    case "beam-missed":
      // What became of it is said of the member.
      return undefined;
  }
}

function splitWords(groups: readonly (readonly string[])[], label: Label): string | undefined {
  const parts = groups.filter((names) => names.length > 0);
  if (parts.length < 2) return undefined;
  return `No link works between ${parts.map((names) => and(names.map(label), 3)).join(" | ")}`;
}
