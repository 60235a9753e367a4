/**
 * Who reaches whom, for programs.
 *
 * @module
 */
import * as v from "valibot";
import { unreachable } from "../core/base/assert.ts";
import { describeFinding, LinkMatrix } from "../core/explain/link_matrix.ts";
import type { LinkFinding, LinkReport } from "../core/explain/link_matrix.ts";
import { fields, list, report } from "./fields.ts";
import { isoTime } from "./iso_time.ts";

/** The keys of a finding. */
export const findingEntries = {
  finding: fields.finding,
  message: fields.message,
  name: v.optional(fields.name),
  peer: v.optional(fields.peer),
  from: v.optional(fields.from),
  to: v.optional(fields.to),
  result: v.optional(fields.result),
  reachedBy: v.optional(fields.reachedBy),
  missedBy: v.optional(fields.missedBy),
  groups: v.optional(list("between any two of these groups no link works", {
    names: fields.names,
  })),
} as const;

const findingSchema = v.strictObject(findingEntries);

/** A finding. */
export type FindingReport = v.InferOutput<typeof findingSchema>;

/** Shape of all links. */
export const matrixSchema = report("matrix.v1", "`matrix`: who reaches whom, and what that means", {
  time: fields.time,
  cluster: fields.cluster,
  members: list("the nodes that were asked", { name: fields.name, answered: fields.answered }),
  links: list("how the last ping over each link ended", {
    from: fields.from,
    to: fields.to,
    memberKind: fields.memberKind,
    result: fields.result,
    roundTripUs: v.optional(fields.roundTripUs),
    agoMs: v.optional(fields.agoMs),
  }),
  findings: list("what is wrong, the gravest first", findingEntries),
});

/** All links. */
export type MatrixReport = v.InferOutput<typeof matrixSchema>;

/**
 * What nodes told of their links, for programs.
 *
 * @param now wall-clock time of the answers, in milliseconds
 */
export function matrixReport(
  reports: readonly LinkReport[],
  { cluster, now }: { readonly cluster: string; readonly now: number },
): MatrixReport {
  return {
    schema: "matrix.v1",
    time: isoTime(now),
    cluster,
    members: reports.map(({ name, links }) => ({ name, answered: links !== undefined })),
    links: reports.flatMap(({ name: from, links = [] }) =>
      links.map(({ name: to, memberKind, kind, roundTripUs, agoMs }) => ({
        from,
        to,
        memberKind,
        result: kind,
        roundTripUs: roundTripUs && Math.round(roundTripUs),
        agoMs: agoMs && Math.round(agoMs),
      }))
    ),
    findings: new LinkMatrix(reports).findings().map(findingReport),
  };
}

/** A finding for programs. */
export function findingReport(found: LinkFinding): FindingReport {
  const told = { finding: found.kind, message: describeFinding(found) };
  switch (found.kind) {
    case "no-report":
    case "beam-missed":
      return {
        ...told,
        name: found.name,
        reachedBy: [...found.reachedBy],
        missedBy: [...found.missedBy],
      };
    case "alone":
      return { ...told, name: found.name };
    case "split":
      return { ...told, groups: found.groups.map((names) => ({ names: [...names] })) };
    case "one-peer":
      return { ...told, name: found.name, peer: found.hub };
    case "one-way":
      return { ...told, from: found.from, to: found.to, result: found.failure };
    case "broken":
      return { ...told, from: found.one, to: found.other, result: found.failure };
    default:
      return unreachable(found);
  }
}
