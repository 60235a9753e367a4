/**
 * How a core says that this program has a fault.
 *
 * @module
 */
import { errorText } from "./base/error_text.ts";
import type { Effect } from "./input.ts";

/** A step was ended by a fault of the program, its `cause`. The next one goes on from what it left. */
export class StepFault extends Error {
  /** Always `StepFault`. */
  override name = "StepFault";
  /** What was decided before; the core counts on its being done. */
  readonly effects: readonly Effect[];

  /** A fault that `cause` has shown, after these effects were decided. */
  constructor(effects: readonly Effect[], cause: unknown) {
    super(errorText(cause), { cause });
    this.effects = effects;
  }
}
