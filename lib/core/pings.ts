/**
 * Pings on their way, and what each is for.
 *
 * A ping goes out with a number, and its outcome comes back with the same. What it was sent for says
 * which part of the core that outcome concerns.
 *
 * @module
 */
import type { Candidate } from "./members/candidate.ts";
import type { MemberRecord } from "./members/record.ts";
import type { InstanceId } from "./members/row.ts";

/** A ping to a member: as it is watched, for the picture of all links, or for another node. */
export interface MemberPing {
  readonly purpose: "pulse" | "sweep" | "probe";
  readonly record: MemberRecord;
}

/** A ping to a node that has proven nothing. */
export interface CandidatePing {
  readonly purpose: "candidate";
  readonly candidate: Candidate;
}

/** A ping to the node that holds the name which this one wants. */
export interface HolderPing {
  readonly purpose: "name-claim";
}

/** What a ping is for. */
export type Ping = MemberPing | CandidatePing | HolderPing;

/** A ping as it was sent. */
export type Sent<P> = P & {
  readonly number: number;
  /** When it was sent, in milliseconds. */
  readonly at: number;
  /** This process was held up meanwhile: the deadline ran out here, not there. */
  readonly wasHeldUp: boolean;
};

/** All pings of one kind that are on their way. */
export class Pings<P> {
  readonly #sent = new Map<number, Sent<P>>();
  #count = 0;
  #heldUpUntil = -Infinity;

  /** Remembers a ping that is sent now; returns its number. */
  send(ping: P, now: number): number {
    const number = ++this.#count;
    this.#sent.set(number, { ...ping, number, at: now, wasHeldUp: false });
    return number;
  }

  /** That ping has ended; `undefined` if it was not on its way. */
  end(number: number): Sent<P> | undefined {
    const sent = this.#sent.get(number);
    this.#sent.delete(number);
    return sent === undefined || sent.at > this.#heldUpUntil ? sent : { ...sent, wasHeldUp: true };
  }

  /** This process was held up until `now`. */
  heldUp(now: number): void {
    this.#heldUpUntil = now;
  }

  /** Those on their way, in the order in which they were sent. */
  all(): IterableIterator<Sent<P>> {
    return this.#sent.values();
  }
}

/** Instances to which a ping is on its way, members before candidates. */
export function askedInstances(pings: Pings<Ping>): InstanceId[] {
  const members: InstanceId[] = [];
  const candidates: InstanceId[] = [];
  for (const ping of pings.all()) {
    if (ping.purpose === "candidate") candidates.push(ping.candidate.instance);
    else if (ping.purpose !== "name-claim") members.push(ping.record.instance);
  }
  return [...members, ...candidates];
}
