/**
 * Threads that play the runs of scenarios, one for each processor. A run depends on nothing but its
 * scenario and its seed, so that it makes no difference which of them plays it.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import type { RunResult } from "../../lib/simulation/scenario_run.ts";
import type { Scenario } from "../../lib/simulation/scenario.ts";

/** Some runs of one scenario. */
export interface Part {
  readonly scenario: Scenario;
  /** Of the first run; the others follow. */
  readonly firstSeed: number;
  readonly runs: number;
}

/** Nodes in all runs that one thread plays before it asks for more. */
const partNodes = 200;

/** Plays scenarios on all processors. */
export class Pool {
  readonly #idle: Worker[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #workers: Worker[];

  /** @param size how many threads there are */
  constructor(size: number) {
    const url = new URL("player.ts", import.meta.url);
    this.#workers = Array.from({ length: size }, () => new Worker(url));
    this.#idle.push(...this.#workers);
  }

  /** The results of `runs` runs of a scenario, by their seeds, which begin at 1. */
  async play(scenario: Scenario, runs: number): Promise<RunResult[]> {
    const partRuns = Math.max(1, Math.floor(partNodes / scenario.nodes));
    const parts: Promise<RunResult[]>[] = [];
    for (let firstSeed = 1; firstSeed <= runs; firstSeed += partRuns) {
      const part = { scenario, firstSeed, runs: Math.min(partRuns, runs - firstSeed + 1) };
      parts.push(this.#playPart(part));
    }
    return (await Promise.all(parts)).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #playPart(part: Part): Promise<RunResult[]> {
    const worker = this.#idle.pop() ?? await this.#nextIdle();
    try {
      return await new Promise((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
        worker.postMessage(part);
      });
    } finally {
      worker.removeAllListeners();
      this.#idle.push(worker);
      this.#waiting.shift()?.();
    }
  }

  async #nextIdle(): Promise<Worker> {
    for (;;) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      const worker = this.#idle.pop();
      if (worker !== undefined) return worker;
    }
  }
}
