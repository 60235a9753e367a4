/**
 * Standard output and standard error of commands: the only place that writes to them.
 *
 * Commands write little and end soon, so waiting for a slow reader is right. A reader that has gone
 * away, as `head` does, ends the command: with the exit code that a shell shows for programs that
 * SIGPIPE ends. The runtime takes that signal away, so what it would have done is done here. The log
 * of a node is another matter: it outlives its readers (`lib/log/console_sink.ts`).
 *
 * @module
 */
import { errorText } from "../../core/base/error_text.ts";

/** Something that takes bytes: `Deno.stdout`, `Deno.stderr`, or anything like them. */
export interface OutputStream {
  /** Writes the beginning of `bytes`; returns how many. */
  writeSync(bytes: Uint8Array): number;
}

/** Standard output takes no more; the command has to end. */
export class OutputError extends Error {
  override name = "OutputError";
  /** True if the reader has gone away: nothing is wrong then, and nothing is said. */
  readonly isClosed: boolean;

  constructor(message: string, isClosed: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isClosed = isClosed;
  }
}

/** Pause before a pipe that somebody made non-blocking, and that is full, is tried again. */
const fullPipePauseMs = 10;

const encoder = new TextEncoder();

/**
 * Writes all of `text`, waiting for the reader.
 *
 * @throws {OutputError} if it cannot be written
 */
export function writeText(output: OutputStream, text: string): void {
  const bytes = encoder.encode(text);
  for (let written = 0; written < bytes.length;) {
    written += writeSome(output, bytes.subarray(written));
  }
}

/** Like {@linkcode writeText}, for what is only said by the way: if it cannot be, nobody hears it. */
export function writeTextOrNothing(output: OutputStream, text: string): void {
  try {
    writeText(output, text);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
  }
}

function writeSome(output: OutputStream, bytes: Uint8Array): number {
  try {
    return output.writeSync(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock) {
      // There is nothing else to do meanwhile, and no call that waits for a pipe.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fullPipePauseMs);
      return 0;
    }
    const isClosed = error instanceof Deno.errors.BrokenPipe;
    const reason = errorText(error);
    const what = reason.replace(/ \(os error \d+\).*$/s, "");
    throw new OutputError(`Cannot write to standard output: ${what}`, isClosed, { cause: error });
  }
}
