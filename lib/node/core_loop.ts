/**
 * The loop of a node: one inbox, one timer, one step at a time.
 *
 * A step that throws is a fault of the program. Its input is dropped, what it had decided before is
 * done, as the core counts on hearing what came of that, and the node goes on: most of what it knows
 * is as good as before. A core that does not get through any step any more is another matter. Such a
 * node would still answer pings and yet do nothing, so it ends.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import { formatDuration } from "../core/base/duration.ts";
import type { Effect, Input, StopReason } from "../core/input.ts";
import { StepFault } from "../core/step_fault.ts";
import type { Membership } from "../core/membership.ts";
import type { Recorder } from "../recording/recording.ts";
import { inputAfterFault } from "./input_after_fault.ts";
import { Turns } from "./turns.ts";
import type { TurnListener } from "./turns.ts";

/** Pause after a step that has thrown: its cause may be there again at once. In milliseconds. */
const faultPauseMs = 100;

/** A core that has thrown at every step for so long ends its node, in milliseconds. */
const faultyMaxMs = 10_000;

/** What a loop works with. */
export interface CoreLoopParts {
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly core: Pick<Membership, "step" | "wakeAt">;
  readonly recorder?: Recorder | undefined;
  readonly turnListeners?: readonly TurnListener[];
  /** The inbox is empty again, and all that was decided is begun. */
  readonly onSettled?: (() => void) | undefined;
  /** Does one thing; resolves when that is over, and may throw or reject. */
  carryOut(effect: Effect): Promise<void> | void;
}

/** Hands inputs to a core and has its effects carried out. */
export class CoreLoop {
  readonly #parts: CoreLoopParts;
  readonly #inbox: Input[] = [];
  readonly #turns: Turns;
  #cancelWake: () => void = () => {};
  #wakeAt = Infinity;
  #isStepping = false;
  /** Since when every step has thrown. */
  #faultySince: number | undefined;
  #isOver = false;

  constructor(parts: CoreLoopParts) {
    this.#parts = parts;
    this.#turns = new Turns(parts.turnListeners ?? [], parts.barrier);
  }

  /** Hands one input to the core; inputs that come meanwhile wait for their turn. Never throws. */
  put(input: Input): void {
    if (this.#isOver) return;
    this.#inbox.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      for (const effect of this.#step(next)) this.#carryOut(effect);
    }
    this.#isStepping = false;
    this.#parts.onSettled?.();
    this.#setAlarm();
  }

  /** Takes no more. */
  end(): void {
    this.#isOver = true;
    this.#inbox.length = 0;
    this.#cancelWake();
  }

  #step(input: Input): readonly Effect[] {
    const { clock, barrier, core, recorder } = this.#parts;
    const now = clock.now();
    let effects: readonly Effect[];
    try {
      effects = core.step(input, now);
      this.#faultySince = undefined;
      // A step that throws is no turn.
      this.#turns.made(now);
    } catch (error) {
      const fault = error instanceof StepFault ? error : undefined;
      barrier.caught("a step of the core", fault === undefined ? error : fault.cause);
      effects = [...fault?.effects ?? [], ...this.#endIfStuck(now)];
    }
    barrier.run("the recording", () => recorder?.step(input, now, effects));
    return effects;
  }

  #endIfStuck(now: number): readonly Effect[] {
    this.#faultySince ??= now;
    if (now - this.#faultySince < faultyMaxMs) return [];
    const message = "A fault of the program has kept this node from doing anything for " +
      formatDuration(faultyMaxMs);
    const reason: StopReason = { kind: "faulty", message };
    this.end();
    return [{ kind: "stop", reason }];
  }

  #carryOut(effect: Effect): void {
    const { barrier } = this.#parts;
    const where = `the effect ${effect.kind}`;
    const ended = barrier.run(where, () => ({ work: this.#parts.carryOut(effect) }));
    const onFault = (): void => {
      const input = inputAfterFault(effect);
      if (input !== undefined) this.put(input);
    };
    if (ended === undefined) return onFault();
    const { work } = ended;
    if (work !== undefined) void barrier.settle(where, () => work, onFault);
  }

  #setAlarm(): void {
    if (this.#isOver) return;
    const { clock, core } = this.#parts;
    const now = clock.now();
    const restUntil = this.#faultySince === undefined ? -Infinity : now + faultPauseMs;
    const wakeAt = Math.max(Math.min(core.wakeAt, this.#turns.wakeAt), restUntil);
    if (wakeAt === this.#wakeAt) return;
    const cancelBefore = this.#cancelWake;
    this.#wakeAt = wakeAt;
    this.#cancelWake = wakeAt === Infinity ? () => {} : clock.after(wakeAt - now, () => {
      this.#wakeAt = Infinity;
      this.put({ kind: "wake" });
    });
    // Not before: the timer of the runtime would be set for something else in between.
    cancelBefore();
  }
}
