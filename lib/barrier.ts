/**
 * The barrier between what happens and the process: an exception that nobody has expected ends the
 * connection, the request or the effect that it came out of, and nothing else.
 *
 * What peers, storage and disks do wrong is data, and is dealt with where it comes up. What gets
 * here is a mistake in this program. It is told once, with its stack, and then counted: a peer that
 * has found it may repeat it a thousand times a second.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** A mistake of this program that has come to light. */
export interface Fault {
  /** What ended, such as "a connection". */
  readonly where: string;
  readonly error: unknown;
  /** How often this kind has happened: from the same place, in the same work. */
  readonly count: number;
}

/** Kinds of faults that are told apart; all beyond count as one. */
const kindsMax = 64;

/** Places on the stack that tell kinds apart; the first alone may be an assertion. */
const framesCompared = 3;

/** Runs work of which an exception must not get any further. */
export class Barrier {
  readonly #report: (fault: Fault) => void;
  readonly #counts = new Map<string, number>();
  #faultCount = 0;

  /**
   * @param report is told of each kind of fault when it happens for the first, the tenth, the
   *   hundredth … time
   */
  constructor(report: (fault: Fault) => void) {
    this.#report = report;
  }

  /** Faults so far, each one counted. */
  get faultCount(): number {
    return this.#faultCount;
  }

  /** The result of `work`; `undefined` after an exception. */
  run<T>(where: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.caught(where, error);
      return undefined;
    }
  }

  /**
   * The same for work that takes time. Never rejects.
   *
   * @param orElse what to give after an exception
   */
  async settle<T, Else = undefined>(
    where: string,
    work: () => Promise<T>,
    orElse: () => Else = () => undefined as Else,
  ): Promise<T | Else> {
    try {
      return await work();
    } catch (error) {
      this.caught(where, error);
      return orElse();
    }
  }

  /** `clock` with the barrier around everything that it calls. */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      nowUs: () => clock.nowUs(),
      wallTime: () => clock.wallTime(),
      after: (delayMs, callback) => clock.after(delayMs, () => this.run("a timer", callback)),
    };
  }

  /** Takes an exception that came out of `where`. Never throws. */
  caught(where: string, error: unknown): void {
    this.#faultCount++;
    const kind = kindOf(where, error);
    const isKnown = this.#counts.has(kind) || this.#counts.size < kindsMax;
    const counted = isKnown ? kind : "";
    const count = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, count);
    if (!isPowerOfTen(count)) return;
    try {
      this.#report({ where, error, count });
    } catch {
      // There is nobody left to be told.
    }
  }
}

/** Where in the program it was thrown; what it says may be another each time. */
function kindOf(where: string, error: unknown): string {
  const frames = stackFrames(error).slice(0, framesCompared);
  return [where, ...frames.length === 0 ? [String(error)] : frames].join("\n");
}

/** The places that led to an error, the innermost first; none if it is not known. */
export function stackFrames(error: unknown): readonly string[] {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  return stack.split("\n").map((line) => line.trim()).filter((line) => line.startsWith("at "));
}

function isPowerOfTen(count: number): boolean {
  return Number.isInteger(Math.log10(count));
}
