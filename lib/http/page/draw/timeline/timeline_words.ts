/**
 * What the timeline says of a moment.
 *
 * @module
 */
import { firstOf } from "../../../../core/base/text.ts";
import { formatDuration } from "../../../../core/base/duration.ts";
import { describeChange } from "../../../../core/members/change.ts";
import type { Change, ChangeKind } from "../../../../core/members/change.ts";
import { changeKinds } from "../../../../core/members/change.ts";
import type { NodeName } from "../../../../core/base/name.ts";
import type { Label } from "../../../../report/words/member_label.ts";
import type { Entry } from "../history_state.ts";
import { lookName } from "../seen.ts";
import type { Lane, Span, TimeRange } from "./lanes.ts";
import { spanAt } from "./lanes.ts";
import { clockText, localOffset } from "./time_axis.ts";

/** `14:02:11`, in local time. */
export function momentText(time: number): string {
  return clockText(time, localOffset(time), true);
}

/** An entry as a sentence: `n3 is down: n1 cannot reach it`. */
export function entryWords(entry: Entry, label: Label): string {
  if (entry.event === "started") return `${label(entry.name)} starts`;
  if (entry.event === "stopped") return `${label(entry.name)} stops${because(entry)}`;
  if (entry.event === "crashed") return `${label(entry.name)} ends without a word${because(entry)}`;
  const isChange = (changeKinds as readonly string[]).includes(entry.event);
  if (!isChange) return `${label(entry.name)}: ${entry.event}${because(entry)}`;
  const kind = entry.event as ChangeKind;
  const change: Change = { kind, name: label(entry.name) as NodeName, reason: entry.reason };
  const service = (entry as { serviceState?: Change["service"] }).serviceState;
  return describeChange({ ...change, status: entry.status, service });
}

function because({ reason }: Entry): string {
  return reason === "" ? "" : `: ${reason}`;
}

/** How a member was at a moment: `14:02:11  n3 down for 2 min: n1 cannot reach it`. */
export function laneWords(lane: Lane, time: number, label: Label): string {
  const span = spanAt(lane, time);
  return `${label(lane.name)} ${span === undefined ? "" : spanWords(span, time)}`;
}

function spanWords({ look, from, reason }: Span, time: number): string {
  if (look === "absent") return "is not there";
  if (look === "unknown") return "is not known: this node did not run";
  const long = look === "alive" ? "" : ` for ${formatDuration(Math.max(0, time - from))}`;
  return `${lookName(look)}${long}${look === "alive" || reason === "" ? "" : `: ${reason}`}`;
}

/** How the cluster was at a moment, in a few words, for those who do not see it. */
export function momentWords(lanes: readonly Lane[], time: number, label: Label): string {
  const bad = lanes.flatMap((lane) => {
    const look = spanAt(lane, time)?.look;
    return look === undefined || ["alive", "absent", "unknown"].includes(look)
      ? []
      : [`${label(lane.name)} ${lookName(look as Parameters<typeof lookName>[0])}`];
  });
  const words = bad.length === 0 ? "nothing wrong" : firstOf(bad, 5);
  return `${momentText(time)}, ${words}`;
}

/** The entry nearest to a moment, if one is within `reachMs` of it. */
export function entryNear(
  entries: readonly Entry[],
  time: number,
  reachMs: number,
): Entry | undefined {
  let [best, distance] = [undefined as Entry | undefined, reachMs];
  for (const entry of entries) {
    const away = Math.abs(Date.parse(entry.time) - time);
    if (away <= distance) [best, distance] = [entry, away];
  }
  return best;
}

/** The moment to which a key leads from `time`; `undefined` if it leads nowhere. */
export function moved(
  key: string,
  time: number,
  { from, to }: TimeRange,
  entries: readonly Entry[],
): number | undefined {
  const step = (to - from) / 100;
  const within = (moment: number): number => Math.min(to, Math.max(from, moment));
  const times = entries.map((entry) => Date.parse(entry.time));
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return within(time - step);
    case "ArrowRight":
    case "ArrowUp":
      return within(time + step);
    case "PageUp":
      return within(times.findLast((moment) => moment < time) ?? from);
    case "PageDown":
      return within(times.find((moment) => moment > time) ?? to);
    case "Home":
      return from;
    default:
      return undefined;
  }
}
