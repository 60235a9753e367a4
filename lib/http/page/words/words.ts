/**
 * Words for lists and states.
 *
 * @module
 */
import { formatDuration } from "../../../core/base/duration.ts";
import { statusWords } from "../../../core/members/change.ts";
import type { MemberReport } from "../../../report/member_report.ts";

/** `n2`, `n2 and n4`, `n2, n3, n4 and 7 more`. */
export function and(words: readonly string[], max: number): string {
  const shown = words.length > max + 1 ? words.slice(0, max) : words;
  const rest = words.length - shown.length;
  const last = rest > 0 ? `${rest} more` : shown.at(-1) ?? "";
  const first = rest > 0 ? shown : shown.slice(0, -1);
  return first.length === 0 ? last : `${first.join(", ")} and ${last}`;
}

/**
 * `is down`: the end of a sentence that begins with a name.
 *
 * @param asked who cannot reach a member that is alive
 */
export function stateWords(
  { status, linkWorks }: Pick<MemberReport, "status" | "linkWorks">,
  asked: string,
): string {
  return status === "alive" && !linkWorks
    ? `is alive but unreachable from ${asked}`
    : statusWords(status);
}

/** The same of many: `are down`, `have not answered yet`, `hold another cookie`. */
export function plural(words: string): string {
  return words.replace(/^is /, "are ").replace(/^has /, "have ").replace(/^(\w+)s /, "$1 ");
}

/** `4 s`, `3 min 20 s`: a duration that is told each second. */
export function durationWords(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  return seconds < 10 ? `${seconds} s` : formatDuration(seconds * 1000);
}

/**
 * `4 s`, `3 min`, `2 h 5 min`: for a table, in which hundreds of durations would have to be drawn anew
 * each second otherwise.
 */
export function tableDuration(durationMs: number): string {
  return durationWords(durationMs).replace(/ min \d+ s$/, " min");
}

/** `4 s`, `3 min`, `2 h`: what a sentence needs of it. */
export function coarseDuration(durationMs: number): string {
  return durationWords(Math.max(1000, durationMs)).replace(/ \d+ \w+$/, "");
}

/** `reason` without the clauses that say how long ago something was: they are true only for now. */
export function lastingReason(reason: string): string {
  return reason.split("; ").filter((clause) => !/\d (ms|s|min|h|d)\b/.test(clause)).join("; ");
}

/** `Its row is there`. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
