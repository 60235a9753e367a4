/**
 * Changes as server-sent events, and from where on a client wants them that comes again.
 *
 * The number in an `id` is that of the change that comes next: a browser sends the last one that it saw
 * as `Last-Event-ID`, and gets all from there on, or is told that some are lost.
 *
 * @module
 */
import { jsonText } from "../../report/json_text.ts";
import type { Report } from "../../report/reports.ts";
import type { ClusterSource } from "../source.ts";
import { eventOf } from "./reports.ts";

/** One event of a stream. */
export function streamEvent(event: string, report: Report, id?: string): string {
  const head = id === undefined ? "" : `id: ${id}\n`;
  return `${head}event: ${event}\ndata: ${jsonText(report)}\n\n`;
}

/** The `id` of an event after which the change `next` comes. */
export function eventId({ instance }: ClusterSource, next: number): string {
  return `${instance}-${next}`;
}

/** The changes from a number on as events, and the number of the one that comes next. */
export interface ChangeEvents {
  readonly text: string;
  readonly next: number;
}

/**
 * The changes with numbers from `from` on, and below `until`; those that are no longer kept are told as
 * a gap.
 */
export function changeEvents(
  source: ClusterSource,
  from: number,
  until: number = Infinity,
): ChangeEvents {
  const { changes, next, first } = source.changes(from);
  const missingCount = Math.max(0, first - from);
  const gap = missingCount === 0 ? "" : streamEvent("gap", {
    schema: "gap.v1",
    message: `${missingCount} events are lost: a node keeps only the last ones`,
    missingCount,
  }, eventId(source, first));
  const events = changes.filter(({ number }) => number < until).map((change) =>
    streamEvent("change", eventOf(source, change), eventId(source, change.number + 1))
  );
  return { text: gap + events.join(""), next };
}

/** What a client has missed, of changes with numbers below `until`, that saw the event `lastId` last. */
export function missedEvents(source: ClusterSource, lastId: string, until: number): string {
  const [, instance, number = ""] = /^([0-9a-f]{1,64})-(\d{1,15})$/.exec(lastId) ?? [];
  const from = Number(number);
  if (instance !== source.instance || from > source.changes(Infinity).next) {
    const message = "Events may be lost: those seen before are of another run of the node";
    return streamEvent("gap", { schema: "gap.v1", message }, eventId(source, until));
  }
  return changeEvents(source, from, until).text;
}
