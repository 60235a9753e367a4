/**
 * A process that is started without a shell, with a process group of its own, or in the terminal's.
 *
 * A group of its own (a session, in fact) gets each signal once, from here, and all of it: a worker
 * that the service has started ends with it. In a terminal the service stays in the node's group,
 * and reads what is typed; Ctrl-C then comes to both from the terminal. As the group is ours as well,
 * signals from here go to each process of it that was started with what only the service was given.
 *
 * @module
 */
import { errorText } from "../core/base/error_text.ts";
import { type Clock, sleep } from "../clock.ts";
import { LineRelay, type WriteWhole } from "./line_relay.ts";
import type { OwnChildren } from "./own_children.ts";
import { groupExists, livingOf, ownGroup } from "./process_group.ts";

/** What to start. */
export interface ChildOptions {
  /** Program and arguments; the program is looked up in `PATH`. */
  readonly command: readonly [string, ...string[]];
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stay in the process group of this process, because a terminal is shared. */
  readonly sharesTerminal: boolean;
  /** The variable of its environment whose value no other process was given. */
  readonly ownVariable: string;
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
  /** What those have in their environment that it has started, and it. */
  readonly #variable: string;
  readonly #relays: readonly LineRelay[];
  /** Nothing of it is left: its number may be another's by now. */
  #isGone = false;
  /** The process itself has ended. */
  #hasExited = false;

  /** Resolves as soon as the process itself has ended, whatever it leaves behind. */
  readonly exited: Promise<ChildExit>;

  private constructor(child: Deno.ChildProcess, options: ChildOptions, clock: Clock) {
    this.#child = child;
    this.#clock = clock;
    this.#hasGroup = !options.sharesTerminal;
    const { stdout, stderr, environment, ownVariable } = options;
    this.#variable = `${ownVariable}=${environment[ownVariable]}`;
    this.#relays = [
      ...(stdout === "inherit" ? [] : [new LineRelay(child.stdout, stdout, clock)]),
      ...(stderr === "inherit" ? [] : [new LineRelay(child.stderr, stderr, clock)]),
    ];
    this.exited = child.status.then(({ code, signal }) => {
      this.#hasExited = true;
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

  /** Sends a signal to all of its process group that was started by it; what is gone gets none. */
  signal(signal: Deno.Signal): void {
    if (this.#isGone) return;
    if (this.#hasGroup) return send(signal, -this.pid);
    if (!this.#hasExited) send(signal, this.pid);
    void this.#rest().then((rest) => rest?.forEach((pid) => send(signal, pid)));
  }

  /** After its end: true if others of its group are still there, zombies not counted. */
  async hasRest(): Promise<boolean> {
    if (this.#isGone) return false;
    const hasRest = this.#hasGroup
      ? groupExists(this.pid) && (await livingOf({ group: this.pid }))?.length !== 0
      : (await this.#rest() ?? []).length > 0;
    this.#isGone = !hasRest;
    return hasRest;
  }

  /** In a terminal: all that it has started, but not itself. */
  async #rest(): Promise<number[] | undefined> {
    const group = await ownGroup();
    if (group === undefined) return undefined;
    const living = await livingOf({ group, variable: this.#variable });
    return living?.filter((pid) => pid !== this.pid);
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

/** Sends a signal to a process, or with a number below 0 to a group. */
function send(signal: Deno.Signal, pid: number): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    // It has just ended, or it has become another user's.
    const { NotFound, PermissionDenied } = Deno.errors;
    if (!(error instanceof NotFound || error instanceof PermissionDenied)) throw error;
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
