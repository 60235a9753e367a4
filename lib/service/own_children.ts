/**
 * The processes that this one has started and that Deno waits for: the reaper leaves them alone.
 *
 * @module
 */

/** Starts processes, and knows them until Deno has taken their exit status. */
export class OwnChildren {
  readonly #pids = new Set<number>();

  /** True if Deno waits for that process. */
  has(pid: number): boolean {
    return this.#pids.has(pid);
  }

  /**
   * Starts a process.
   *
   * @throws what `Deno.Command` throws if it cannot be started
   */
  spawn(command: string, options: Deno.CommandOptions): Deno.ChildProcess {
    const child = new Deno.Command(command, options).spawn();
    this.#pids.add(child.pid);
    const forget = (): void => {
      this.#pids.delete(child.pid);
    };
    child.status.then(forget, forget);
    return child;
  }
}
