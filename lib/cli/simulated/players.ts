/**
 * Threads that play the runs of scenarios, several at a time. A run depends on nothing but its scenario
 * and its seed, so that it makes no difference which of them plays it.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import type { Scenario } from "../../simulation/scenario.ts";
import type { RunResult } from "../../simulation/scenario_run.ts";

/** Which runs of a scenario are wanted. */
export interface Runs {
  /** Of the first run; each further one has the next. */
  readonly seed: number;
  readonly runs: number;
}

/** What a thread is asked for. */
export interface Job {
  readonly scenario: Scenario;
  readonly seed: number;
}

/** What a thread tells: how far it is, 0 … 1, and at the end what came of it. */
export type Told = { readonly share: number } | { readonly result: RunResult };

/**
 * Where the script of a thread lies: beside this one, or in the binary, whose scripts have no folders
 * but for those that are named when they are bundled.
 */
const script = import.meta.url.endsWith("/lib/cli/simulated/players.ts")
  ? "./player.ts"
  : "./lib/cli/simulated/player.js";

/** Plays runs; dispose it to end the threads, whatever they do. */
export class Players implements AsyncDisposable {
  readonly #idle: Worker[];
  readonly #workers: readonly Worker[];
  /** Runs that wait for a thread, with the number of the call that wants them. */
  readonly #waiting: { readonly call: number; readonly take: (worker: Worker) => void }[] = [];
  #calls = 0;

  /** @param count how many threads there are, at least 1 */
  constructor(count: number) {
    const url = new URL(script, import.meta.url);
    this.#workers = Array.from({ length: count }, () => new Worker(url));
    this.#idle = [...this.#workers];
  }

  /**
   * Plays runs of `scenario`, before those that it is asked for later.
   *
   * @param onProgress is told now and then which share of all is done, 0 … 1, and how many runs are
   * @returns what came of each, in the order of their seeds; the timeline only of a single one
   * @throws what a run has thrown; its thread is gone then
   */
  async playAll(
    scenario: Scenario,
    { seed, runs }: Runs,
    onProgress: (share: number, done: number) => void = () => {},
  ): Promise<RunResult[]> {
    const call = this.#calls++;
    const results = new Array<RunResult>(runs);
    const shares = this.#workers.map(() => 0);
    let [next, done] = [0, 0];
    // There may be a million runs: no more of them are asked for than can be played at once.
    await Promise.all(shares.map(async (_, lane) => {
      for (let run = next++; run < runs; run = next++) {
        const result = await this.#play({ scenario, seed: seed + run }, call, (share) => {
          shares[lane] = share;
          onProgress((done + shares.reduce((sum, one) => sum + one)) / runs, done);
        });
        results[run] = runs === 1 ? result : { ...result, timeline: [] };
        shares[lane] = 0;
        done++;
      }
    }));
    return results;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #play(job: Job, call: number, onShare: (share: number) => void): Promise<RunResult> {
    const worker = this.#idle.pop() ??
      await new Promise<Worker>((take) => this.#waiting.push({ call, take }));
    const result = await new Promise<RunResult>((resolve, reject) => {
      worker.on("message", (told: Told) => {
        if ("share" in told) return onShare(told.share);
        resolve(told.result);
      });
      worker.on("error", reject);
      worker.on("exit", (code) => reject(new Error(`a thread ended with ${code}`)));
      worker.postMessage(job);
    });
    worker.removeAllListeners();
    this.#waiting.sort((one, other) => one.call - other.call);
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next.take(worker);
    return result;
  }
}
