/**
 * A clock whose time passes only when told to.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { settle } from "./waiting.ts";

/** Virtual time, from 0 on; {@linkcode ManualClock.pass} calls the timers that are due. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #startWallMs: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  /** @param startWallMs what the clock on the wall shows at first, in milliseconds since 1970 */
  constructor(startWallMs = 0) {
    this.#startWallMs = startWallMs;
  }

  now(): number {
    return this.#nowMs;
  }

  nowUs(): number {
    return this.#nowMs * 1000;
  }

  wallTime(): number {
    return this.#startWallMs + this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `durationMs` pass at once, as on a machine that was held up. */
  pass(durationMs: number): void {
    this.#nowMs += durationMs;
    for (const timer of this.#due(this.#nowMs)) {
      if (this.#timers.delete(timer)) timer.callback();
    }
  }

  /** Lets `durationMs` pass little by little: each timer is on time, and so is what follows from it. */
  async passGradually(durationMs: number): Promise<void> {
    await settle();
    const endMs = this.#nowMs + durationMs;
    for (let [due] = this.#due(endMs); due; [due] = this.#due(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      this.#timers.delete(due);
      due.callback();
      await settle();
    }
    this.#nowMs = endMs;
  }

  #due(endMs: number): { readonly atMs: number; readonly callback: () => void }[] {
    return [...this.#timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
  }
}
