/**
 * A service that a node carries: a process that is started when the node says so, watched,
 * restarted, and ended properly. It knows of no cluster: its owner says when it may start, and
 * passes on what it tells.
 *
 * ```ts ignore
 * const service = new Service({ command: ["./my-service", "--port", "8080"], … }, {
 *   clock: systemClock,
 *   children: new OwnChildren(),
 *   onState: ({ state, reason }) => log.info(`The service is ${state}: ${reason}`),
 * });
 * service.admit();                 // the node is a member: start it
 * service.signal("SIGHUP");        // reaches it as it is, or rewritten
 * service.stop();                  // drain, SIGTERM, SIGKILL; again: do not wait any longer
 * const exitCode = await service.ended;
 * ```
 *
 * What happens when is decided in `supervisor.ts`; this carries it out.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { ServiceSignal, SignalRewrite } from "../options/option_service.ts";
import { ChildProcess, CommandError } from "./child_process.ts";
import type { ChildOptions } from "./child_process.ts";
import type { OwnChildren } from "./own_children.ts";
import { readiness } from "./readiness.ts";
import type { ReadinessOptions } from "./readiness.ts";
import { Supervisor } from "./supervisor.ts";
import type { ServiceState } from "../core/members/service.ts";
import type { SupervisorEffect } from "./supervisor.ts";
import type { SupervisorInput, SupervisorOptions } from "./supervisor.ts";

/** What a service is, and how it is treated. */
export interface ServiceOptions extends ChildOptions, Omit<SupervisorOptions, "isProbed"> {
  /** How to find out whether it is ready; without, it is as soon as it runs. */
  readonly readiness: Omit<ReadinessOptions, "environment"> | undefined;
  /** Signals that it gets in place of others. */
  readonly rewrites: readonly SignalRewrite[];
}

/** What is told of a service, each time that it changes. */
export interface ServiceChange {
  readonly state: ServiceState;
  /** Why, as a clause for people: `SIGKILL`, `connection refused`. */
  readonly reason: string;
  /** How often it was started again. */
  readonly restarts: number;
  /** Of `stopped`: it ended without success, and nobody has told it to. */
  readonly hasFailed: boolean;
  /** Of `starting`: it runs, and its checks have failed for a while. */
  readonly isSlow: boolean;
}

/** What a service needs of the program that it runs in. */
export interface ServiceContext {
  readonly clock: Clock;
  readonly children: OwnChildren;
  readonly onState: (change: ServiceChange) => void;
}

/** A service, from before its start to its end. */
export class Service implements AsyncDisposable {
  readonly #options: ServiceOptions;
  readonly #context: ServiceContext;
  readonly #supervisor: Supervisor;
  readonly #rewrites: ReadonlyMap<ServiceSignal, ServiceSignal>;
  readonly #ended = Promise.withResolvers<number | undefined>();
  #child: ChildProcess | undefined;
  #probes: AbortController | undefined;
  #cancelWake: (() => void) | undefined;
  /** Aborted at the end: what still waits for a group gives up. */
  readonly #over = new AbortController();

  constructor(options: ServiceOptions, context: ServiceContext) {
    this.#options = options;
    this.#context = context;
    this.#rewrites = new Map(options.rewrites);
    this.#supervisor = new Supervisor({ ...options, isProbed: options.readiness !== undefined });
  }

  /** What was told last. */
  get state(): ServiceState {
    return this.#supervisor.state;
  }

  /** Process id of the service, also of its group unless it shares a terminal, while it is there. */
  get pid(): number | undefined {
    return this.#child?.isGone === false ? this.#child.pid : undefined;
  }

  /**
   * Resolves when it has ended for good and its output is out: to the exit code that the node is to
   * end with, or to `undefined` if it was never started. Never rejects.
   */
  get ended(): Promise<number | undefined> {
    return this.#ended.promise;
  }

  /** Starts it, now that it may be. Once is enough. */
  admit(): void {
    this.#take({ kind: "admit" });
  }

  /**
   * Ends it: it drains, gets SIGTERM, then SIGKILL. Each further call goes on to the next of these.
   *
   * @param options `interrupted`: Ctrl-C was typed in the terminal that it shares, so that it has
   *   got SIGINT already; SIGTERM comes only if it is still there after the stop timeout;
   *   `undrained`: the node is gone, so that nobody turns to another one meanwhile
   */
  stop(options: { readonly interrupted?: boolean; readonly undrained?: boolean } = {}): void {
    const interrupted = options.interrupted === true && this.#options.sharesTerminal;
    this.#take({ kind: "stop", ...options, interrupted });
  }

  /** Passes a signal on, or the one that it gets instead. Before its start there is nobody to get it. */
  signal(signal: ServiceSignal): void {
    this.#child?.signal(this.#rewrites.get(signal) ?? signal);
  }

  /** Ends it as {@linkcode Service.stop} does, and waits for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.state !== "draining" && this.state !== "stopped") this.stop();
    await this.ended;
  }

  #take(input: SupervisorInput): void {
    const { clock } = this.#context;
    const effects = this.#supervisor.step(input, clock.now());
    this.#cancelWake?.();
    const { wakeAt } = this.#supervisor;
    this.#cancelWake = wakeAt === Infinity
      ? undefined
      : clock.after(wakeAt - clock.now(), () => this.#take({ kind: "tick" }));
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: SupervisorEffect): void {
    switch (effect.kind) {
      case "spawn":
        return this.#spawn();
      case "start-probes":
        return void this.#probe();
      case "stop-probes":
        return this.#probes?.abort();
      case "signal":
        return this.signal(effect.signal);
      case "state": {
        const { state, reason } = effect;
        const { restarts, hasFailed, isSlow } = this.#supervisor;
        return this.#context.onState({ state, reason, restarts, hasFailed, isSlow });
      }
      case "end":
        return void this.#end(effect.exitCode);
      default:
        effect satisfies never;
    }
  }

  #spawn(): void {
    const { children, clock } = this.#context;
    try {
      this.#child = ChildProcess.start(this.#options, children, clock);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const { exitCode, message: reason } = error;
      return this.#take({ kind: "not-started", exitCode, reason });
    }
    void this.#watch(this.#child);
    this.#take({ kind: "started" });
  }

  async #watch(child: ChildProcess): Promise<void> {
    const { exitCode, reason } = await child.exited;
    const hasRest = await child.hasRest();
    this.#take({ kind: "exited", exitCode, reason, hasRest });
    if (hasRest) {
      await child.cleared(this.#over.signal);
      // What has outlived SIGKILL may go when the next one runs, and waits for its own rest.
      if (this.#child === child) this.#take({ kind: "cleared" });
    }
    await child.drained();
  }

  async #probe(): Promise<void> {
    const { readiness: options, environment } = this.#options;
    if (options === undefined) return;
    const { signal } = this.#probes = new AbortController();
    for await (const fault of readiness({ ...options, environment }, this.#context, signal)) {
      if (!signal.aborted) this.#take({ kind: "probed", fault });
    }
  }

  async #end(exitCode: number | undefined): Promise<void> {
    this.#over.abort();
    await this.#child?.drained();
    this.#ended.resolve(exitCode);
  }
}
