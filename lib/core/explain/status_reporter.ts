/**
 * How this node stands in its cluster, and what it says about it: the status line and the changes.
 *
 * @module
 */
import type { Settings } from "../settings.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { ChangeLog } from "./change_log.ts";
import type { BeamWatch } from "../beam/beam_watch.ts";
import type { VerdictParts } from "../verdict/status_of.ts";
import type { Change } from "../members/change.ts";
import type { Effect } from "../input.ts";
import { statusOf } from "../verdict/status_of.ts";
import { countsAsAlive } from "../members/member.ts";
import type { Finding } from "../detector/prober.ts";
import type { RecordContent } from "../members/record.ts";
import { compareNames } from "../members/status_line.ts";
import type { StatusEntry } from "../members/status_line.ts";

/** A change is shown in the status line at most this late, in milliseconds. */
const statusDelayMs = 100;

/** What the reporter works with. */
export interface StatusParts extends VerdictParts {
  readonly settings: Settings;
  readonly candidates: Candidates;
  readonly changes: ChangeLog;
  readonly beams: BeamWatch | undefined;
}

/** Status lines and changes. */
export class StatusReporter {
  readonly #parts: StatusParts;
  #statusAt = Infinity;
  #statusSoonAt = Infinity;

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  get wakeAt(): number {
    return Math.min(this.#statusAt, this.#statusSoonAt);
  }

  /** Begins with the status line. */
  start(now: number): void {
    this.#statusAt = now;
    this.#parts.changes.start(now);
  }

  /** Ends with it. */
  stop(): void {
    this.#statusAt = Infinity;
    this.#statusSoonAt = Infinity;
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

  /** Gives the status line if it is time. */
  wake(now: number, out: Effect[]): void {
    if (now < this.wakeAt) return;
    out.push(this.#status(now));
    this.#statusSoonAt = Infinity;
    const { intervalMs } = this.#parts.settings;
    // Keeps the rhythm of the first line, and skips lines that a held-up process has missed.
    if (now >= this.#statusAt) {
      this.#statusAt += intervalMs * (1 + Math.floor((now - this.#statusAt) / intervalMs));
    }
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
    const entries: StatusEntry[] = [entryOf(memberList.self, true), ...others];
    for (const record of memberList.sorted()) {
      const status = statusOf(this.#parts, record, now);
      const isBad = memberList.ring.watches(record.name) && links.get(record.name)?.isBad;
      entries.push(entryOf(record, countsAsAlive(status) && !isBad));
    }
    return entries.sort((one, other) => compareNames(one.name, other.name));
  }
}

function entryOf({ name, service }: RecordContent, alive: boolean): StatusEntry {
  return { name, alive, ...service === undefined ? {} : { service: service.state } };
}
