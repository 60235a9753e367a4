/**
 * The table of members: one line each, with what a person looks for first.
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { countsAsAlive } from "../../core/members/member.ts";
import type { MemberView } from "../../core/members/member.ts";
import { tableLines } from "../terminal/table.ts";
import type { Column, TableShape } from "../terminal/table.ts";
import { labelIn, withLabels } from "../../report/words/member_label.ts";
import { isWell } from "../../report/words/member_order.ts";
import { signOf, styleOf } from "./member_style.ts";

/** Where there is a sign for the eye, beside the words for programs. */
const signColumn: Column<MemberView> = {
  header: "",
  cell: signOf,
  style: styleOf,
};

/** The columns, without spaces in their cells but in the last ones: for `awk`. */
const columns: readonly Column<MemberView>[] = [
  { header: "NAME", cell: ({ name }) => name, style: styleOf, minWidth: 16 },
  { header: "STATE", cell: ({ status }) => status, style: styleOf },
  // Where all are nodes of this program, there is no need to say so of each.
  { header: "KIND", cell: ({ kind }) => kind === "beam" ? kind : "", none: "node", expendable: 4 },
  { header: "FOR", cell: ({ forMs }) => shortDuration(forMs), alignsRight: true, expendable: 1 },
  { header: "RTT MS", cell: roundTripCell, alignsRight: true, none: "-", expendable: 5 },
  { header: "SERVICE", cell: serviceCell, none: "-", expendable: 3 },
  { header: "ADDRESS", cell: addressCell, none: "-", expendable: 7 },
  { header: "TAGS", cell: tagsCell, none: "-", minWidth: 12, expendable: 6 },
];

function reasonColumn(cell: Column<MemberView>["cell"]): Column<MemberView> {
  return { header: "REASON", cell, minWidth: 40, expendable: 2 };
}

/** How the table is to be shown. */
export interface MemberTableShape extends TableShape {
  /** True for people at a terminal: a sign stands in front of whom something is said against. */
  readonly hasSigns?: boolean;
  /** Further columns, behind those that say how a member is. */
  readonly more?: readonly Column<MemberView>[];
}

/** The lines of the table, in the order of `views`. */
export function memberTable(
  views: readonly MemberView[],
  { hasSigns = false, more = [], ...shape }: MemberTableShape = {},
): string[] {
  const all = [
    ...hasSigns ? [signColumn] : [],
    ...columns,
    ...more,
    hasSigns ? reasonColumn(shortReason(views)) : reasonColumn(reasonOf),
  ];
  return tableLines(all, views, shape);
}

/** How long a member has had its state, as options take it: `4.2s`, `3m20s`, `2h5m`. */
function shortDuration(durationMs: number): string {
  return formatDuration(durationMs).replaceAll(" ", "").replace("min", "m");
}

/** Milliseconds; nothing of a member that this node has never pinged. */
function roundTripCell({ roundTripUs }: MemberView): string {
  return roundTripUs === undefined ? "" : (roundTripUs / 1000).toFixed(2);
}

function addressCell({ addresses: [address] }: MemberView): string {
  return address === undefined ? "" : formatAddress(address);
}

function tagsCell({ tags }: MemberView): string {
  return Object.entries(tags).map(([key, value]) => `${key}=${value}`).join(" ");
}

/** State and port; of a member that is not seen alive its last word, in brackets. */
function serviceCell({ service, status }: MemberView): string {
  if (service === undefined) return "";
  const text = service.port === undefined ? service.state : `${service.state}:${service.port}`;
  return countsAsAlive(status) ? text : `(${text})`;
}

/** Nothing of a member that is well. */
function reasonOf(view: MemberView): string {
  const flapping = view.flapping ? "it fails again and again" : "";
  const reason = isWell(view) ? "" : view.reason;
  return [flapping, reason].filter((words) => words !== "").join("; ");
}

/** Who found out: told by `explain`, and in the way where what was found is cut. */
const accusers = /^[^:;]* cannot reach it[^:;]*: /;

/** The same with short names, and without those who cannot reach it. */
function shortReason(views: readonly MemberView[]): (view: MemberView) => string {
  const names = views.map(({ name }) => name);
  const [known, label] = [new Set(names), labelIn(names)];
  return (view) => withLabels(reasonOf(view).replace(accusers, ""), known, label);
}
