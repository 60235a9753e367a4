/**
 * How statuses look: each has a shape and a colour of its own, so that neither is needed to tell them
 * apart.
 *
 * @module
 */
import type { MemberReport } from "../../report/member_report.ts";

/** How a member looks; `no-link` is alive, but not for the node whose view is shown. */
export type Look = MemberReport["status"] | "no-link";

/** The shape of a status, and the variable of its colour. */
export interface StatusLook {
  /** Path of an SVG of 16 by 16, with its middle at 8, 8. */
  readonly path: string;
  /** Only the outline of the path is drawn. */
  readonly isOutline: boolean;
  /** `--alive` and the like, of `theme.css`. */
  readonly color: string;
}

const disc = "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12z";
const diamond = "M8 1.5l6.5 6.5l-6.5 6.5l-6.5-6.5z";
const cross = "M3.8 2L8 6.2L12.2 2L14 3.8L9.8 8L14 12.2L12.2 14L8 9.8L3.8 14L2 12.2L6.2 8L2 3.8z";
const triangle = "M8 1.8L15 14H1z";
const square = "M2.5 2.5h11v11h-11z";

/** The looks of all statuses. */
export const looks: Readonly<Record<Look, StatusLook>> = {
  "alive": { path: disc, isOutline: false, color: "--alive" },
  "no-link": { path: disc, isOutline: true, color: "--suspect" },
  "suspect": { path: triangle, isOutline: false, color: "--suspect" },
  "unreachable": { path: diamond, isOutline: false, color: "--unreachable" },
  "down": { path: cross, isOutline: false, color: "--down" },
  "unproven": { path: disc, isOutline: true, color: "--unproven" },
  "wrong-cookie": { path: square, isOutline: false, color: "--wrong" },
  "wrong-cluster": { path: square, isOutline: true, color: "--wrong" },
};

/** How a member looks. */
export function lookOf({ status, linkWorks }: Pick<MemberReport, "status" | "linkWorks">): Look {
  return status === "alive" && !linkWorks ? "no-link" : status;
}
