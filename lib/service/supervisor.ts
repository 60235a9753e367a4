/**
 * When a service is started, restarted and ended: a pure state machine, without clock and IO.
 *
 * `step(input, now)` takes one thing that happened and returns what is to be done about it; the
 * shell (`service.ts`) carries it out, and calls again with a `tick` at `wakeAt`. An early, late or
 * doubled tick is harmless, and so is an input that comes too late to matter.
 *
 * ```text
 *            admit            started            stop           drained          timeout
 *  waiting ────────▶ spawning ───────▶ running ───────▶ draining ──────▶ terminating ───▶ killing
 *                       ▲                 │ exit           │ exit         ▲    │ exit        │ exit
 *                       │                 ├──▶ the rest of its group? ────┘    │             │
 *                       └─── pausing ◀────┴──▶ restart? ──no──▶ ended ◀────────┴─────────────┘
 * ```
 *
 * A second `stop` does not wait any longer: each goes on to the next of the last three phases.
 *
 * @module
 */
import type { ServiceState } from "../core/members/service.ts";
import type { RestartPolicy } from "../options/option_service.ts";

/** How a service is to be supervised. */
export interface SupervisorOptions {
  readonly restart: RestartPolicy;
  /** Exit codes that count as success, beside 0. */
  readonly successCodes: ReadonlySet<number>;
  /** True if probes tell when it is ready; else it is from its start on. */
  readonly isProbed: boolean;
  /** From the wish to stop until SIGTERM, so that the others can turn to other nodes. */
  readonly drainMs: number;
  /** From SIGTERM until SIGKILL. */
  readonly stopTimeoutMs: number;
}

/** What happened. */
export type SupervisorInput =
  /** The service may start: the node is a member, and the cluster has what it needs. */
  | { readonly kind: "admit" }
  | { readonly kind: "started" }
  /** It cannot be executed; the exit code is the one of shells, 126 or 127. */
  | { readonly kind: "not-started"; readonly exitCode: number; readonly reason: string }
  /** The process has ended; of a signal with 128 and the number of it. */
  | {
    readonly kind: "exited";
    readonly exitCode: number;
    readonly reason: string;
    /** Others of its process group are still there. */
    readonly hasRest: boolean;
  }
  /** Nothing of the process group is left. */
  | { readonly kind: "cleared" }
  /** A probe of readiness has ended; `fault` says why the service is not ready. */
  | { readonly kind: "probed"; readonly fault: string | undefined }
  /**
   * The service is to end. `interrupted`: the terminal has sent it SIGINT already; `undrained`: its
   * node is gone, so there is nobody to drain for.
   */
  | { readonly kind: "stop"; readonly interrupted?: boolean; readonly undrained?: boolean }
  | { readonly kind: "tick" };

/** What is to be done. */
export type SupervisorEffect =
  | { readonly kind: "spawn" }
  | { readonly kind: "start-probes" }
  | { readonly kind: "stop-probes" }
  /** To the whole process group. */
  | { readonly kind: "signal"; readonly signal: "SIGTERM" | "SIGKILL" }
  /** Tell the others. */
  | { readonly kind: "state"; readonly state: ServiceState; readonly reason: string }
  /** It is over. No exit code: the service never ran. */
  | { readonly kind: "end"; readonly exitCode: number | undefined };

/** Pause before the first restart; it doubles with each. */
export const restartFirstMs = 100;
/** Longest pause before a restart. */
export const restartMaxMs = 60_000;
/** A service that ran so long has its next restart after the first pause again. */
export const restartResetMs = 10_000;

/** After this time it is told why a service is not ready yet, and again if that changes, in milliseconds. */
const slowStartMs = 10_000;
/** After SIGKILL nothing but a fault of the system keeps a process; it is not waited for. */
export const killTimeoutMs = 2000;

/** Exit code of what SIGKILL ends. */
const killedExitCode = 137;

type Phase =
  | { readonly kind: "waiting" | "spawning" | "running" | "ended" }
  | { readonly kind: "pausing" | "draining" | "terminating" | "killing"; readonly until: number };

/** Supervises one service, from before its first start to its end. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #phase: Phase = { kind: "waiting" };
  #state: ServiceState = "starting";
  #effects: SupervisorEffect[] = [];
  /** It is to end for good. */
  #stopping = false;
  /** Somebody has told it to. */
  #isAsked = false;
  #hasFailed = false;
  #probing = false;
  /** When it is told next why the service is not ready yet, and what was told last. */
  #slowAt = 0;
  #slowReason = "";
  #startedAt = 0;
  /** The last exit; `undefined` before the first. */
  #exit: { readonly code: number; readonly reason: string } | undefined;
  /** The process has ended, though others of its group may be there. */
  #hasExited = true;
  #pauseMs = restartFirstMs;
  #restarts = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** What was told last; `starting` before anything was. */
  get state(): ServiceState {
    return this.#state;
  }

  /** How often the service was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** True once it has ended for good without success, and nobody has told it to. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** True if it runs, and what was told last is why it is still not ready after a while. */
  get isSlow(): boolean {
    return this.#slowReason !== "";
  }

  /** When to call with a `tick`, in monotonic milliseconds; `Infinity` if time changes nothing. */
  get wakeAt(): number {
    return "until" in this.#phase ? this.#phase.until : Infinity;
  }

  /**
   * Takes one thing that happened; returns what is to be done, in that order.
   *
   * @param now monotonic milliseconds
   */
  step(input: SupervisorInput, now: number): readonly SupervisorEffect[] {
    this.#effects = [];
    this.#take(input, now);
    if (now >= this.wakeAt) this.#elapsed(now);
    return this.#effects;
  }

  #take(input: SupervisorInput, now: number): void {
    switch (input.kind) {
      case "admit":
        if (this.#phase.kind === "waiting") this.#spawn();
        return;
      case "started":
        return this.#started(now);
      case "not-started":
        return this.#notStarted(input.exitCode, input.reason, now);
      case "exited":
        return this.#exited(input.exitCode, input.reason, input.hasRest, now);
      case "cleared":
        if (this.#hasExited && this.#hasGroup) this.#gone(now);
        return;
      case "probed":
        return this.#probed(input.fault, now);
      case "stop":
        return this.#stop(input, now);
      case "tick":
        return;
      default:
        input satisfies never;
    }
  }

  /** True in all phases in which processes may be there. */
  get #hasGroup(): boolean {
    return ["running", "draining", "terminating", "killing"].includes(this.#phase.kind);
  }

  #elapsed(now: number): void {
    const { kind } = this.#phase;
    switch (kind) {
      case "pausing":
        this.#restarts++;
        return this.#spawn();
      case "draining":
        return this.#terminate(now);
      case "terminating":
        return this.#kill(now);
      case "killing":
        this.#hasExited = true;
        this.#exit = { code: killedExitCode, reason: "it outlived SIGKILL" };
        return this.#gone(now);
      case "waiting":
      case "spawning":
      case "running":
      case "ended":
        return;
      default:
        kind satisfies never;
    }
  }

  #spawn(): void {
    this.#phase = { kind: "spawning" };
    const again = this.#restarts === 0 ? "" : `, restart ${this.#restarts}`;
    this.#tell("starting", `the command is being started${again}`);
    this.#effects.push({ kind: "spawn" });
  }

  #started(now: number): void {
    if (this.#phase.kind !== "spawning") return;
    this.#phase = { kind: "running" };
    this.#startedAt = now;
    this.#hasExited = false;
    if (this.#stopping) return this.#drain(now);
    if (!this.#options.isProbed) return this.#tell("ready", "the process runs");
    this.#probing = true;
    this.#slowAt = now + slowStartMs;
    this.#effects.push({ kind: "start-probes" });
  }

  #notStarted(code: number, reason: string, now: number): void {
    if (this.#phase.kind !== "spawning") return;
    // What never ran is a mistake in the command; what did may be in the middle of an upgrade.
    if (this.#exit === undefined) this.#stopping = true;
    this.#exit = { code, reason };
    this.#hasExited = true;
    this.#startedAt = now;
    this.#gone(now);
  }

  #exited(code: number, reason: string, hasRest: boolean, now: number): void {
    if (this.#hasExited || !this.#hasGroup) return;
    this.#exit = { code, reason };
    this.#hasExited = true;
    this.#stopProbes();
    if (now - this.#startedAt >= restartResetMs) this.#pauseMs = restartFirstMs;
    if (!hasRest) return this.#gone(now);
    // What is left would hold the port of the next one, or outlive the node.
    if (!this.#stopping) this.#tell(this.#isSuccess(code) ? "starting" : "failing", reason);
    if (this.#phase.kind === "running" || this.#phase.kind === "draining") this.#terminate(now);
  }

  #probed(fault: string | undefined, now: number): void {
    if (!this.#probing) return;
    if (fault === undefined) {
      this.#slowReason = "";
      return this.#tell("ready", "the check succeeds");
    }
    // A service that was never ready is not failing: it may take its time to start.
    if (this.#state !== "starting") return this.#tell("failing", fault);
    if (now < this.#slowAt || fault === this.#slowReason) return;
    this.#slowAt = now + slowStartMs;
    this.#slowReason = fault;
    this.#tell("starting", fault);
  }

  #stop({ interrupted, undrained }: SupervisorInput & { kind: "stop" }, now: number): void {
    const again = this.#stopping;
    this.#stopping = true;
    this.#isAsked = true;
    const { kind } = this.#phase;
    switch (kind) {
      case "waiting":
      case "pausing":
        return this.#gone(now);
      case "running":
        if (interrupted === true) return this.#drain(now, this.#options.stopTimeoutMs);
        return undrained === true ? this.#drain(now, 0) : this.#drain(now);
      case "draining":
        return this.#terminate(now);
      case "terminating":
        return again ? this.#kill(now) : undefined;
      case "spawning":
      case "killing":
      case "ended":
        return;
      default:
        kind satisfies never;
    }
  }

  #drain(now: number, drainMs: number = this.#options.drainMs): void {
    this.#stopProbes();
    this.#phase = { kind: "draining", until: now + drainMs };
    this.#tell("draining", "the node stops");
  }

  #terminate(now: number): void {
    this.#phase = { kind: "terminating", until: now + this.#options.stopTimeoutMs };
    this.#effects.push({ kind: "signal", signal: "SIGTERM" });
  }

  #kill(now: number): void {
    this.#phase = { kind: "killing", until: now + killTimeoutMs };
    this.#effects.push({ kind: "signal", signal: "SIGKILL" });
  }

  /** No process is left: what now? */
  #gone(now: number): void {
    this.#stopProbes();
    const { code, reason } = this.#exit ?? { code: undefined, reason: "it was not started" };
    if (code === undefined || this.#stopping || !this.#mayRestart(code)) {
      this.#phase = { kind: "ended" };
      const exitCode = code !== undefined && this.#isSuccess(code) ? 0 : code;
      this.#hasFailed = !this.#isAsked && exitCode !== 0;
      this.#tell("stopped", reason);
      this.#effects.push({ kind: "end", exitCode });
      return;
    }
    this.#phase = { kind: "pausing", until: now + this.#pauseMs };
    this.#tell(this.#isSuccess(code) ? "starting" : "failing", reason);
    this.#pauseMs = Math.min(restartMaxMs, this.#pauseMs * 2);
  }

  #mayRestart(code: number): boolean {
    const { restart } = this.#options;
    switch (restart.kind) {
      case "no":
        return false;
      case "always":
        return true;
      case "on-failure":
        return !this.#isSuccess(code) && this.#restarts < restart.restartsMax;
      default:
        return restart satisfies never;
    }
  }

  #isSuccess(code: number): boolean {
    return code === 0 || this.#options.successCodes.has(code);
  }

  #stopProbes(): void {
    if (this.#probing) this.#effects.push({ kind: "stop-probes" });
    this.#probing = false;
    this.#slowReason = "";
  }

  #tell(state: ServiceState, reason: string): void {
    if (this.#state === state && state !== "starting") return;
    this.#state = state;
    this.#effects.push({ kind: "state", state, reason });
  }
}
