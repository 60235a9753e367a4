/**
 * A screen that is drawn again and again: the alternate one of the terminal, so that what stood
 * there before comes back, and the last picture stays behind it.
 *
 * Who draws hands over a function that gives the lines for a size. The screen calls it again when
 * the window changes its size. What does not fit is cut: nothing wraps and nothing scrolls.
 *
 * @module
 */
import type { CliContext, TerminalSize } from "../context.ts";
import { OutputError } from "./output.ts";

/**
 * What is to be seen: its lines, each at most `columns` wide, at most `rows` many. They may have
 * colours; foreign text in them is escaped.
 */
export type Frame = (size: TerminalSize) => readonly string[];

/** The alternate screen, without a cursor and without wrapped lines. */
const enter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J";

const leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/** How large a terminal is that does not say. */
const usualSize: TerminalSize = { columns: 80, rows: 24 };

/** A live screen on standard output, which must be a terminal; dispose it to get the usual one back. */
export class LiveScreen implements Disposable {
  readonly #context: CliContext;
  /** For what works behind the screen: what it says on standard error waits for the usual screen. */
  readonly context: CliContext;
  readonly #told: string[] = [];
  #frame: Frame | undefined;
  readonly #onResize = (): void => this.#draw();

  constructor(context: CliContext) {
    this.#context = context;
    this.context = { ...context, writeStderr: (text) => void this.#told.push(text) };
    context.drawStdout(enter);
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGWINCH", this.#onResize);
  }

  /**
   * Shows `frame` instead of the one before.
   *
   * @throws {OutputError} if it cannot be written
   */
  show(frame: Frame): void {
    this.#frame = frame;
    this.#draw();
  }

  /**
   * Home, each line cleared and written, and everything below cleared. A full line leaves the cursor
   * on its last character: what is cleared behind it would take that away.
   */
  #draw(): void {
    const lines = this.#lines().map((line) => `\x1b[2K${line}`);
    const isFull = lines.length >= this.#size.rows;
    this.#context.drawStdout(`\x1b[H${lines.join("\r\n")}${isFull ? "" : "\r\n\x1b[J"}`);
  }

  get #size(): TerminalSize {
    return this.#context.terminalSize() ?? usualSize;
  }

  #lines(): readonly string[] {
    return this.#frame?.(this.#size).slice(0, this.#size.rows) ?? [];
  }

  /** Leaves the last picture on the usual screen. Never throws. */
  [Symbol.dispose](): void {
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGWINCH", this.#onResize);
    const last = this.#lines().map((line) => `${line}\n`).join("");
    this.#frame = undefined;
    try {
      this.#context.drawStdout(leave + last);
    } catch (error) {
      // The terminal is gone, and with it what there was to bring back.
      if (!(error instanceof OutputError)) throw error;
    }
    for (const text of this.#told) this.#context.writeStderr(text);
  }
}
