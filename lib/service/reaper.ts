/**
 * Takes the exit status of orphans, which would else stay as zombies for ever.
 *
 * A process whose parent has ended becomes a child of PID 1, or of the nearest subreaper. Whoever is
 * that has to wait for it. `waitpid(-1)` would also take the children that Deno waits for; so the
 * reaper first looks who has ended, and then takes that one alone, if it is not Deno's.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** What the reaper needs of the system; `Libc` has it. */
export interface WaitCalls {
  /** A child that has ended, left as it is. */
  peekEnded(): number | undefined;
  /** Takes the exit status of that child; false if that fails. */
  reap(pid: number): boolean;
}

/** What a {@linkcode Reaper} needs. */
export interface ReaperOptions {
  readonly calls: WaitCalls;
  readonly clock: Clock;
  /** True for a process that Deno waits for. */
  readonly isOwn: (pid: number) => boolean;
}

/** Most orphans that are taken in one go: whatever else the process does must not wait for long. */
export const reapMax = 256;

/** Until the next look, if one of Deno's own stands in front of the orphans, in milliseconds. */
export const reapPauseMs = 50;

/** Until a look without any signal, for one that was lost, in milliseconds. */
export const reapPollMs = 30_000;

/** Takes orphans until it is disposed. */
export class Reaper implements Disposable {
  readonly #options: ReaperOptions;
  readonly #listener = (): void => this.#look();
  #cancel: (() => void) | undefined;
  #reaped = 0;

  constructor(options: ReaperOptions) {
    this.#options = options;
    Deno.addSignalListener("SIGCHLD", this.#listener);
    this.#look();
  }

  /** How many orphans it has taken. */
  get reaped(): number {
    return this.#reaped;
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGCHLD", this.#listener);
    this.#cancel?.();
  }

  #look(): void {
    const { clock } = this.#options;
    this.#cancel?.();
    this.#cancel = clock.after(this.#takeSome(), this.#listener);
  }

  /** Takes orphans; returns how long to wait until the next look, in milliseconds. */
  #takeSome(): number {
    const { calls, isOwn } = this.#options;
    for (let taken = 0; taken < reapMax; taken++) {
      const pid = calls.peekEnded();
      if (pid === undefined) return reapPollMs;
      // Only the first that has ended can be seen. Deno is about to take this one.
      if (isOwn(pid) || !calls.reap(pid)) return reapPauseMs;
      this.#reaped++;
    }
    return 0;
  }
}
