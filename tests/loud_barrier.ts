/**
 * The barrier of tests: a fault of the program fails the test in which it happens.
 *
 * @module
 */
import { Barrier } from "../lib/barrier.ts";

/** Hands each fault to the runtime as uncaught, on which no test passes. */
export const loudBarrier: Barrier = new Barrier(({ error }) => reportError(error));
