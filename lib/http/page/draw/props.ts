/**
 * What the pictures are given: plain values, so that they can be drawn from fixtures and from a time
 * that is past.
 *
 * @module
 */
import type { MatrixReport } from "../../../report/matrix_report.ts";
import type { MemberReport } from "../../../report/member_report.ts";
import type { Entry } from "./history_state.ts";
import type { LinkIndex } from "./link_index.ts";

/** How the last ping over a link ended. */
export type LinkReport = MatrixReport["links"][number];

/** What is wrong with links. */
export type Finding = MatrixReport["findings"][number];

/** Something that happened, as the history tells it. */
export type HistoryEntry = Entry;

/** What every picture is given. */
interface Picture {
  /** In the order of their names; at a time that is past, as they were then. */
  readonly members: readonly MemberReport[];
  /** The moment that is shown, in milliseconds since 1970; `undefined` is now. */
  readonly at: number | undefined;
  /** Full name of the member that is looked at. */
  readonly selected: string | undefined;
  readonly onSelect: (name: string) => void;
  /** What is drawn on a canvas takes its colours from the style of the page again when this changes. */
  readonly theme: "light" | "dark";
}

/** The map and the matrix. */
export interface LinksProps extends Picture {
  /** At a time that is past only those links that are told of then. */
  readonly index: LinkIndex;
  readonly findings: readonly Finding[];
}

/** The timeline. */
export interface TimelineProps extends Picture {
  /** The oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** In milliseconds since 1970. */
  readonly range: { readonly from: number; readonly to: number };
  /** The moment that is to be shown; `undefined` is now. */
  readonly onBrush: (at: number | undefined) => void;
}
