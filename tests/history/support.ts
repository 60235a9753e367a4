/**
 * A history in a folder of its own, and what is put into it.
 *
 * @module
 */
import type { NodeName } from "../../lib/core/base/name.ts";
import type { HistoryPart } from "../../lib/core/explain/history.ts";
import type { HistoryRun, SeenHistoryChange } from "../../lib/history/history.ts";
import type { Remembered } from "../../lib/history/remembered.ts";

export const n1 = "n1@10.0.0.1" as NodeName;

/** The instance of a run by its number. */
export function instanceOf(number: number): string {
  return `${number}`.padStart(32, "0");
}

export function nameOf(number: number): NodeName {
  return `n${number}@10.0.0.${number}` as NodeName;
}

/** The `number`th run of `n1`. */
export function runOf(number: number, more: Partial<HistoryRun> = {}): HistoryRun {
  return {
    ...{ name: n1, instance: instanceOf(number), cluster: "default", software: "clusternode/0" },
    ...more,
  };
}

/** The `number`th change that a run saw, about the node of that number. */
export function changeOf(
  number: number,
  at: number,
  more: Partial<SeenHistoryChange> = {},
): SeenHistoryChange {
  const name = nameOf(number);
  const told = { number, name, instance: instanceOf(900 + number), incarnation: 0, reason: "so" };
  return { kind: "joined", at, ...told, ...more };
}

/** What a run remembers, by its kind. */
export function remembered(
  run: number,
  at: number,
  time: number,
  event: Remembered["event"] = changeOf(at, at),
): Remembered {
  return { run: instanceOf(run), at, time, event };
}

/** A history in short: `3000 joined n2`, the age first. */
export function shortly({ entries }: Pick<HistoryPart, "entries">): string[] {
  return entries.map(({ agoMs, event }) => {
    const about = "name" in event ? event.name.split("@")[0] : event.findings.length;
    return `${agoMs} ${event.kind} ${about}`;
  });
}
