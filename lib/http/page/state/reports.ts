/**
 * What the page is told, as the API names it.
 *
 * @module
 */
import type { HistoryEntryReport } from "../../../report/history_report.ts";
import type { MemberReport } from "../../../report/member_report.ts";

/** A member, and since when it has been as it is. */
export interface Member extends MemberReport {
  /** By the wall clock of the node, in milliseconds since 1970: durations go on without being told. */
  readonly since: number;
}

/** An entry of the history, or a change that was seen since. */
export type Happening = HistoryEntryReport & { readonly name: string; readonly reason: string };
