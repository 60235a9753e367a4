/**
 * A matrix of links for people.
 *
 * Up to eight nodes it is a table with round trips. Of more nodes each link is one block, darker the
 * slower it is, so that a node that is not reached is a line through the picture. What is wrong comes
 * last, in words, next to the prompt.
 *
 * @module
 */
import { escapeControls } from "../../core/base/escape.ts";
import type { NodeName } from "../../core/base/name.ts";
import { describeFinding } from "../../core/explain/link_matrix.ts";
import type { LinkCell, LinkMatrix, LinkReport } from "../../core/explain/link_matrix.ts";
import { compareNames } from "../../core/members/status_line.ts";
import { labelIn } from "../../report/words/member_label.ts";
import type { Label } from "../../report/words/member_label.ts";
import { plainPaint } from "../terminal/paint.ts";
import type { Paint, Style } from "../terminal/paint.ts";
import { tableLines } from "../terminal/table.ts";
import type { Column, TableShape } from "../terminal/table.ts";
import { foldText } from "../terminal/text_width.ts";
import { heatMap } from "../terminal/heat_map.ts";

/** In larger clusters links are blocks. */
const tableMax = 8;

/** Room for blocks where the width is not known, in characters. */
const usualWidth = 120;

/** How a matrix is shown. */
export interface MatrixShape extends Pick<TableShape, "width" | "paint"> {
  /** True for people at a terminal: names are short in sentences, too. */
  readonly isShort?: boolean;
}

/** All links, and what they show in words. */
export function matrixText(links: LinkMatrix, shape: MatrixShape = {}): string {
  const { names, beams } = links;
  const { width, paint = plainPaint, isShort = false } = shape;
  const subjects = [...names, ...beams].sort(compareNames);
  const label = labelIn(subjects);
  const table = subjects.length <= tableMax ? linkTable(links, subjects, label) : [];
  const fits = table.length > 0 && table.every((line) => line.length <= (width ?? Infinity));
  const picture = fits
    ? linkTable(links, subjects, label, paint)
    : heatMap(links, subjects, label, { width: width ?? usualWidth, paint });
  const findings = links.findings()
    .map((finding) => describeFinding(finding, isShort ? label : undefined));
  const sentences = findings.length === 0
    ? [paint("good", wellText(names))]
    : findings.flatMap((finding) => sentence(finding, "bad", shape));
  const pinged = `BEAM nodes tell nothing of their own links; pinged are ${beams.join(", ")}`;
  const lines = [
    ...picture,
    ...picture.length === 0 ? [] : [""],
    ...sentences,
    ...beams.length === 0 ? [] : sentence(pinged, undefined, shape),
  ];
  return `${lines.join("\n")}\n`;
}

function wellText(names: readonly NodeName[]): string {
  return names.length === 1
    ? `${names[0]} is the only node`
    : `All ${names.length} nodes reach each other, as far as they have tried`;
}

/** A sentence in lines that fit, those behind the first set in. */
function sentence(text: string, style: Style | undefined, { width, paint }: MatrixShape): string[] {
  return foldText(escapeControls(text), (width ?? Infinity) - 2)
    .map((line, index) => (paint ?? plainPaint)(style, index === 0 ? line : `  ${line}`));
}

/** Round trips in milliseconds, one row for each node that pings. */
function linkTable(
  links: LinkMatrix,
  subjects: readonly NodeName[],
  label: Label,
  paint: Paint = plainPaint,
): string[] {
  const columns: Column<NodeName>[] = [
    { header: "FROM \\ TO", cell: label },
    ...subjects.map((to): Column<NodeName> => ({
      header: links.beams.includes(to) ? `${label(to)} (beam)` : label(to),
      cell: (from) => cellText(links.cell(from, to)),
      style: (from) => cellStyle(links.cell(from, to)),
      alignsRight: true,
    })),
  ];
  const lines = tableLines(columns, links.names, { paint });
  return [...lines, paint("faint", "last round trips in ms")];
}

/** The links of one node. */
export function linksText(
  { name, links = [] }: LinkReport,
  { width, paint = plainPaint }: MatrixShape = {},
): string {
  const columns: Column<typeof links[number]>[] = [
    { header: "TO", cell: ({ name }) => name, minWidth: 8 },
    { header: "RTT MS", cell: cellText, style: cellStyle, alignsRight: true },
  ];
  const works = links.filter(({ kind }) => kind === "pong").length;
  const reached = `${name} reaches ${works} of ${links.length} others`;
  const style = works === links.length ? "good" : "bad";
  return `${
    [...tableLines(columns, links, { width, paint }), "", paint(style, reached)].join("\n")
  }\n`;
}

function cellText({ kind, roundTripUs }: Pick<LinkCell, "kind" | "roundTripUs">): string {
  switch (kind) {
    case "self":
      return "·";
    case "unknown":
      return "?";
    case "pong":
      return roundTripUs === undefined ? "pong" : (roundTripUs / 1000).toFixed(2);
    default:
      return `✗ ${kind}`;
  }
}

function cellStyle({ kind }: Pick<LinkCell, "kind">): Style | undefined {
  switch (kind) {
    case "self":
    case "unknown":
      return "faint";
    case "pong":
      return undefined;
    default:
      return "bad";
  }
}
