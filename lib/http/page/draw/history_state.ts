/**
 * How members were at a moment that is past, told from what happened before and after it.
 *
 * What happened first to a member tells also what it was until then: one that fails was alive, one
 * that joins was not there. While the node that tells did not run, nothing is known.
 *
 * @module
 */
import type { MemberStatus } from "../../../core/members/member.ts";

/** What of an entry of the history matters here; an event of `event.v1` is one. */
export interface Entry {
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** What happened: a kind of change, or the start or the end of a run of the node that tells. */
  readonly event: string;
  /** Full name of the member that it is about. */
  readonly name: string;
  /** Of a failure: what the member is called since. */
  readonly status?: MemberStatus | undefined;
  /** Why, as a sentence. */
  readonly reason: string;
}

/** How a member was. */
export interface MemberAt {
  /** `absent` if it was not there, `unknown` if the node that tells did not run. */
  readonly status: MemberStatus | "absent" | "unknown";
  readonly linkWorks: boolean;
  /** The reason of what made it so; empty if that was before all entries. */
  readonly reason: string;
  /** Since when, in milliseconds since 1970; `undefined` if that was before all entries. */
  readonly since: number | undefined;
}

/** A run of the node that tells begins. */
export const runStart = "started";

/** True for what tells of the run of the node that tells: nothing is known beyond its end. */
export function isOfRun({ event }: Entry): boolean {
  return event === runStart || isRunEnd(event);
}

/** True for the end of a run, as far as its node, or its next run, could tell. */
export function isRunEnd(event: string): boolean {
  return event === "stopped" || event === "crashed";
}

/** When it happened, in milliseconds since 1970. */
export function timeOf({ time }: Entry): number {
  return Date.parse(time);
}

/**
 * How the member `name` is after `entry`, if it was `before`; the same object if the entry tells
 * nothing.
 */
export function stateAfter(name: string, entry: Entry, before: MemberAt): MemberAt {
  const { reason } = entry;
  const since = timeOf(entry);
  const to = (status: MemberAt["status"], linkWorks = true): MemberAt => ({
    status,
    linkWorks,
    reason,
    since,
  });
  switch (entry.event) {
    case "joined":
    case "returned":
    case "replaced":
      return to("alive");
    case "failed":
      return to(entry.status ?? "down");
    case "left":
    case "forgotten":
      return to("absent");
    case "suspected":
      return to("suspect");
    case "cleared":
      return to("alive", before.linkWorks);
    case "link-bad":
      return to(before.status, false);
    case "link-mended":
      return to(before.status);
    case runStart:
      return to(name === entry.name ? "alive" : "unknown");
    case "stopped":
    case "crashed":
      return to(name === entry.name ? "absent" : "unknown");
    default:
      return before;
  }
}

/** How a member must have been before `entry`; `undefined` if the entry does not tell. */
export function stateBefore({ event }: Entry): MemberAt | undefined {
  const from = (status: MemberAt["status"], linkWorks = true): MemberAt => ({
    status,
    linkWorks,
    reason: "",
    since: undefined,
  });
  switch (event) {
    case "joined":
      return from("absent");
    case "returned":
    case "forgotten":
      return from("down");
    case "failed":
    case "replaced":
    case "left":
    case "suspected":
    case "link-bad":
      return from("alive");
    case "cleared":
      return from("suspect");
    case "link-mended":
      return from("alive", false);
    case runStart:
      return from("unknown");
    case "stopped":
    case "crashed":
      return from("alive");
    default:
      return undefined;
  }
}

/** What was grouped before: a moment that is dragged asks for the same again and again. */
const grouped = new WeakMap<readonly Entry[], ReadonlyMap<string, readonly Entry[]>>();

/** Entries by the member that they are about, each list with those of runs among them. */
export function entriesByName(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const known = grouped.get(entries) ?? groupByName(entries);
  grouped.set(entries, known);
  return known;
}

function groupByName(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const ofRuns: Entry[] = [];
  const byName = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { name } = entry;
    const isRun = isOfRun(entry);
    if ((isRun || name !== "") && !byName.has(name)) byName.set(name, [...ofRuns]);
    if (isRun) ofRuns.push(entry);
    const lists = isRun ? byName.values() : [byName.get(name)];
    for (const list of lists) list?.push(entry);
  }
  // What has the same time stays as it was told: a run starts before anybody joins in it.
  for (const list of byName.values()) list.sort((one, other) => timeOf(one) - timeOf(other));
  return byName;
}

/**
 * How each member that the entries speak of was at `time`, by its full name. Of others nothing has
 * happened: they were as they are.
 *
 * @param entries the oldest first
 * @param time in milliseconds since 1970; what happened in that very millisecond has happened
 */
export function stateAt(entries: readonly Entry[], time: number): Map<string, MemberAt> {
  return new Map(
    [...entriesByName(entries)].map(([name, own]) => [name, stateOf(name, own, time)]),
  );
}

/** How one member was at `time`, told from the entries about it and about runs. */
function stateOf(name: string, own: readonly Entry[], time: number): MemberAt {
  let state = firstState(own);
  for (const entry of own) {
    if (timeOf(entry) > time) break;
    state = stateAfter(name, entry, state);
  }
  return state;
}

/** How a member was before all entries about it. */
export function firstState(own: readonly Entry[]): MemberAt {
  for (const entry of own) {
    const before = stateBefore(entry);
    if (before !== undefined) return before;
  }
  return { status: "alive", linkWorks: true, reason: "", since: undefined };
}
