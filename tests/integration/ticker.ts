/**
 * How long other work holds up a process of this machine that has next to nothing to do: a measure
 * for the lateness of those that have more.
 *
 * @module
 */
import { Program } from "./process.ts";

/** Pause between two ticks, in milliseconds. */
const tickMs = 50;

/** A process that ticks, and says by how much it was late. */
export class Ticker implements AsyncDisposable {
  readonly #program: Program;

  constructor() {
    const script = `let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        if (now - last > ${3 * tickMs}) console.log(Math.round(now - last - ${tickMs}));
        last = now;
      }, ${tickMs});`;
    this.#program = new Program(Deno.execPath(), ["eval", script]);
  }

  /** The longest time for which it was held up since `since`, in milliseconds. */
  heldUpMs(since: number): number {
    const late = this.#program.lines.filter(({ at }) => at >= since);
    return Math.max(0, ...late.map(({ text }) => Number(text)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
