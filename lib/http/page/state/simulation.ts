/**
 * A simulated cluster as it really is, and what can be done to it.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { sleep } from "../../../clock.ts";
import { errorText } from "../../../core/base/error_text.ts";
import type { SimulationReport } from "../../../report/simulation_report.ts";
import { ask, tell } from "./api.ts";
import type { Store } from "./store.ts";
import type { Clock } from "../../../clock.ts";

/** What can be done: what stands beside `action` is told by the node if it is missing. */
export type Action =
  & Readonly<Record<string, unknown>>
  & { readonly action: string };

const path = "/v1/simulation";
const everyMs = 1000;

/** The simulation; `report` is `undefined` until it has told of itself. */
export class Simulated {
  readonly report: Signal<SimulationReport | undefined> = signal(undefined);
  /** Why the last action was not done; empty if it was. */
  readonly fault: Signal<string> = signal("");
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Keeps the report up to date until `signal` is aborted; time passes as it does there. */
  async follow(clock: Clock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!document.hidden) await ask(path, signal).then((report) => this.#take(report), () => {});
      await sleep(clock, everyMs, signal).catch(() => {});
    }
  }

  /** Does something to the cluster; what became of it is in `report`, or in `fault`. */
  async act(action: Action): Promise<void> {
    try {
      this.#take(await tell(path, action));
      this.fault.value = "";
    } catch (error) {
      this.fault.value = errorText(error);
    }
  }

  #take(report: SimulationReport): void {
    this.report.value = report;
    this.#store.setTime(report.time, report.actualPace);
  }
}
