/**
 * Follows the stream of a node for as long as the page is open: what ends is tried again, and goes on
 * where it was.
 *
 * @module
 */
import { sleep } from "../../../clock.ts";
import type { Clock } from "../../../clock.ts";
import { EventParser } from "./event_parser.ts";
import type { ServerEvent } from "./event_parser.ts";

/** How the connection to the node is. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  /** `at` and `retryAt` are moments of the monotonic clock; `reason` is a sentence. */
  | {
    readonly kind: "lost";
    readonly at: number;
    readonly retryAt: number;
    readonly reason: string;
  };

/** What following needs. */
export interface Following {
  readonly clock: Clock;
  /** @param lastId where to go on; `undefined` at the beginning */
  readonly open: (lastId: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly onEvent: (event: ServerEvent) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** A server that is there says so every 10 s. */
const silenceMaxMs = 25_000;

const firstPauseMs = 500;
const lastPauseMs = 8000;

/** A stream that is followed. */
export class Follower {
  readonly #following: Following;
  #lastId: string | undefined;
  #lostAt: number | undefined;
  #hurry: () => void = () => {};

  constructor(following: Following) {
    this.#following = following;
  }

  /** Follows until `signal` is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onConnection } = this.#following;
    onConnection({ kind: "connecting" });
    for (let failures = 0; !signal.aborted; failures++) {
      const reason = await this.#readOnce(signal, () => failures = 0);
      if (signal.aborted) return;
      this.#lostAt ??= clock.now();
      const pauseMs = Math.min(lastPauseMs, firstPauseMs * 2 ** failures);
      const retryAt = clock.now() + pauseMs;
      onConnection({ kind: "lost", at: this.#lostAt, retryAt, reason });
      await this.#pause(pauseMs, signal);
    }
  }

  /** Tries again at once if it waits. */
  hurry(): void {
    this.#hurry();
  }

  async #pause(pauseMs: number, signal: AbortSignal): Promise<void> {
    const hurried = new AbortController();
    this.#hurry = () => hurried.abort();
    const either = AbortSignal.any([signal, hurried.signal]);
    await sleep(this.#following.clock, pauseMs, either).catch(() => {});
    this.#hurry = () => {};
  }

  /** Why it ended, as a sentence. */
  async #readOnce(signal: AbortSignal, onOpen: () => void): Promise<string> {
    const silence = new AbortController();
    const either = AbortSignal.any([signal, silence.signal]);
    let cancel = this.#watch(silence);
    try {
      const response = await this.#following.open(this.#lastId, either);
      if (!response.ok || response.body === null) {
        return (await response.text()).trim() || `The node answers with status ${response.status}`;
      }
      const parser = new EventParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      onOpen();
      this.#lostAt = undefined;
      this.#following.onConnection({ kind: "open" });
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "The node has ended the connection";
        cancel();
        cancel = this.#watch(silence);
        for (const event of parser.push(value)) this.#handle(event);
      }
    } catch {
      return silence.signal.aborted
        ? "The node has said nothing for 25 s"
        : "The node cannot be reached";
    } finally {
      cancel();
      silence.abort();
    }
  }

  #handle(event: ServerEvent): void {
    this.#lastId = event.id ?? this.#lastId;
    this.#following.onEvent(event);
  }

  #watch(silence: AbortController): () => void {
    return this.#following.clock.after(silenceMaxMs, () => silence.abort());
  }
}
