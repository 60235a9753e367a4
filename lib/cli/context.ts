/**
 * Everything outside of the program that the command line touches, as an argument.
 *
 * @module
 */

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The surroundings of one run. */
export interface CliContext {
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Writes lines of text or of JSON; whatever else a terminal would obey is shown instead.
   *
   * @throws {OutputError} if nobody reads it any more, or it cannot be written
   */
  writeStdout(lines: string): void;
  /** Writes lines of text; whatever else a terminal would obey is shown instead. Never throws. */
  writeStderr(lines: string): void;
  /**
   * Writes text with colours and movements of the cursor as it is: what is foreign has been escaped.
   *
   * @throws {OutputError} like {@linkcode writeStdout}
   */
  drawStdout(text: string): void;
  /** Like {@linkcode drawStdout}, but never throws. */
  drawStderr(text: string): void;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** How large the terminal behind standard output is now, if there is one. */
  terminalSize(): TerminalSize | undefined;
  /** @throws if the file cannot be read as text; the message is shown to the user */
  readTextFile(path: string): Promise<string>;
  /** Why a file with a secret belongs to others, as a clause: "/x can be written by all users". */
  secretFileFault(path: string): Promise<string | undefined>;
  /**
   * The lines of a file with their line breaks, read as they are asked for.
   *
   * @throws at the first one that cannot be read
   */
  readLines(path: string): Iterable<string>;
  /** Bytes that nobody can guess, from the operating system. */
  randomBytes(length: number): Uint8Array;
  /** Why a registry URL cannot be used, as a clause that begins with "it", or `undefined`. */
  registryUrlFault(url: string): string | undefined;
}

/** `context` in which each text on standard error is told only once, for those who look repeatedly. */
export function tellingOnce(context: CliContext): CliContext {
  const told = new Set<string>();
  const writeStderr = (text: string): void => {
    if (told.has(text)) return;
    told.add(text);
    context.writeStderr(text);
  };
  return { ...context, writeStderr };
}
