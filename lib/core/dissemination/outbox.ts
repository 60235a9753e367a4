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
import type { HeartbeatSighting } from "../members/news.ts";
import type { Effect } from "../input.ts";
import type { MemberRecord } from "../members/record.ts";
import { itemBytes, Pack, recordBytes } from "./packing.ts";
import type { InstanceId } from "../members/row.ts";
import type { Vote } from "../members/news.ts";
import type { NodeName } from "../base/name.ts";

/** News that can wait is collected for this long, in milliseconds. */
const collectMs = 50;

/** What waits to be passed on. */
export class Outbox {
  #records = new Map<NodeName, MemberRecord>();
  #joins = new Map<NodeName, MemberRecord>();
  #votes = new Map<string, Vote>();
  #sightings: HeartbeatSighting[] = [];
  #dueAt = Infinity;
  #joinsAt = Infinity;

  /** When it wants to be emptied. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** A record that all must hear of at once. */
  record(record: MemberRecord, now: number): void {
    this.#joins.delete(record.name);
    this.#records.set(record.name, record);
    this.#due(true, now);
  }

  /** A newcomer: of interest to all, but others tell of it as well. */
  join(record: MemberRecord, now: number): void {
    this.#joins.set(record.name, record);
    this.#due(false, now);
  }

  vote(vote: Vote, now: number): void {
    this.#votes.set(`${vote.subject} ${vote.voter}`, vote);
    this.#due(true, now);
  }

  sighting(sighting: HeartbeatSighting, now: number): void {
    this.#sightings.push(sighting);
    this.#due(true, now);
  }

  /**
   * Passes on what is due: newcomers to some of `to`, everything else to all.
   *
   * @param some chooses a few; what they miss is found by fingerprint
   */
  flush(
    to: readonly InstanceId[],
    some: (all: readonly InstanceId[]) => readonly InstanceId[],
    now: number,
    out: Effect[],
  ): void {
    const votes = [...this.#votes.values()];
    tell(to, [...this.#records.values()], votes, this.#sightings, out);
    this.#records.clear();
    this.#votes.clear();
    this.#sightings = [];
    if (now >= this.#joinsAt) {
      tell(some(to), [...this.#joins.values()], [], [], out);
      this.#joins.clear();
      this.#joinsAt = Infinity;
    }
    this.#dueAt = this.#joinsAt;
  }

  #due(urgent: boolean, now: number): void {
    if (!urgent) this.#joinsAt = Math.min(this.#joinsAt, now + collectMs);
    this.#dueAt = Math.min(this.#dueAt, urgent ? now : this.#joinsAt);
  }
}

/** As few messages as hold all of it, each small enough for a frame. */
function tell(
  to: readonly InstanceId[],
  records: readonly MemberRecord[],
  votes: readonly Vote[],
  sightings: readonly HeartbeatSighting[],
  out: Effect[],
): void {
  if (to.length === 0) return;
  let pack = new Pack();
  let news: Draft = { records: [], votes: [], sightings: [] };
  const flush = (): void => {
    if (news.records.length + news.votes.length + news.sightings.length === 0) return;
    out.push({ kind: "tell", to, news });
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
  for (const record of records) add(record, recordBytes(record), () => news.records);
  for (const vote of votes) add(vote, itemBytes(vote), () => news.votes);
  for (const sighting of sightings) add(sighting, itemBytes(sighting), () => news.sightings);
  flush();
}

interface Draft {
  readonly records: MemberRecord[];
  readonly votes: Vote[];
  readonly sightings: HeartbeatSighting[];
}
