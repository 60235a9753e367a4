/**
 * Reports of strangers, at most one a second per host, so that a flood at the door is not followed by
 * one in the log.
 *
 * @module
 */

/** The part of a clock that is needed here: monotonic milliseconds. */
interface Now {
  now(): number;
}

const quietMs = 1_000;
const hostsMax = 1_024;

/** Passes reports on, or keeps quiet. */
export class StrangerReports {
  readonly #clock: Now;
  readonly #report: (host: string, reason: string) => void;
  /** When a host was last reported, in milliseconds; the earliest stands first. */
  readonly #reportedMs = new Map<string, number>();

  constructor(clock: Now, report: (host: string, reason: string) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Somebody at `host` was turned away. */
  add(host: string, reason: string): void {
    const now = this.#clock.now();
    for (const [known, reportedMs] of this.#reportedMs) {
      if (now - reportedMs < quietMs) break;
      this.#reportedMs.delete(known);
    }
    // With more hosts within a second than can be remembered, silence is the safe side.
    if (this.#reportedMs.has(host) || this.#reportedMs.size >= hostsMax) return;
    this.#reportedMs.set(host, now);
    this.#report(host, reason);
  }
}
