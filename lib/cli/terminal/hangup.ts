/**
 * SIGHUP to a running node, which means one of two things.
 *
 * To a daemon it says that its log file was moved away. But it also comes when a terminal is closed,
 * and a node that went on then would hold its name where nobody sees it. The terminal itself tells
 * which one it was: once it is gone, the system takes it for a terminal no more. A node without one
 * (a service, a container, `nohup`) only ever reopens its log.
 *
 * @module
 */

/** One end of a terminal, or of anything else: `Deno.stdin`, `Deno.stdout`, `Deno.stderr`. */
export interface MaybeTerminal {
  /** False also for a terminal that is gone. */
  isTerminal(): boolean;
}

/** What SIGHUP means to a program, given the terminals that it had when it was started. */
export class Hangup {
  readonly #terminals: readonly MaybeTerminal[];

  /** @param streams those that may be terminals now */
  constructor(streams: readonly MaybeTerminal[]) {
    this.#terminals = streams.filter((stream) => stream.isTerminal());
  }

  /** True once one of the terminals of the start is gone. */
  get terminalIsGone(): boolean {
    return this.#terminals.some((terminal) => !terminal.isTerminal());
  }
}

/** Listens for SIGHUP until it is disposed; does nothing on systems without it. */
export function onHangup(
  handlers: { readonly terminalGone: () => void; readonly terminalStays: () => void },
): Disposable {
  if (Deno.build.os === "windows") return { [Symbol.dispose]() {} };
  const hangup = new Hangup([Deno.stdin, Deno.stdout, Deno.stderr]);
  const listener = (): void =>
    hangup.terminalIsGone ? handlers.terminalGone() : handlers.terminalStays();
  Deno.addSignalListener("SIGHUP", listener);
  return {
    [Symbol.dispose]() {
      Deno.removeSignalListener("SIGHUP", listener);
    },
  };
}
