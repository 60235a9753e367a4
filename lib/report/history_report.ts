/**
 * What a node remembers, for programs.
 *
 * @module
 */
import * as v from "valibot";
import { unreachable } from "../core/base/assert.ts";
import type { HistoryEntry, HistoryEvent, HistoryPart } from "../core/explain/history.ts";
import { isHistoryChange } from "../core/explain/history.ts";
import { fields, list, report } from "./fields.ts";
import { isoTime } from "./iso_time.ts";
import { findingEntries, findingReport } from "./matrix_report.ts";

const entries = {
  time: fields.time,
  event: fields.event,
  name: v.optional(fields.name),
  instance: v.optional(fields.instance),
  incarnation: v.optional(fields.incarnation),
  status: v.optional(fields.status),
  serviceState: v.optional(fields.serviceState),
  software: v.optional(fields.software),
  reason: v.optional(fields.reason),
  findings: v.optional(list("what is wrong with links from then on", findingEntries)),
  agoMs: fields.agoMs,
  sequence: v.optional(fields.sequence),
} as const;

/** Shape of a history. */
export const historySchema = report(
  "history.v1",
  "What a node saw happen, over its restarts",
  {
    time: fields.time,
    asked: fields.asked,
    cluster: fields.cluster,
    since: fields.since,
    entries: list(
      "the oldest first; those before `since` say what held then, the last change of each member",
      entries,
    ),
  },
);

/** A history. */
export type HistoryReport = v.InferOutput<typeof historySchema>;

/** One of its entries. */
export type HistoryEntryReport = HistoryReport["entries"][number];

/**
 * `part` for programs.
 *
 * @param now wall-clock time of the answer by the clock of the one who asked, in milliseconds: times
 * are counted back from there, as clocks may have been set meanwhile
 */
export function historyReport(
  part: HistoryPart,
  { asked, cluster, now }: {
    readonly asked: string;
    readonly cluster: string;
    readonly now: number;
  },
): HistoryReport {
  return {
    schema: "history.v1",
    time: isoTime(now),
    asked,
    cluster,
    since: isoTime(now - part.reachMs),
    entries: part.entries.map((entry) => entryReport(entry, now)),
  };
}

function entryReport({ run, agoMs, event }: HistoryEntry, now: number): HistoryEntryReport {
  return {
    time: isoTime(now - agoMs),
    event: event.kind,
    ...detailsOf(run, event),
    agoMs: Math.round(agoMs),
  };
}

function detailsOf(run: string, event: HistoryEvent): Partial<HistoryEntryReport> {
  if (isHistoryChange(event)) {
    const { name, instance, incarnation, status, service, reason, number } = event;
    return {
      ...{ name, instance: instance === "" ? undefined : instance, incarnation, status },
      ...{ serviceState: service, reason, sequence: number },
    };
  }
  switch (event.kind) {
    case "started":
      return { name: event.name, instance: run, software: event.software };
    case "stopped":
    case "crashed":
      return { name: event.name, instance: run, reason: event.reason };
    case "links-changed":
      return { findings: event.findings.map(findingReport) };
    default:
      return unreachable(event);
  }
}
