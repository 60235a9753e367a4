/**
 * Plays a scenario: brings a cluster together, lets things happen to it, and counts how long the
 * others take to know, what they say that is not true, and what it all costs.
 *
 * @module
 */
import type { NodeName } from "../core/base/name.ts";
import { profileTimings } from "../core/base/profile.ts";
import { seededRandom, shuffled } from "../core/base/random.ts";
import type { Random } from "../core/base/random.ts";
import { clockErrorMs, erringTime } from "./erring_clock.ts";
import { Faults, nodeFaults } from "./scenario_faults.ts";
import type { NodeFault } from "./scenario_faults.ts";
import type { Scenario } from "./scenario.ts";
import type { SimNode } from "./sim_node.ts";
import { Timeline } from "./timeline.ts";
import type { TimelineEntry } from "./timeline.ts";
import { Truth } from "./truth.ts";
import type { FalseVerdict } from "./truth.ts";
import { World } from "./world.ts";

/** How one node's end became known. */
export interface Detection {
  readonly fault: NodeFault;
  readonly name: NodeName;
  /** Until the first of the others knew, in milliseconds; `undefined` if none did. */
  readonly firstMs: number | undefined;
  /** Until all of them knew. */
  readonly allMs: number | undefined;
}

/** What came of one run. */
export interface RunResult {
  readonly seed: number;
  /** From the last start until everybody saw everybody, in milliseconds; `undefined`: never. */
  readonly togetherMs: number | undefined;
  readonly detections: readonly Detection[];
  readonly falseVerdicts: readonly FalseVerdict[];
  /** From the end of the last fault until all that run saw each other; `undefined`: never. */
  readonly healedMs: number | undefined;
  /** Means over the watched time, per node and second. */
  readonly pingsPerNodeSecond: number;
  readonly bytesPerNodeSecond: number;
  /** Of the whole cluster, per second. */
  readonly registryWritesPerSecond: number;
  readonly registryListingsPerSecond: number;
  /** Things that happened in this world, and the virtual time that passed in it. */
  readonly events: number;
  readonly virtualMs: number;
  readonly timeline: readonly TimelineEntry[];
}

/** Up to a thousand nodes start within this time, in milliseconds; more in proportion. */
const startSpreadMs = 100;

/** Longest wait for the cluster to come together, or to heal, in milliseconds. */
const patienceMs = 60_000;

/** For so long links learn before things happen, in milliseconds. */
const learnMs = 8000;

/** Steps in which virtual time moves while something is waited for, in milliseconds. */
const lookMs = 50;

/**
 * Plays `scenario` once.
 *
 * @param seed gives all chance in it; equal seeds give equal runs
 * @param onProgress is told now and then which share of the run is done, 0 … 1
 */
export function runScenario(
  scenario: Scenario,
  seed: number,
  onProgress: (share: number) => void = () => {},
): RunResult {
  return new ScenarioRun(scenario, seed, onProgress).play();
}

class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #onProgress: (share: number) => void;
  readonly #random: Random;
  readonly #world: World;
  readonly #truth: Truth;
  readonly #timeline: Timeline;
  readonly #falseVerdicts: FalseVerdict[] = [];
  readonly #victims = new Map<NodeName, Victim>();
  #observers: readonly SimNode[] = [];
  #faultsEndAt = Infinity;
  #healedAt: number | undefined;

  constructor(scenario: Scenario, seed: number, onProgress: (share: number) => void) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.#onProgress = onProgress;
    this.#random = seededRandom(seed).fork();
    this.#world = new World({ seed, latencyMs: scenario.latencyMs, keepStory: false });
    this.#truth = new Truth(() => this.#world.now);
    this.#timeline = new Timeline(() => this.#world.now);
  }

  play(): RunResult {
    const { durationMs } = this.#scenario;
    const togetherMs = this.#start();
    this.#run(learnMs + this.#random.below(1000), 0.1);
    const { world: before, since } = { world: this.#costs(), since: this.#world.now };
    this.#watch();
    this.#letThingsHappen();
    this.#run(durationMs, 0.8);
    const after = this.#costs();
    const elapsed = (this.#world.now - since) / 1000;
    const perSecond = (key: keyof Costs): number => (after[key] - before[key]) / elapsed;
    const healedMs = this.#heal();
    this.#onProgress(1);
    return {
      seed: this.#seed,
      togetherMs,
      detections: this.#detections(),
      falseVerdicts: this.#falseVerdicts,
      healedMs,
      pingsPerNodeSecond: perSecond("pings") / this.#scenario.nodes,
      bytesPerNodeSecond: perSecond("bytes") / this.#scenario.nodes,
      registryWritesPerSecond: perSecond("writes"),
      registryListingsPerSecond: perSecond("listings"),
      events: this.#world.events,
      virtualMs: this.#world.now,
      timeline: this.#timeline.entries(),
    };
  }

  /** Starts all nodes; how long the last one took until everybody saw everybody. */
  #start(): number | undefined {
    const { nodes, profile, intervalMs, fullMesh, loss, clockJumps, ghosts } = this.#scenario;
    const world = this.#world;
    world.registry.putGhosts(ghosts);
    world.network.loss = loss;
    if (clockJumps) {
      world.registry.wallClock = () =>
        erringTime(Math.floor(world.now) + clockErrorMs, this.#random);
    }
    const timings = { ...profileTimings[profile], ...this.#scenario.timings };
    const spreadMs = startSpreadMs * Math.max(1, nodes / 1000);
    const settings = { intervalMs, fullMesh, timings, statusEntriesMax: 0 };
    for (let number = 1; number <= nodes; number++) {
      const host = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
      const delayMs = number === nodes ? spreadMs : this.#random.below(spreadMs);
      world.after(delayMs, () => {
        this.#truth.started(world.start(`n${number}@${host}`, settings));
      });
    }
    world.run(spreadMs);
    const tookMs = this.#until(() => this.#allTogether(), 0.1);
    const all = `${nodes} ${nodes === 1 ? "node" : "nodes"}`;
    this.#timeline.note(tookMs === undefined ? `${all}: not together yet` : `${all} together`);
    return tookMs;
  }

  #watch(): void {
    this.#world.onChange = ({ who, change, knownAt }) => {
      const observer = this.#truth.named(who);
      if (observer === undefined) return;
      const found = this.#truth.judge(observer, change);
      if (found !== undefined) {
        const atMs = Math.round(found.atMs - this.#timeline.begun);
        this.#falseVerdicts.push({ ...found, atMs });
      }
      this.#timeline.told(who, change);
      const victim = this.#victims.get(change.name);
      const knows = change.kind === "left" || change.kind === "failed";
      if (victim !== undefined && knows) victim.knownBy(who, knownAt);
    };
  }

  #letThingsHappen(): void {
    const { scenario, world } = { scenario: this.#scenario, world: this.#world };
    this.#timeline.begin();
    const running = shuffled(world.nodes.filter(({ state }) => state === "running"), this.#random);
    const ends = (Object.keys(nodeFaults) as NodeFault[]).map((fault) =>
      [fault, running.splice(0, scenario[fault])] as const
    );
    this.#observers = running;
    const others = new Set(running.map(({ core }) => core.name as string));
    const parts = { world, truth: this.#truth, timeline: this.#timeline, random: this.#random };
    const faults = new Faults({ ...parts, durationMs: scenario.durationMs });
    for (const [fault, nodes] of ends) {
      for (const node of nodes) {
        this.#victims.set(node.core.name, new Victim(fault, node.core.name, others, world.now));
        faults.end(node, fault);
      }
    }
    if (scenario.pauseMs > 0) faults.pause(running, scenario.pauseMs);
    if (scenario.partitionMs > 0) faults.divide(running, scenario.partitionMs);
    if (scenario.oneWay > 0) faults.cutOneWay(running, scenario.oneWay);
    if (scenario.registryFault !== undefined) faults.breakRegistry(scenario.registryFault);
    this.#faultsEndAt = faults.endAt;
  }

  /** Mends everything but the gone; how long until all that are left saw each other again. */
  #heal(): number | undefined {
    const { network, registry } = this.#world;
    const gone = this.#world.nodes.filter((node) => !this.#truth.isThere(node));
    network.heal();
    for (const node of gone) network.unplug(node);
    registry.mend();
    const since = this.#faultsEndAt;
    this.#until(() => this.#isHealed(), 0);
    return this.#healedAt === undefined ? undefined : Math.max(0, this.#healedAt - since);
  }

  /** True once all that are left have seen each other after the last fault ended. */
  #isHealed(): boolean {
    const { now } = this.#world;
    if (this.#healedAt === undefined && now >= this.#faultsEndAt && this.#agree()) {
      this.#healedAt = now;
    }
    return this.#healedAt !== undefined;
  }

  /** Every status line shows all nodes as true; ghosts may be there as well. */
  #allTogether(): boolean {
    const { nodes } = this.#scenario;
    return this.#world.nodes.length === nodes &&
      this.#world.nodes.every(({ lastStatus }) => lastStatus?.alive === nodes);
  }

  /** Those that are left see each other as true. */
  #agree(): boolean {
    return this.#observers.every(({ lastStatus }) => lastStatus?.alive === this.#observers.length);
  }

  #until(holds: () => boolean, share: number): number | undefined {
    const since = this.#world.now;
    for (;;) {
      if (holds()) return this.#world.now - since;
      if (this.#world.now - since >= patienceMs) return undefined;
      this.#world.run(lookMs);
      this.#onProgress(share * Math.min(1, (this.#world.now - since) / 10_000));
    }
  }

  #run(durationMs: number, from: number): void {
    for (let passedMs = 0; passedMs < durationMs; passedMs += lookMs) {
      this.#world.run(Math.min(lookMs, durationMs - passedMs));
      this.#isHealed();
      this.#onProgress(from + (1 - from) * 0.9 * passedMs / durationMs);
    }
  }

  #detections(): Detection[] {
    return [...this.#victims.values()].map((victim) => victim.detection());
  }

  #costs(): Costs {
    const { traffic, registry } = this.#world;
    const { writes, listings } = registry;
    return { pings: traffic.pings, bytes: traffic.bytes, writes, listings };
  }
}

interface Costs {
  readonly pings: number;
  readonly bytes: number;
  readonly writes: number;
  readonly listings: number;
}

/** One whose end the others are to learn of. */
class Victim {
  readonly #fault: NodeFault;
  readonly #name: NodeName;
  readonly #unaware: Set<string>;
  readonly #since: number;
  #firstMs: number | undefined;
  #lastMs = 0;

  constructor(fault: NodeFault, name: NodeName, others: ReadonlySet<string>, now: number) {
    this.#fault = fault;
    this.#name = name;
    this.#unaware = new Set(others);
    this.#since = now;
  }

  knownBy(observer: string, now: number): void {
    if (!this.#unaware.delete(observer)) return;
    const tookMs = Math.max(0, now - this.#since);
    this.#firstMs = Math.min(this.#firstMs ?? Infinity, tookMs);
    this.#lastMs = Math.max(this.#lastMs, tookMs);
  }

  detection(): Detection {
    return {
      fault: this.#fault,
      name: this.#name,
      firstMs: this.#firstMs,
      allMs: this.#unaware.size === 0 ? this.#lastMs : undefined,
    };
  }
}
