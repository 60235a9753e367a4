/**
 * Judges one peer from this node's own pings.
 *
 * One miss is nothing: packets are lost, processes pause. The second ping follows soon after the
 * first failed, and only when that fails too is the link called bad. An identified answer clears
 * everything at once.
 *
 * @module
 */
import type { PingFailure } from "./input.ts";
import { unreachable } from "./assert.ts";

/** Misses in a row after which a peer is judged. */
export const missesMax = 2;

/** One failed ping. */
export interface Miss {
  readonly kind: PingFailure;
  readonly detail: string;
}

/** The misses of one peer since its last pong. */
export class FailureDetector {
  #misses: Miss[] = [];

  /** Misses in a row. */
  get misses(): number {
    return this.#misses.length;
  }

  /** An identified answer came. */
  pong(): void {
    this.#misses = [];
  }

  /** A ping failed; true if that makes enough of them. */
  miss(miss: Miss): boolean {
    if (this.#misses.length >= missesMax) this.#misses.shift();
    this.#misses.push(miss);
    return this.#misses.length >= missesMax;
  }

  /** The verdict's reason as a sentence: "two pings in a row: connection refused by …". */
  reason(): string {
    const last = this.#misses.at(-1);
    if (last === undefined) return "it answers";
    const words = failureWords(last.kind);
    const detail = last.detail === "" ? "" : ` (${last.detail})`;
    return this.misses < missesMax
      ? `the last ping failed: ${words}${detail}`
      : `two pings in a row failed: ${words}${detail}`;
  }
}

/** A failure in words, the same everywhere: log, tables, explanations. */
export function failureWords(kind: PingFailure): string {
  switch (kind) {
    case "refused":
      return "connection refused, nobody listens there";
    case "no-answer":
      return "no answer to the attempt to connect";
    case "silent":
      return "connected, but no answer in time";
    case "reset":
      return "the connection broke";
    case "other-instance":
      return "somebody else answers there";
    case "wrong-cluster":
      return "it belongs to another cluster";
    case "wrong-cookie":
      return "it holds another cookie";
    case "garbage":
      return "what answers there is no clusternode";
    default:
      return unreachable(kind);
  }
}
