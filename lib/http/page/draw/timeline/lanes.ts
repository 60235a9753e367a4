/**
 * The history as lanes: for each member the spans of time in which it was the same.
 *
 * @module
 */
import { type Look, lookOf } from "../../status.ts";
import { entriesByName, firstState, isOfRun, runStart } from "../history_state.ts";
import { stateAfter, timeOf } from "../history_state.ts";
import type { Entry, MemberAt } from "../history_state.ts";
import { type Placed, ringOrder } from "../ring_order.ts";

/** A range of time, in milliseconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** For so long a member was the same. */
export interface Span extends TimeRange {
  readonly look: Look | "absent" | "unknown";
  /** Why; empty if that was before all entries. */
  readonly reason: string;
}

/** So long after its start a node still comes to know members that were there before it, in ms. */
const discoveryMs = 30_000;

/** One member over time. */
export interface Lane {
  readonly name: string;
  /** Without holes, from the begin of the range to its end. */
  readonly spans: readonly Span[];
  /** What happened to it in the range, and has left it as it was: a new run, a word of its service. */
  readonly marks: readonly Entry[];
  /** Whether anything happened to it in the range, but that the node that tells came to know it. */
  readonly hasChanges: boolean;
}

/**
 * The lanes of all members, and of those that the entries alone know, in the order of the ring.
 *
 * @param entries the oldest first
 */
export function lanesOf<Member extends Placed & Parameters<typeof lookOf>[0]>(
  entries: readonly Entry[],
  members: readonly Member[],
  range: TimeRange,
): Lane[] {
  const byName = entriesByName(entries);
  const known = new Set(members.map(({ name }) => name));
  const gone: Placed[] = [...byName.keys()].filter((name) => !known.has(name))
    .map((name) => ({ name, tags: [] }));
  const now = new Map(members.map((member) => [member.name, member]));
  const ofRuns = entries.filter(isOfRun);
  const begin = entries[0] === undefined ? 0 : timeOf(entries[0]);
  return ringOrder<Placed>([...members, ...gone]).map(({ name }) => {
    const { status = "absent", linkWorks = true } = now.get(name) ?? {};
    const last: MemberAt = { status, linkWorks, reason: "", since: undefined };
    const own = byName.get(name);
    return own === undefined
      ? laneOf(name, ofRuns, { first: last, now: last }, range, begin)
      : laneOf(name, own, { first: firstState(own), now: last }, range, begin);
  });
}

/**
 * @param now how the member is: of the present run that is known without an entry
 * @param begin when the history begins
 */
function laneOf(
  name: string,
  own: readonly Entry[],
  { first, now }: { readonly first: MemberAt; readonly now: MemberAt },
  range: TimeRange,
  begin: number,
): Lane {
  const spans: Span[] = [];
  const marks: Entry[] = [];
  let state = first;
  let from = range.from;
  let hasChanges = false;
  let start = begin;
  const end = (to: number): void => {
    if (to > from) spans.push({ from, to, look: spanLook(state), reason: state.reason });
    from = Math.max(from, to);
  };
  for (const entry of own) {
    const time = timeOf(entry);
    if (time > range.to) break;
    const isLast = entry === own.at(-1) && entry.event === runStart;
    const next = isLast ? { ...now, since: time } : stateAfter(name, entry, state);
    const isInRange = time >= range.from;
    if (entry.event === runStart) start = time;
    const isDiscovery = entry.event === "joined" && time - start < discoveryMs;
    hasChanges ||= isInRange && !isOfRun(entry) && !isDiscovery;
    const changesLook = spanLook(next) !== spanLook(state);
    if (changesLook) end(Math.max(time, range.from));
    else if (isInRange && !isOfRun(entry)) marks.push(entry);
    state = next;
  }
  end(range.to);
  return { name, spans, marks, hasChanges };
}

function spanLook({ status, linkWorks }: MemberAt): Span["look"] {
  return status === "absent" || status === "unknown" ? status : lookOf({ status, linkWorks });
}

/** What a lane shows at a moment. */
export function spanAt({ spans }: Lane, time: number): Span | undefined {
  return spans.findLast(({ from }) => from <= time) ?? spans[0];
}

/**
 * When nothing is known, as far as it lies in the range: before the first run that is remembered, and
 * between two runs. A run whose end was not written ends with the last thing that it told.
 *
 * @param entries the oldest first
 */
export function gapsOf(entries: readonly Entry[], range: TimeRange): TimeRange[] {
  const gaps: TimeRange[] = [];
  let last = -Infinity;
  for (const entry of entries) {
    const time = timeOf(entry);
    if (entry.event === runStart) {
      const [from, to] = [Math.max(range.from, last), Math.min(range.to, time)];
      if (to >= from) gaps.push({ from, to });
    }
    last = time;
  }
  return gaps;
}
