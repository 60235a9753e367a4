/**
 * How this node stands in its cluster, and what it says about it: the status line, the changes, and
 * the heartbeat that it gives when nobody asks for it any more.
 *
 * @module
 */
import type { Settings } from "../settings.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { ChangeLog } from "./change_log.ts";
import type { BeamWatch } from "../beam/beam_watch.ts";
import type { VerdictParts } from "../detector/evidence.ts";
import type { Change } from "./change.ts";
import type { Effect } from "../input.ts";
import { statusOf } from "../detector/evidence.ts";
import { countsAsAlive } from "../dissemination/member.ts";
import type { Finding } from "../detector/prober.ts";
import { compareNames } from "./status_line.ts";
import type { StatusEntry } from "./status_line.ts";

/** A change is shown in the status line at most this late, in milliseconds. */
const statusDelayMs = 100;

/** Intervals over which the pings of others are counted. */
const watchIntervals = 2;

/** Shortest pause between two heartbeats that are given out of turn, in milliseconds. */
const bumpPauseMs = 5000;

/** What the reporter works with. */
export interface StatusParts extends VerdictParts {
  readonly settings: Settings;
  readonly candidates: Candidates;
  readonly changes: ChangeLog;
  readonly beams: BeamWatch | undefined;
}

/** Status lines, changes, and one's own heartbeat. */
export class StatusReporter {
  readonly #parts: StatusParts;
  #statusAt = Infinity;
  #statusSoonAt = Infinity;
  #pingsHeard = 0;
  #countedSince = 0;
  #bumpedAt = -Infinity;

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  get wakeAt(): number {
    return Math.min(this.#statusAt, this.#statusSoonAt);
  }

  /** Begins with the status line. */
  start(now: number): void {
    this.#statusAt = now;
    this.#countedSince = now;
    this.#parts.changes.startedAt = now;
  }

  /** Ends with it. */
  stop(): void {
    this.#statusAt = Infinity;
    this.#statusSoonAt = Infinity;
  }

  /** Another member pinged this node. */
  pinged(): void {
    this.#pingsHeard++;
  }

  /** Something is to be told. */
  changed(change: Change, now: number): void {
    this.#parts.changes.add(change, now);
    this.soon(now);
  }

  /** The status line is not what it was. */
  soon(now: number): void {
    if (this.#statusAt === Infinity) return;
    this.#statusSoonAt = Math.min(this.#statusSoonAt, now + statusDelayMs);
  }

  /** A link that was bad carries pongs again. */
  linkMended({ record, before }: Finding & { kind: "pong" }, now: number): void {
    this.soon(now);
    if (before !== "bad-for-this-node-only") return;
    this.changed({ kind: "link-mended", name: record.name, reason: "it answers pings again" }, now);
  }

  wake(now: number, out: Effect[]): void {
    if (now < this.wakeAt) return;
    // A row that cannot be seen may still be there.
    if (!this.#parts.keeper.away) this.#parts.memberList.purge(now);
    this.#heartbeatIfForgotten(now);
    out.push(this.#status(now));
    this.#statusSoonAt = Infinity;
    const { intervalMs } = this.#parts.settings;
    // Keeps the rhythm of the first line, and skips lines that a held-up process has missed.
    if (now >= this.#statusAt) {
      this.#statusAt += intervalMs * (1 + Math.floor((now - this.#statusAt) / intervalMs));
    }
  }

  /**
   * Nobody pings this node as often as it should be: others may think it dead. The registry is the
   * other way to show that it lives.
   */
  #heartbeatIfForgotten(now: number): void {
    const { settings, memberList, keeper } = this.#parts;
    if (now - this.#countedSince < watchIntervals * settings.intervalMs) return;
    const expected = memberList.ring.observers * (now - this.#countedSince) / settings.intervalMs;
    const forgotten = this.#pingsHeard * 2 < expected;
    this.#pingsHeard = 0;
    this.#countedSince = now;
    if (!forgotten || now - this.#bumpedAt < bumpPauseMs) return;
    this.#bumpedAt = now;
    keeper.bump(now);
  }

  #status(now: number): Effect {
    const { memberList, candidates, links, settings, beams } = this.#parts;
    const shownBeams = beams?.sorted().filter((node) => node.isShown(now)) ?? [];
    const shownCandidates = candidates.shown();
    const shown = memberList.shown + shownCandidates.length + shownBeams.length;
    let alive = memberList.alive + shownBeams.filter(({ status }) => status === "alive").length;
    for (const name of memberList.ring.targets.keys()) if (links.get(name)?.isBad) alive--;
    const others = [
      ...shownCandidates.map(({ name }) => ({ name, alive: false })),
      ...shownBeams.map(({ name, status }) => ({ name, alive: countsAsAlive(status) })),
    ];
    const entries = shown <= settings.statusEntriesMax ? this.#entries(others, now) : undefined;
    return { kind: "status", self: memberList.self.name, shown, alive, entries };
  }

  /** One's own link where it is watched, the cluster's verdict elsewhere; and `others`. */
  #entries(others: readonly StatusEntry[], now: number): StatusEntry[] {
    const { memberList, links } = this.#parts;
    const entries: StatusEntry[] = [{ name: memberList.self.name, alive: true }, ...others];
    for (const record of memberList.sorted()) {
      const status = statusOf(this.#parts, record, now);
      const isBad = memberList.ring.watches(record.name) && links.get(record.name)?.isBad;
      entries.push({ name: record.name, alive: countsAsAlive(status) && !isBad });
    }
    return entries.sort((one, other) => compareNames(one.name, other.name));
  }
}
