/**
 * Events, as programs are told of them: one to a line.
 *
 * @module
 */
import * as v from "valibot";
import type { Change, ChangedRun } from "../core/members/change.ts";
import { fields, report } from "./fields.ts";
import { isoTime } from "./iso_time.ts";

/** Shape of one event. */
export const eventSchema = report("event.v1", "`events`, one for each: what nodes saw happen", {
  time: fields.time,
  event: fields.event,
  name: fields.name,
  instance: v.optional(fields.instance),
  incarnation: fields.incarnation,
  observer: fields.observer,
  seenBy: fields.seenBy,
  cluster: fields.cluster,
  status: v.optional(fields.status),
  serviceState: v.optional(fields.serviceState),
  reason: fields.reason,
  agoMs: fields.agoMs,
  sequence: fields.sequence,
});

/** One event. */
export type EventReport = v.InferOutput<typeof eventSchema>;

/** A change that nodes were asked for, as the first of them that saw it tells it. */
export interface SeenChange extends Change, ChangedRun {
  /** How long ago it saw it, in milliseconds. */
  readonly agoMs: number;
  /** Among all that it saw. */
  readonly number: number;
  /** All that have told of it, the first one first. */
  readonly seenBy: readonly string[];
}

/**
 * `change` for programs.
 *
 * @param now wall-clock time of the answer by the clock of the one who asked, in milliseconds: the
 * clocks of two hosts cannot be compared
 */
export function eventReport(
  change: SeenChange,
  { cluster, now }: { readonly cluster: string; readonly now: number },
): EventReport {
  const { kind, name, instance, incarnation, status, service, reason, agoMs, number } = change;
  const { seenBy } = change;
  return {
    schema: "event.v1",
    time: isoTime(now - agoMs),
    event: kind,
    name,
    instance: instance === "" ? undefined : instance,
    incarnation,
    observer: seenBy[0] ?? "",
    seenBy: [...seenBy],
    cluster,
    status,
    serviceState: service,
    reason,
    agoMs: Math.round(agoMs),
    sequence: number,
  };
}
