/**
 * A progress bar on standard error, for work that takes longer than a moment. Only a terminal sees
 * it, and nothing of it stays.
 *
 * @module
 */
import { formatDuration } from "../../core/base/duration.ts";
import type { CliContext } from "../context.ts";

/** Before this time nothing is shown, in milliseconds. */
const quietMs = 1000;

/** Pause between two drawings, in milliseconds. */
const drawMs = 100;

const width = 30;

/** A bar; dispose it to wipe it away. */
export class ProgressBar implements Disposable {
  readonly #world: CliContext;
  readonly #now: () => number;
  readonly #begun: number;
  #drawnAt = -Infinity;

  /** @param now monotonic time in milliseconds */
  constructor(world: CliContext, now: () => number) {
    this.#world = world;
    this.#now = now;
    this.#begun = now();
  }

  /** @param share of the work that is done, 0 … 1 */
  show(share: number, label: string): void {
    const now = this.#now();
    if (!this.#world.stderrIsTerminal || now - this.#begun < quietMs) return;
    if (now - this.#drawnAt < drawMs) return;
    this.#drawnAt = now;
    const full = Math.round(Math.max(0, Math.min(1, share)) * width);
    const bar = "█".repeat(full) + "░".repeat(width - full);
    const words = [`${Math.floor(share * 100)} %`, label, formatDuration(now - this.#begun)];
    this.#world.drawStderr(`\r${bar} ${words.filter((word) => word !== "").join(", ")}\x1b[K`);
  }

  [Symbol.dispose](): void {
    if (this.#drawnAt > -Infinity) this.#world.drawStderr("\r\x1b[K");
  }
}
