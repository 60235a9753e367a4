/**
 * Keeps a node's row its own: what to do when somebody who has proven nothing writes over it.
 *
 * It is written again, at once the first time, later each time a little later, so that two that go on
 * for ever cost the registry little. That is told when it begins, and again, with a count, when it has
 * ended.
 *
 * @module
 */
import { ExponentialBackoff } from "../base/backoff.ts";
import { formatDuration } from "../base/duration.ts";
import type { Effect } from "../input.ts";
import type { NodeName } from "../base/name.ts";
import type { Random } from "../base/random.ts";

/** First pause before a row is written over again, and the longest, in milliseconds. */
const pauseFirstMs = 250;
const pauseMaxMs = 10_000;

/** A row that stood for so long is left alone now, in milliseconds. */
const quietMs = 30_000;

/** What befell one node's row. */
export class RowDefence {
  readonly #backoff: ExponentialBackoff;
  #count = 0;
  #since = 0;
  #lastAt = -Infinity;
  #notBefore = -Infinity;
  #mayRetry = false;

  constructor(random: Random) {
    this.#backoff = new ExponentialBackoff(pauseFirstMs, random);
  }

  /** The row is not to be written before that, in milliseconds on this node's clock. */
  get notBefore(): number {
    return this.#notBefore;
  }

  /**
   * The row was written over by somebody who has not answered with the cookie.
   *
   * @returns when it is to be written again
   */
  overwritten(name: NodeName, now: number, out: Effect[]): number {
    this.#lastAt = now;
    this.#mayRetry = true;
    // A pause that has begun goes on.
    if (now < this.#notBefore) return this.#notBefore;
    if (this.#count++ > 0) return this.#notBefore = now + this.#backoff.failed(pauseMaxMs);
    this.#since = now;
    const message = `The row of ${name} was overwritten by a process that has not proven the ` +
      "cookie; writing it again";
    out.push({ kind: "note", level: "warning", message });
    return now;
  }

  /**
   * The row that was to be written over has changed before that: true, once for each turn, if its
   * successor is to be written over at once. Otherwise one that writes heartbeats would always be faster
   * than the pauses.
   */
  retry(): boolean {
    const may = this.#mayRetry;
    this.#mayRetry = false;
    return may;
  }

  /** The row stands at `now`. */
  stands(name: NodeName, now: number, out: Effect[]): void {
    this.#mayRetry = false;
    if (this.#count === 0 || now - this.#lastAt < quietMs) return;
    if (this.#count > 1) {
      const during = formatDuration(this.#lastAt - this.#since);
      const message = `The row of ${name} was overwritten ${this.#count} times within ${during}; ` +
        `it has stood for ${formatDuration(now - this.#lastAt)} now`;
      out.push({ kind: "note", level: "info", message });
    }
    this.#count = 0;
    this.#backoff.succeeded();
  }
}
