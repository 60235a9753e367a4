/**
 * A process that is started without a shell, with a process group of its own, or in the terminal's.
 *
 * A group of its own (a session, in fact) gets each signal once, from here, and all of it: a worker
 * that the service has started ends with it. In a terminal the service stays in the node's group,
 * and reads what is typed; Ctrl-C then comes to both from the terminal, and signals from here go to
 * the process alone, as the group is ours as well.
 *
 * @module
 */
import { errorText } from "../core/base/error_text.ts";
import process from "node:process";
import { type Clock, sleep } from "../clock.ts";
import { LineRelay, type WriteWhole } from "./line_relay.ts";
import type { OwnChildren } from "./own_children.ts";

/** What to start. */
export interface ChildOptions {
  /** Program and arguments; the program is looked up in `PATH`. */
  readonly command: readonly [string, ...string[]];
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stay in the process group of this process, because a terminal is shared. */
  readonly sharesTerminal: boolean;
  readonly stdin: "inherit" | "null";
  /** How its output goes out, or `inherit`: straight, as the terminal that it is. */
  readonly stdout: WriteWhole | "inherit";
  readonly stderr: WriteWhole | "inherit";
}

/** How a process ended. */
export interface ChildExit {
  /** Its exit code, or 128 and the number of the signal that ended it. */
  readonly exitCode: number;
  /** `exit code 7`, or `SIGKILL`. */
  readonly reason: string;
}

/** The command cannot be executed. */
export class CommandError extends Error {
  override name = "CommandError";
  /** As shells count: 127 if it is not found, 126 if it is not executable. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** How long output is waited for after the end, in milliseconds: others may hold the pipe open. */
const outputWaitMs = 500;

/** Between two looks for what is left of a group, in milliseconds. */
const groupPollMs = 50;

/** A running process. */
export class ChildProcess {
  readonly #child: Deno.ChildProcess;
  readonly #clock: Clock;
  readonly #hasGroup: boolean;
  readonly #relays: readonly LineRelay[];
  /** Nothing of it is left: its number may be another's by now. */
  #isGone = false;

  /** Resolves as soon as the process itself has ended, whatever it leaves behind. */
  readonly exited: Promise<ChildExit>;

  private constructor(child: Deno.ChildProcess, options: ChildOptions, clock: Clock) {
    this.#child = child;
    this.#clock = clock;
    this.#hasGroup = !options.sharesTerminal;
    const { stdout, stderr } = options;
    this.#relays = [
      ...(stdout === "inherit" ? [] : [new LineRelay(child.stdout, stdout, clock)]),
      ...(stderr === "inherit" ? [] : [new LineRelay(child.stderr, stderr, clock)]),
    ];
    this.exited = child.status.then(({ code, signal }) => {
      this.#isGone = !this.#hasGroup;
      return { exitCode: code, reason: signal ?? `exit code ${code}` };
    });
  }

  /**
   * Starts it.
   *
   * @throws {CommandError} if it cannot be executed
   */
  static start(options: ChildOptions, children: OwnChildren, clock: Clock): ChildProcess {
    const [program, ...args] = options.command;
    try {
      const child = children.spawn(program, {
        args,
        clearEnv: true,
        env: { ...options.environment },
        detached: !options.sharesTerminal,
        stdin: options.stdin,
        stdout: options.stdout === "inherit" ? "inherit" : "piped",
        stderr: options.stderr === "inherit" ? "inherit" : "piped",
      });
      return new ChildProcess(child, options, clock);
    } catch (error) {
      throw commandError(program, error);
    }
  }

  /** Of the process, and of its group if that is its own. */
  get pid(): number {
    return this.#child.pid;
  }

  /** True once nothing is left of the process and of its group. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Sends a signal to its process group, or to it alone in a terminal; what is gone gets none. */
  signal(signal: Deno.Signal): void {
    if (this.#isGone) return;
    try {
      Deno.kill(this.#hasGroup ? -this.pid : this.pid, signal);
    } catch (error) {
      // It has just ended, or it has become another user's.
      const { NotFound, PermissionDenied } = Deno.errors;
      if (!(error instanceof NotFound || error instanceof PermissionDenied)) throw error;
    }
  }

  /** After its end: true if others of its group are still there, zombies not counted. */
  async hasRest(): Promise<boolean> {
    if (this.#isGone) return false;
    const hasRest = groupExists(this.pid) && await hasLiving(this.pid);
    this.#isGone = !hasRest;
    return hasRest;
  }

  /** Resolves when nothing of its group is left, or `signal` is aborted. Never rejects. */
  async cleared(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && await this.hasRest()) {
      await sleep(this.#clock, groupPollMs, signal).catch(() => {});
    }
  }

  /** Resolves when its output is passed on, or others hold it open for too long. */
  async drained(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.after(outputWaitMs, late.resolve);
    const all = Promise.all(this.#relays.map((relay) => relay.ended));
    await Promise.race([all, late.promise]);
    cancel();
    await Promise.all(this.#relays.map((relay) => relay.stop()));
  }
}

/** What is to be said of a command that the system does not start. */
export function commandError(program: string, error: unknown): CommandError {
  const reason = errorText(error);
  const isMissing = error instanceof Deno.errors.NotFound;
  const why = isMissing
    ? whatIsMissing(program)
    : error instanceof Deno.errors.PermissionDenied
    ? "it is not executable"
    : reason.replace(/^Failed to spawn '.*?': | \(os error \d+\)/gs, "");
  const message = `Cannot start ${JSON.stringify(program)}: ${why}`;
  return new CommandError(message, isMissing ? 127 : 126, { cause: error });
}

/** The system says the same of a file that is not there, and of one that wants another to run it. */
function whatIsMissing(program: string): string {
  try {
    // Without a slash it is looked for in PATH, where it may well be missing.
    if (!program.includes("/") || !Deno.statSync(program).isFile) return "it is not found";
  } catch {
    return "it is not found";
  }
  return "what is to run it is not found, the interpreter in its first line or its dynamic loader";
}

function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    // Another user's counts.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Looks whether any process of the group is more than a zombie that its parent leaves there. */
async function hasLiving(group: number): Promise<boolean> {
  try {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
      // Behind the name of the program, which may hold anything: state, parent, group.
      const [state, _parent, pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(pgrp) === group && state !== "Z" && state !== "X") return true;
    }
    return false;
  } catch {
    // No /proc to look into: what the system says of the group counts.
    return true;
  }
}
