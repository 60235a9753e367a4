/**
 * What several nodes tell of one cluster, as one history: in order, and each event once.
 *
 * Every observer has a history of its own. What befalls a member is told by all of them, and is the
 * same event if it is of the same kind and about the same run and incarnation of the member. What an
 * observer tells of its own links and of itself is told by nobody else.
 *
 * A newcomer finds a cluster that is there already, and tells that its members have joined; what
 * another observer has known for longer is no news, and left out.
 *
 * @module
 */
import type { ChangeKind } from "../core/members/change.ts";
import type { MemberStatus, MemberView } from "../core/members/member.ts";
import type { NodeName } from "../core/base/name.ts";
import type { EventView } from "../protocol/message.ts";
import type { Asked } from "./client.ts";

/** Events, and what is known of members, that are remembered to recognize them; the newest. */
const rememberedMax = 20_000;

/** Later than this after another one an observer has only found what was so, in milliseconds. */
const findingMs = 1000;

/** An event, and who saw it. */
export interface MergedEvent extends EventView {
  /** When the first of them saw it, on the clock of this process, in milliseconds. */
  readonly at: number;
  /** Who has told of it until it was released, the first one first. */
  readonly seenBy: readonly NodeName[];
}

/** One event as one observer tells it. */
interface Sighting {
  readonly observer: NodeName;
  readonly at: number;
  readonly event: EventView;
  /** Under which it is counted. */
  readonly countKey: string;
}

interface Keys {
  readonly key: string;
  readonly countKey: string;
}

/** One event as all tell it that have by now. */
interface Occurrence {
  readonly key: string;
  readonly sightings: Sighting[];
}

/** One of those that are known by their time, and who has told of it. */
interface Passing {
  readonly key: string;
  readonly at: number;
  readonly by: Set<string>;
}

/** What is known of one run of a member. */
interface Known {
  readonly status: MemberStatus;
  readonly since: number;
}

/** What an observer tells of its own links and of itself; all else is told by all. */
const own: ReadonlySet<ChangeKind> = new Set<ChangeKind>(
  ["link-bad", "link-mended", "isolated", "connected", "held-up"],
);

/** What several may tell for the same cause, each for itself: those that come close together are one. */
const passing: ReadonlySet<ChangeKind> = new Set<ChangeKind>(["suspected", "cleared"]);
const closeMs = 5000;
/** Of one run of a member so many of them are remembered; a node keeps no more. */
const passingMax = 200;

/** Puts histories together. */
export class EventMerge {
  readonly #occurrences = new Map<string, Occurrence>();
  /** How often an observer has told the same of the same. */
  readonly #counts = new Map<string, number>();
  readonly #passing = new Map<string, readonly Passing[]>();
  readonly #known = new Map<string, Known>();
  /** What was not released yet. */
  readonly #waiting = new Set<Occurrence>();

  /**
   * Takes events of one observer in their order, each once.
   *
   * @param answeredAt when the answer came, on the clock of this process, in milliseconds
   * @param shownFrom what nobody else has told, and was earlier, is not shown
   */
  take(
    observer: Pick<Asked, "name" | "instance">,
    events: readonly EventView[],
    answeredAt: number,
    shownFrom = -Infinity,
  ): void {
    for (const event of events) {
      const at = answeredAt - event.agoMs;
      const { key, countKey } = this.#keysOf(observer, event, at);
      const sighting = { observer: observer.name, at, event, countKey };
      const told = this.#occurrences.get(key);
      if (told === undefined) {
        const occurrence = { key, sightings: [sighting] };
        remember(this.#occurrences, key, occurrence);
        if (at >= shownFrom) this.#waiting.add(occurrence);
      } else if (this.#waiting.has(told)) told.sightings.push(sighting);
    }
  }

  /** Takes what an observer knows of the members: what it has known for long is no news. */
  know(members: readonly MemberView[], answeredAt: number): void {
    for (const member of members) {
      const { status, forMs, self } = member;
      // It has known itself for longer than anybody else.
      if (self) continue;
      const since = answeredAt - forMs;
      const before = this.#known.get(runOf(member));
      if (before === undefined || since < before.since) {
        remember(this.#known, runOf(member), { status, since });
      }
    }
  }

  /** The events that were seen at `until` or earlier and were not released yet, in their order. */
  release(until: number): MergedEvent[] {
    const ready = [...this.#waiting]
      .map((occurrence) => ({ occurrence, event: mergedOf(occurrence) }))
      .filter(({ event }) => event.at <= until)
      .sort((one, other) => one.event.at - other.event.at);
    const released: MergedEvent[] = [];
    for (const { occurrence, event } of ready) {
      this.#waiting.delete(occurrence);
      if (this.#isNews(event)) released.push(event);
      else this.#forget(occurrence);
    }
    return released;
  }

  /** What was no event is not counted as one either. */
  #forget({ key, sightings }: Occurrence): void {
    this.#occurrences.delete(key);
    for (const { countKey } of sightings) {
      this.#counts.set(countKey, (this.#counts.get(countKey) ?? 1) - 1);
    }
  }

  /** The same for two who tell of the same; the second time that one tells it, it is another event. */
  #keysOf({ name, instance }: Pick<Asked, "name" | "instance">, event: EventView, at: number) {
    const { kind, status = "", service = "", incarnation } = event;
    // Not all hear of a newcomer, or of one that leaves, at the same incarnation.
    const hasClaim = kind === "failed" || kind === "returned" || kind === "service";
    const what = `${kind} ${runOf(event)} ${status}${service} ${hasClaim ? incarnation : ""}`;
    const countKey = `${instance} ${what}`;
    const count = (this.#counts.get(countKey) ?? 0) + 1;
    remember(this.#counts, countKey, count);
    if (passing.has(kind)) return { countKey, key: this.#closeTo(what, count, instance, at) };
    return { countKey, key: `${what} ${count} ${own.has(kind) ? `${name} ${instance}` : ""}` };
  }

  /** The key of what another one has told for the same cause, or else a new one. */
  #closeTo(what: string, count: number, observer: string, at: number): string {
    const told = this.#passing.get(what) ?? [];
    const same = told.find((one) => Math.abs(one.at - at) <= closeMs && !one.by.has(observer));
    same?.by.add(observer);
    if (same !== undefined) return same.key;
    const one = { key: `${what} ${count} ${observer}`, at, by: new Set([observer]) };
    remember(this.#passing, what, [...told, one].slice(-passingMax));
    return one.key;
  }

  /** False if the event only says what was known before; from then on it is known. */
  #isNews(event: MergedEvent): boolean {
    const { kind, at } = event;
    if (own.has(kind)) return true;
    const run = runOf(event);
    const known = this.#known.get(run);
    if (kind === "left" || kind === "forgotten") this.#known.delete(run);
    else {
      const status = event.status ?? (kind === "suspected" ? "suspect" : "alive");
      const isOld = known !== undefined && known.since < at - findingMs;
      if (isOld && (kind === "joined" || kind === "failed" && known.status === status)) {
        return false;
      }
      remember(this.#known, run, { status, since: at });
    }
    return true;
  }
}

function mergedOf(occurrence: Occurrence): MergedEvent {
  const sightings = occurrence.sightings.toSorted((one, other) => one.at - other.at);
  const [{ event, at }] = sightings as [Sighting];
  return { ...event, at, seenBy: [...new Set(sightings.map(({ observer }) => observer))] };
}

function runOf({ name, instance }: Pick<EventView, "name" | "instance">): string {
  return `${name} ${instance}`;
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  if (map.size <= rememberedMax) return;
  for (const oldest of map.keys()) return void map.delete(oldest);
}
