/**
 * Reports of unauthenticated peers, per host at first one a second and then less and less, so that
 * neither a flood of connections nor a node with another cookie, which comes for ever, is followed by
 * one in the log. Each says how many were not told since the one before.
 *
 * @module
 */
import { formatDuration } from "../core/base/duration.ts";

/** The part of a clock that is needed here: monotonic milliseconds. */
interface Now {
  now(): number;
}

/** Silence after a report; doubled with each further one. */
const quietMs = { min: 1_000, max: 10 * 60_000 };

/** A host that has not come for so long is a new one. */
const forgottenAfterMs = 2 * quietMs.max;

const hostsMax = 1_024;

/** What is known of a host. */
interface RejectedHost {
  seenMs: number;
  reportedMs: number;
  quietMs: number;
  /** How many were not told since then. */
  untold: number;
}

/** Passes reports on, or keeps quiet. */
export class RejectionReports {
  readonly #clock: Now;
  readonly #report: (host: string, reason: string) => void;
  readonly #quietMinMs: number;
  readonly #known = new Map<string, RejectedHost>();

  /** @param quietMinMs silence after the first report of a host, in milliseconds */
  constructor(
    clock: Now,
    report: (host: string, reason: string) => void,
    quietMinMs: number = quietMs.min,
  ) {
    this.#clock = clock;
    this.#report = report;
    this.#quietMinMs = quietMinMs;
  }

  /** Somebody at `host` was rejected. */
  add(host: string, reason: string): void {
    const now = this.#clock.now();
    const known = this.#known.get(host);
    const isNew = known === undefined || now - known.seenMs > forgottenAfterMs;
    if (known !== undefined) known.seenMs = now;
    if (!isNew && now - known.reportedMs < known.quietMs) return void known.untold++;
    if (known === undefined && !this.#hasRoom(now)) return;
    const quiet = isNew ? this.#quietMinMs : Math.min(2 * known.quietMs, quietMs.max);
    this.#known.set(host, { seenMs: now, reportedMs: now, quietMs: quiet, untold: 0 });
    const more = known === undefined || known.untold === 0
      ? ""
      : ` (${known.untold} more in the last ${formatDuration(now - known.reportedMs)})`;
    this.#report(host, `${reason}${more}`);
  }

  /** With more hosts at once than can be remembered, silence is the safe side. */
  #hasRoom(now: number): boolean {
    if (this.#known.size < hostsMax) return true;
    for (const [host, rejected] of this.#known) {
      if (now - rejected.reportedMs >= rejected.quietMs) this.#known.delete(host);
    }
    return this.#known.size < hostsMax;
  }
}
