/**
 * A simulated cluster that goes on by itself: its virtual time follows the real one at a pace.
 *
 * All work is done in short turns, so that whoever looks at the cluster is answered in between. What
 * does not fit into a turn is not made up for: then virtual time passes more slowly than it should,
 * and the report says so.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { SimulationReport } from "../../report/simulation_report.ts";
import { isoTime } from "../../report/iso_time.ts";
import type { SimulatedCluster } from "./simulated_cluster.ts";
import type { SimulatedSource } from "./simulated_source.ts";

/** How fast virtual time may pass. */
export const paceLimits = { min: 0.1, max: 20 } as const;

/** Pause between the beginnings of two turns, in milliseconds. */
const turnEveryMs = 20;

/** Longest turn, but for the last step of it, in milliseconds. */
const turnMs = 12;

/** Virtual time of one step, in milliseconds. */
const stepMs = 2;

/** Over so long it is measured how fast virtual time passes, in milliseconds. */
const measuredMs = 2000;

/** A cluster, the view that is shown of it, and its time. */
export class Simulation implements Disposable {
  readonly cluster: SimulatedCluster;
  readonly source: SimulatedSource;
  readonly #clock: Clock;
  #pace = 1;
  #paused = false;
  #turnAt: number;
  #measured: { readonly at: number; readonly virtualMs: number };
  #actualPace = 1;
  #cancel: () => void;

  constructor(cluster: SimulatedCluster, source: SimulatedSource, clock: Clock) {
    this.cluster = cluster;
    this.source = source;
    this.#clock = clock;
    this.#turnAt = clock.now();
    this.#measured = { at: this.#turnAt, virtualMs: cluster.world.now };
    this.#cancel = clock.after(turnEveryMs, () => this.#turn());
  }

  get pace(): number {
    return this.#pace;
  }

  /** @param pace within {@linkcode paceLimits} */
  set pace(pace: number) {
    this.#pace = pace;
    this.#measureAnew();
  }

  get paused(): boolean {
    return this.#paused;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
    this.#measureAnew();
  }

  /** How things really are. */
  report(): SimulationReport {
    const { cluster, source } = this;
    return {
      schema: "simulation.v1",
      time: isoTime(cluster.wallTime),
      asked: source.name,
      virtualMs: Math.floor(cluster.world.now),
      pace: this.#pace,
      actualPace: this.#paused ? 0 : Math.round(this.#actualPace * 100) / 100,
      paused: this.#paused,
      nodes: cluster.nodes.map((node) => ({
        name: node.core.name,
        processState: node.state,
        plugged: cluster.isPlugged(node),
      })),
      cuts: [...cluster.cuts],
      cutOff: [...cluster.group],
    };
  }

  /** Ends it: time stands still from now on. */
  [Symbol.dispose](): void {
    this.#cancel();
  }

  #turn(): void {
    const now = this.#clock.now();
    const passedMs = Math.min(now - this.#turnAt, 5 * turnEveryMs);
    this.#turnAt = now;
    this.#cancel = this.#clock.after(turnEveryMs, () => this.#turn());
    if (this.#paused) return;
    const { world } = this.cluster;
    const until = world.now + passedMs * this.#pace;
    while (world.now < until && this.#clock.now() - now < turnMs) {
      world.run(Math.min(stepMs, until - world.now));
    }
    this.source.advance();
    this.#measure(now);
  }

  #measure(now: number): void {
    const { at, virtualMs } = this.#measured;
    if (now - at < measuredMs) return;
    this.#actualPace = (this.cluster.world.now - virtualMs) / (now - at);
    this.#measured = { at: now, virtualMs: this.cluster.world.now };
  }

  #measureAnew(): void {
    this.#measured = { at: this.#clock.now(), virtualMs: this.cluster.world.now };
    this.#actualPace = this.#pace;
  }
}
