/**
 * One look at the cluster for all who follow it.
 *
 * As long as anybody does, the members are compared with what was told before: after each change, at
 * most four times a second, and once a second in any case. What differs is put into words once and sent
 * to all. While nobody follows, nothing is done.
 *
 * @module
 */
import { onAbort } from "../../abort.ts";
import type { Clock } from "../../clock.ts";
import { encodeUtf8 } from "../../core/base/text.ts";
import { jsonText } from "../../report/json_text.ts";
import { SharedBody } from "../server/shared_body.ts";
import type { ClusterSource } from "../source.ts";
import { missedEvents } from "./change_events.ts";
import { membersOf } from "./reports.ts";
import { ToldCluster } from "./told_cluster.ts";

/** Shortest time between two looks, in milliseconds. */
const pauseMs = 250;

/** Longest time between two looks while anybody follows, in milliseconds. */
const longestPauseMs = 1000;

/** How often who follows hears that the stream is alive, in milliseconds. */
const stillHereMs = 10_000;

const stillHere = encodeUtf8(": still here\n\n");

/** One who follows. */
export interface Follower {
  /** Takes events; false if it has gone. */
  send(piece: Uint8Array): boolean;
}

/** All members, as all get them who ask within a moment. */
export interface SharedMembers {
  readonly index: number;
  /** As a report. */
  body(): SharedBody;
  /** With the node, as events. */
  events(): Uint8Array;
  /** The same, for those whom changes that they have missed are told next. */
  eventsBeforeMissed(): Uint8Array;
}

/** Looks for one server. */
export class Hub {
  readonly #source: ClusterSource;
  readonly #clock: Clock;
  readonly #cluster: ToldCluster;
  readonly #followers = new Set<Follower>();
  readonly #waiting = new Set<() => void>();
  #shared: SharedMembers & { readonly goodUntil: number } | undefined;
  #lookedAt: number;
  #lookAt = Infinity;
  #cancelLook: () => void = () => {};
  #stillHereAt = Infinity;
  #watch: Disposable | undefined;

  constructor(source: ClusterSource, isSimulated: boolean, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#cluster = new ToldCluster(source, isSimulated);
    this.#lookedAt = clock.now();
  }

  /** How many follow, or wait. */
  get followerCount(): number {
    return this.#followers.size + this.#waiting.size;
  }

  /** All members as they are. */
  members(): SharedMembers {
    const now = this.#clock.now();
    if (now >= this.#lookedAt + pauseMs) this.#look();
    const { index } = this.#cluster;
    if (this.#shared?.index === index && now < this.#shared.goodUntil) return this.#shared;
    const report = membersOf(this.#source);
    let [body, events, beforeMissed]: [SharedBody?, Uint8Array?, Uint8Array?] = [];
    const shared = {
      index,
      goodUntil: now + pauseMs,
      body: () => body ??= SharedBody.ofText(`${jsonText(report)}\n`),
      events: () => events ??= encodeUtf8(this.#cluster.everything(report)),
      eventsBeforeMissed: () => beforeMissed ??= encodeUtf8(this.#cluster.everything(report, true)),
    };
    this.#shared = shared;
    return shared;
  }

  /**
   * Sends `follower` all that is so now, what it has missed since the event `lastId`, and from then on
   * what changes, until `signal` is aborted.
   */
  follow(follower: Follower, signal: AbortSignal, lastId: string | undefined): void {
    const members = this.members();
    if (lastId === undefined) follower.send(members.events());
    else {
      const { nextChange } = this.#cluster;
      follower.send(members.eventsBeforeMissed());
      follower.send(encodeUtf8(missedEvents(this.#source, lastId, nextChange)));
    }
    if (signal.aborted) return;
    this.#followers.add(follower);
    this.#begin();
    onAbort(signal, () => {
      this.#followers.delete(follower);
      this.#endIfAlone();
    });
  }

  /** Resolves when the index is no longer `index`, after `waitMs`, or when `signal` is aborted. */
  otherThan(index: number, waitMs: number, signal: AbortSignal): Promise<void> {
    if (this.members().index !== index || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        forget();
        this.#waiting.delete(end);
        this.#endIfAlone();
        resolve();
      };
      const cancel = this.#clock.after(waitMs, end);
      const forget = onAbort(signal, end);
      this.#waiting.add(end);
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#watch !== undefined) return;
    this.#stillHereAt = this.#clock.now() + stillHereMs;
    this.#watch = this.#source.watch(() => this.#lookIn(0));
    this.#lookIn(longestPauseMs);
  }

  #endIfAlone(): void {
    if (this.followerCount > 0) return;
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#cancelLook();
    this.#lookAt = Infinity;
  }

  /** Looks in `delayMs`, or later if that is too soon; not if it looks earlier anyway. */
  #lookIn(delayMs: number): void {
    const now = this.#clock.now();
    const at = Math.max(now + delayMs, this.#lookedAt + pauseMs);
    if (at >= this.#lookAt) return;
    this.#cancelLook();
    this.#lookAt = at;
    this.#cancelLook = this.#clock.after(at - now, () => {
      this.#lookAt = Infinity;
      this.#look();
    });
  }

  /** Compares, and tells all what is new. */
  #look(): void {
    const now = this.#clock.now();
    this.#lookedAt = now;
    const { index } = this.#cluster;
    const everything = (): string => this.#cluster.everything(membersOf(this.#source));
    const news = this.#cluster.compare(everything);
    if (news !== "") this.#send(encodeUtf8(news));
    if (now >= this.#stillHereAt) {
      this.#stillHereAt = now + stillHereMs;
      this.#send(stillHere);
    }
    if (this.#cluster.index !== index) { for (const end of [...this.#waiting]) end(); }
    if (this.#watch !== undefined) this.#lookIn(longestPauseMs);
  }

  #send(piece: Uint8Array): void {
    for (const follower of this.#followers) {
      if (!follower.send(piece)) this.#followers.delete(follower);
    }
  }
}
