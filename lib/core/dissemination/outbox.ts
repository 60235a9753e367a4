/**
 * News: how what one node learns reaches all.
 *
 * Whatever changed a node's own view is passed on once to everybody it watches or is watched by. The
 * rings are so well connected that it reaches everybody within a few hops, over connections that are
 * open anyway. Newcomers are told to a few only, because many tell of them. What was missed all the
 * same is found by comparing fingerprints, which ride on pings and pongs: two that differ compare
 * the parts, and tell each other the records in those.
 *
 * @module
 */
import type { HeartbeatSighting, News, Vote } from "../members/news.ts";
import type { Effect } from "../input.ts";
import type { MemberRecord } from "../members/record.ts";
import { itemBytes, Pack, recordBytes } from "./packing.ts";
import type { InstanceId } from "../members/row.ts";
import { TokenBucket } from "../detector/token_bucket.ts";
import type { NodeName } from "../base/name.ts";

/** News that can wait is collected for this long, in milliseconds. */
const collectMs = 50;

/** How many times a node passes on urgent news at once: more often than one death has it do. */
const urgentBurst = 64;

/**
 * How many times per interval it does so for long. Where suspicions follow each other, as they do
 * while a machine is too busy for its nodes, each would otherwise be hundreds of messages to each node,
 * and the next ones follow from those.
 */
const urgentPerInterval = 4;

/** So many records that nobody is likely to know all of them: who has told which is not looked up. */
const crowd = 64;

/** One piece of news, and who knows it: whoever has told it need not be told. */
interface Entry<T> {
  readonly item: T;
  /** `undefined` until somebody has: of many nobody does. */
  knownTo: Set<InstanceId> | undefined;
}

/** What goes out together. */
interface Batch {
  readonly records: Map<NodeName, Entry<MemberRecord>>;
  readonly votes: Map<string, Entry<Vote>>;
  readonly sightings: Map<NodeName, Entry<HeartbeatSighting>>;
}

/** What waits to be passed on. */
export class Outbox {
  readonly #urgent: Batch = emptyBatch();
  /** Newcomers, as records. */
  readonly #joins: Batch = emptyBatch();
  readonly #budget: TokenBucket;
  #urgentAt = Infinity;
  #joinsAt = Infinity;

  /** @param intervalMs time between two pings of a member */
  constructor(intervalMs: number) {
    this.#budget = new TokenBucket(urgentPerInterval, intervalMs, urgentBurst);
    this.#budget.begin(urgentBurst, 0);
  }

  /** When it wants to be emptied. */
  get dueAt(): number {
    return Math.min(this.#urgentAt, this.#joinsAt);
  }

  /** A record that all must hear of at once. */
  record(record: MemberRecord, now: number): void {
    this.#joins.records.delete(record.name);
    this.#urgent.records.set(record.name, entryOf(record));
    this.#hasten(now);
  }

  /** A newcomer: of interest to all, but others tell of it as well. */
  join(record: MemberRecord, now: number): void {
    this.#joins.records.set(record.name, entryOf(record));
    this.#joinsAt = Math.min(this.#joinsAt, now + collectMs);
  }

  vote(vote: Vote, now: number): void {
    this.#urgent.votes.set(keyOf(vote), entryOf(vote));
    this.#hasten(now);
  }

  sighting(sighting: HeartbeatSighting, now: number): void {
    this.#urgent.sightings.set(sighting.name, entryOf(sighting));
    this.#hasten(now);
  }

  /** This node ends: what is urgent can wait no longer. */
  end(now: number): void {
    this.#urgentAt = now;
  }

  /** A peer has told these: what of it waits here it knows. */
  heard({ records, votes, sightings }: News, from: InstanceId): void {
    if (this.dueAt === Infinity) return;
    for (const batch of [this.#urgent, this.#joins]) {
      if (batch.records.size === 0 || batch.records.size > crowd) continue;
      for (const { name, hash } of records) {
        const entry = batch.records.get(name);
        if (entry?.item.hash === hash) nowKnown(entry, from);
      }
    }
    for (const vote of votes) {
      const entry = this.#urgent.votes.get(keyOf(vote));
      if (entry?.item.sequence === vote.sequence) nowKnown(entry, from);
    }
    for (const { name, heartbeat } of sightings) {
      const entry = this.#urgent.sightings.get(name);
      if (entry?.item.heartbeat === heartbeat) nowKnown(entry, from);
    }
  }

  /**
   * Passes on what is due: newcomers to some of `to`, everything else to all, but to nobody what it
   * has told.
   *
   * @param some chooses a few; what they miss is found by fingerprint
   */
  flush(
    to: readonly InstanceId[],
    some: (all: readonly InstanceId[]) => readonly InstanceId[],
    now: number,
    out: Effect[],
  ): void {
    if (now >= this.#urgentAt) {
      this.#budget.spend(now);
      tell(lacking(to, this.#urgent), this.#urgent, out);
      this.#urgentAt = Infinity;
    }
    if (now >= this.#joinsAt) {
      tell(some(lacking(to, this.#joins)), this.#joins, out);
      this.#joinsAt = Infinity;
    }
  }

  #hasten(now: number): void {
    if (this.#urgentAt < Infinity) return;
    this.#urgentAt = this.#budget.permits(now) ? now : this.#budget.permitsAt;
  }
}

function entryOf<T>(item: T): Entry<T> {
  return { item, knownTo: undefined };
}

function nowKnown(entry: Entry<unknown>, to: InstanceId): void {
  entry.knownTo ??= new Set();
  entry.knownTo.add(to);
}

function keyOf({ subject, voter }: Vote): string {
  return `${subject} ${voter}`;
}

function emptyBatch(): Batch {
  return { records: new Map(), votes: new Map(), sightings: new Map() };
}

/** Those of `all` who do not know all of it. */
function lacking(all: readonly InstanceId[], batch: Batch): InstanceId[] {
  const parts: readonly Map<unknown, Entry<unknown>>[] = Object.values(batch);
  const entries = parts.flatMap((part) => [...part.values()]);
  return all.filter((id) => entries.some(({ knownTo }) => knownTo?.has(id) !== true));
}

/** As few messages as hold all of it, each small enough for a frame; empties it. */
function tell(to: readonly InstanceId[], batch: Batch, out: Effect[]): void {
  const { records, votes, sightings } = batch;
  let pack = new Pack();
  let news: Draft = { records: [], votes: [], sightings: [] };
  const flush = (): void => {
    if (news.records.length + news.votes.length + news.sightings.length === 0) return;
    if (to.length > 0) out.push({ kind: "tell", to, news });
    pack = new Pack();
    news = { records: [], votes: [], sightings: [] };
  };
  const add = <T>(item: T, bytes: number, list: () => T[]): void => {
    if (!pack.takes(bytes)) {
      flush();
      pack.takes(bytes);
    }
    list().push(item);
  };
  for (const { item } of records.values()) add(item, recordBytes(item), () => news.records);
  for (const { item } of votes.values()) add(item, itemBytes(item), () => news.votes);
  for (const { item } of sightings.values()) add(item, itemBytes(item), () => news.sightings);
  flush();
  for (const part of [records, votes, sightings]) part.clear();
}

interface Draft {
  readonly records: MemberRecord[];
  readonly votes: Vote[];
  readonly sightings: HeartbeatSighting[];
}
