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
import { NameTable } from "../members/name_table.ts";
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

/** What a node passes on. */
type Item = MemberRecord | Vote | HeartbeatSighting;

/** What goes out together. */
interface Batch {
  readonly records: NameTable<MemberRecord>;
  readonly votes: Map<string, Vote>;
  readonly sightings: Map<NodeName, HeartbeatSighting>;
  /** Who has told which of them, and need not be told: of many nobody has. */
  readonly knownTo: Map<Item, Set<InstanceId>>;
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
    this.#urgent.records.set(record);
    this.#hasten(now);
  }

  /** A newcomer: of interest to all, but others tell of it as well. */
  join(record: MemberRecord, now: number): void {
    this.#joins.records.set(record);
    this.#joinsAt = Math.min(this.#joinsAt, now + collectMs);
  }

  vote(vote: Vote, now: number): void {
    this.#urgent.votes.set(keyOf(vote), vote);
    this.#hasten(now);
  }

  sighting(sighting: HeartbeatSighting, now: number): void {
    this.#urgent.sightings.set(sighting.name, sighting);
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
        const waiting = batch.records.get(name);
        if (waiting?.hash === hash) nowKnown(waiting, from, batch);
      }
    }
    const urgent = this.#urgent;
    for (const vote of votes) {
      const waiting = urgent.votes.get(keyOf(vote));
      if (waiting?.sequence === vote.sequence) nowKnown(waiting, from, urgent);
    }
    for (const { name, heartbeat } of sightings) {
      const waiting = urgent.sightings.get(name);
      if (waiting?.heartbeat === heartbeat) nowKnown(waiting, from, urgent);
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

function nowKnown(item: Item, to: InstanceId, { knownTo }: Batch): void {
  const known = knownTo.get(item);
  if (known === undefined) knownTo.set(item, new Set([to]));
  else known.add(to);
}

function keyOf({ subject, voter }: Vote): string {
  return `${subject} ${voter}`;
}

function emptyBatch(): Batch {
  return {
    records: new NameTable<MemberRecord>(),
    votes: new Map(),
    sightings: new Map(),
    knownTo: new Map(),
  };
}

/** Those of `all` who do not know all of it. */
function lacking(all: readonly InstanceId[], batch: Batch): readonly InstanceId[] {
  const { records, votes, sightings, knownTo } = batch;
  // What nobody has told all lack.
  if (knownTo.size < records.size + votes.size + sightings.size) return all;
  const items = [...records.values(), ...votes.values(), ...sightings.values()];
  return all.filter((id) => items.some((item) => knownTo.get(item)?.has(id) !== true));
}

/** As few messages as hold all of it, each small enough for a frame; empties it. */
function tell(to: readonly InstanceId[], batch: Batch, out: Effect[]): void {
  const { records, votes, sightings, knownTo } = batch;
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
  for (const record of records.values()) add(record, recordBytes(record), () => news.records);
  for (const vote of votes.values()) add(vote, itemBytes(vote), () => news.votes);
  for (const one of sightings.values()) add(one, itemBytes(one), () => news.sightings);
  flush();
  for (const part of [records, votes, sightings, knownTo]) part.clear();
}

interface Draft {
  readonly records: MemberRecord[];
  readonly votes: Vote[];
  readonly sightings: HeartbeatSighting[];
}
