/**
 * Whether the registry can be read and written: told once when it cannot, and once when it can again.
 *
 * Reading and writing are tried again each with growing pauses of its own. While either fails the
 * registry counts as away.
 *
 * @module
 */
import { ExponentialBackoff } from "../base/backoff.ts";
import { formatDuration } from "../base/duration.ts";
import type { Effect } from "../input.ts";
import type { Random } from "../base/random.ts";

/** First pause between tries while the registry is away, in milliseconds. */
const retryFirstMs = 250;

/** The outages of one registry, as one node sees them. */
export class RegistryOutage {
  readonly reading: ExponentialBackoff;
  readonly writing: ExponentialBackoff;
  /** Since when it is away, for reading, for writing or both. */
  #since = 0;
  #lastReason = "";

  constructor(random: Random) {
    this.reading = new ExponentialBackoff(retryFirstMs, random);
    this.writing = new ExponentialBackoff(retryFirstMs, random);
  }

  /** True while the registry cannot be read or written. */
  get isAway(): boolean {
    return this.reading.failing || this.writing.failing;
  }

  /** Why the registry could not be used the last time, for a message; empty if it never failed. */
  get lastReason(): string {
    return this.#lastReason;
  }

  /**
   * A listing or a write has failed.
   *
   * @param of which one: `reading` or `writing`
   * @param meanwhile what this node does until the registry is back, as a clause
   * @returns how long to wait before the next try, in milliseconds
   */
  failed(
    of: ExponentialBackoff,
    { reason, meanwhile, retryMaxMs }: {
      readonly reason: string;
      readonly meanwhile: string;
      readonly retryMaxMs: number;
    },
    now: number,
    out: Effect[],
  ): number {
    this.#lastReason = reason;
    // Said once: what cannot be read can hardly be written.
    if (!this.isAway) {
      this.#since = now;
      const message = `Registry unavailable (${reason}); ${meanwhile}`;
      out.push({ kind: "note", level: "warning", message });
    }
    return of.failed(retryMaxMs);
  }

  /** A listing or a write has gone through. */
  succeeded(of: ExponentialBackoff, now: number, out: Effect[]): void {
    if (!this.isAway) return;
    of.succeeded();
    if (this.isAway) return;
    const message = `The registry is available again after ${formatDuration(now - this.#since)}`;
    out.push({ kind: "note", level: "info", message });
  }
}
