/**
 * How this node stands in its cluster, and what it says about it: the status line and the changes.
 *
 * @module
 */
import type { Settings } from "../settings.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { ChangeLog } from "./change_log.ts";
import { HeldUp } from "./held_up.ts";
import { ToldSuspicions } from "./told_suspicions.ts";
import type { BeamWatch } from "../beam/beam_watch.ts";
import type { VerdictParts } from "../verdict/status_of.ts";
import type { Change, ChangedRun } from "../members/change.ts";
import type { Effect } from "../input.ts";
import { statusOf } from "../verdict/status_of.ts";
import { countsAsAlive } from "../members/member.ts";
import type { Finding } from "../detector/prober.ts";
import type { RecordContent } from "../members/record.ts";
import { compareNames } from "../members/status_line.ts";
import type { StatusEntry } from "../members/status_line.ts";
import { TokenBucket } from "../detector/token_bucket.ts";
import type { Ticks } from "../base/ticks.ts";

/** A change is shown in the status line this late, unless many came before it, in milliseconds. */
const statusDelayMs = 100;

/** Lines out of turn in a row; then two a second, as what they show is told with each. */
const outOfTurnMax = 4;
const outOfTurnRenewMs = 2000;

/** What the reporter works with. */
export interface StatusParts extends VerdictParts {
  readonly settings: Settings;
  readonly candidates: Candidates;
  readonly changes: ChangeLog;
  readonly beams: BeamWatch | undefined;
  readonly ticks: Ticks;
}

/** Status lines and changes. */
export class StatusReporter {
  readonly #parts: StatusParts;
  readonly #suspicions: ToldSuspicions;
  readonly #heldUp = new HeldUp();
  readonly #outOfTurn = new TokenBucket(outOfTurnMax, outOfTurnRenewMs);
  #statusAt = Infinity;
  #statusSoonAt = Infinity;

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#suspicions = new ToldSuspicions(parts);
  }

  get wakeAt(): number {
    return Math.min(this.#statusAt, this.#statusSoonAt);
  }

  /** Begins with the status line. */
  start(now: number): void {
    this.#statusAt = now;
    this.#outOfTurn.begin(outOfTurnMax, now);
    this.#parts.changes.start(now);
  }

  /** Ends with it. */
  stop(): void {
    this.#statusAt = Infinity;
    this.#statusSoonAt = Infinity;
  }

  /** Something is to be told. */
  changed(change: Change, now: number): void {
    this.#parts.changes.add(change, this.#runOf(change), now);
    this.soon(now);
  }

  /** Whom a change is about, as it stands now; of a candidate only a failure is told. */
  #runOf({ kind, name }: Change): ChangedRun {
    const { memberList, candidates, beams } = this.#parts;
    if (name === memberList.self.name) return memberList.self;
    const isOfCandidate = kind === "failed" && memberList.present(name) === undefined;
    const run = isOfCandidate ? candidates.get(name)?.claim : memberList.get(name);
    return run ?? { instance: `${beams?.get(name)?.creation ?? ""}`, incarnation: 0 };
  }

  /** The status line is not what it was. */
  soon(now: number): void {
    if (this.#statusAt === Infinity) return;
    const permittedAt = this.#outOfTurn.permits(now) ? now : this.#outOfTurn.permitsAt;
    const at = Math.max(now + statusDelayMs, permittedAt);
    this.#statusSoonAt = Math.min(this.#statusSoonAt, at);
  }

  /** This process did nothing for `lateMs`. */
  heldUp(lateMs: number, now: number): void {
    const reason = this.#statusAt === Infinity ? undefined : this.#heldUp.toTell(lateMs, now);
    if (reason === undefined) return;
    this.changed({ kind: "held-up", name: this.#parts.memberList.self.name, reason }, now);
  }

  /** A link that was bad carries pongs again. */
  linkMended({ record, before }: Finding & { kind: "pong" }, now: number): void {
    this.soon(now);
    if (before !== "bad-for-this-node-only") return;
    this.changed({ kind: "link-mended", name: record.name, reason: "it answers pings again" }, now);
  }

  /** Tells what changed if it is time. */
  tell(now: number, out: Effect[]): void {
    this.#suspicions.told(this.#parts.changes.wake(now, out), now);
  }

  /** Gives the status line if it is time, and first what it shows that was not told yet. */
  wake(now: number, out: Effect[]): void {
    if (now < this.wakeAt) return;
    const runOf = (change: Change): ChangedRun => this.#runOf(change);
    const { changes } = this.#parts;
    this.#suspicions.told(changes.tell(now, out), now);
    changes.tellNow(this.#suspicions.review(), runOf, now, out);
    out.push(this.#status(now));
    this.#statusSoonAt = Infinity;
    if (now < this.#statusAt) this.#outOfTurn.spend(now);
    const { settings: { intervalMs }, ticks } = this.#parts;
    // At a tick, and not again just after the first line; a held-up process skips what it has missed.
    if (now >= this.#statusAt) this.#statusAt = ticks.from(now + intervalMs / 2);
  }

  #status(now: number): Effect {
    const { memberList, candidates, settings, beams } = this.#parts;
    const shownBeams = beams?.sorted().filter((node) => node.isShown(now)) ?? [];
    const shownCandidates = candidates.shown();
    const shown = memberList.shown + shownCandidates.length + shownBeams.length;
    let alive = memberList.alive + shownBeams.filter(({ status }) => status === "alive").length;
    for (const name of memberList.ring.targets.keys()) {
      if (this.#suspicions.isSuspected(name)) alive--;
    }
    const others = [
      ...shownCandidates.map(({ name }) => ({ name, alive: false })),
      ...shownBeams.map(({ name, status }) => ({ name, alive: countsAsAlive(status) })),
    ];
    const entries = shown <= settings.statusEntriesMax ? this.#entries(others, now) : undefined;
    return { kind: "status", self: memberList.self.name, shown, alive, entries };
  }

  /** One's own link where it is watched, the cluster's verdict elsewhere; and `others`. */
  #entries(others: readonly StatusEntry[], now: number): StatusEntry[] {
    const { memberList } = this.#parts;
    const entries: StatusEntry[] = [entryOf(memberList.self, true), ...others];
    for (const record of memberList.sorted()) {
      const status = statusOf(this.#parts, record, now);
      const isSuspected = this.#suspicions.isSuspected(record.name);
      entries.push(entryOf(record, countsAsAlive(status) && !isSuspected));
    }
    return entries.sort((one, other) => compareNames(one.name, other.name));
  }
}

function entryOf({ name, service }: RecordContent, alive: boolean): StatusEntry {
  return { name, alive, ...service === undefined ? {} : { service: service.state } };
}
