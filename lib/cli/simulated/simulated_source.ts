/**
 * A simulated cluster as one of its nodes sees it.
 *
 * When that node dies or freezes, another one is looked through: who watches goes on watching. So the
 * changes are counted here, and what counts as one run is that of the simulation.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import type { Explanation } from "../../core/explain/explanation.ts";
import type { HistoryPart } from "../../core/explain/history.ts";
import { LinkMatrix } from "../../core/explain/link_matrix.ts";
import type { LinkReport } from "../../core/explain/link_matrix.ts";
import type { MemberView } from "../../core/members/member.ts";
import type { NodeName } from "../../core/base/name.ts";
import { NodeHistory } from "../../history/node_history.ts";
import type { ChangePage, ClusterSource, NumberedChange, Standing } from "../../http/source.ts";
import { surveyed } from "../../node/view/link_survey.ts";
import type { SimNode } from "../../simulation/sim_node.ts";
import type { SimulatedCluster } from "./simulated_cluster.ts";

/** Changes that are kept to look back on. */
const changesKeptMax = 200;

/** The view of one node of a simulated cluster. */
export class SimulatedSource implements ClusterSource {
  readonly instance: string;
  readonly cluster = "simulated";
  readonly software: string;
  readonly startedAt: number;
  readonly registries = ["simulated"];
  readonly #cluster: SimulatedCluster;
  readonly #listeners = new Set<() => void>();
  readonly #kept: NumberedChange[] = [];
  readonly #history: NodeHistory;
  #observed: SimNode;
  /** How many of its changes were taken. */
  #taken = 0;
  #advancedAt = -1;
  #shown = "";

  /**
   * @param observed the node that is looked through first
   * @param run 32 hexadecimal digits: which run of a simulation it is
   */
  constructor(cluster: SimulatedCluster, observed: SimNode, run: string) {
    this.#cluster = cluster;
    this.#observed = observed;
    this.instance = run;
    this.software = observed.settings.software;
    this.startedAt = cluster.wallTime;
    // What needs real time is a file alone.
    const virtual = { now: () => this.#now(), wallTime: () => cluster.wallTime };
    this.#history = new NodeHistory({
      ...{ clock: { ...systemClock, ...virtual }, keepMs: Infinity, path: () => undefined },
      onTrouble: () => {},
    });
    const { name, instance, software } = this;
    this.#history.begin({ name, instance, cluster: this.cluster, software });
  }

  /** The node that is looked through. */
  get observed(): SimNode {
    return this.#observed;
  }

  get name(): NodeName {
    return this.#observed.core.name;
  }

  now(): number {
    return this.#cluster.wallTime;
  }

  standing(): Standing {
    const { registryWorks = true, isolated = false, localHealth = 0 } = this.explain(this.name) ??
      {};
    const isRegistered = this.#cluster.isRegistered(this.#observed);
    const phase = isRegistered
      ? "joined"
      : this.#observed.state === "dead"
      ? "leaving"
      : "starting";
    return { phase, isolated, localHealth, registryWorks };
  }

  health(): { readonly healthy: boolean; readonly reason: string } {
    const { state } = this.#observed;
    if (state !== "running") return { healthy: false, reason: `it is ${state}` };
    return this.#cluster.isRegistered(this.#observed)
      ? { healthy: true, reason: "it is registered and its loop answers" }
      : { healthy: false, reason: "it is not registered" };
  }

  members(): readonly MemberView[] {
    return this.#observed.core.members(this.#now());
  }

  explain(name: NodeName): Explanation | undefined {
    return this.#observed.core.explain(name, this.#now());
  }

  changes(from: number): ChangePage {
    const next = this.#next();
    const first = next - this.#kept.length;
    return { changes: this.#kept.slice(Math.max(0, from - first)), next, first };
  }

  history(sinceMs: number): HistoryPart {
    return this.#history.part(sinceMs);
  }

  links(): Promise<readonly LinkReport[]> {
    const { core } = this.#observed;
    const asked = surveyed(this.members(), (name) => core.observersOf(name));
    const reports = asked.map(({ name }) => ({ name, links: this.#linksOf(name) }));
    this.#history.links(new LinkMatrix(reports).findings());
    return Promise.resolve(reports);
  }

  watch(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Looks through `node` from now on. */
  observe(node: SimNode): void {
    if (node === this.#observed) return;
    this.#observed = node;
    // What both have seen is told already.
    const { changesForgotten, changes } = node.core;
    this.#taken = changesForgotten + changes.filter(({ at }) => at <= this.#advancedAt).length;
  }

  /** To be called when virtual time has passed, or something was done: tells who watches. */
  advance(): void {
    if (this.#observed.state !== "running") this.#takeOver();
    const before = this.#next();
    this.#takeChanges();
    const shown = JSON.stringify([this.name, this.standing(), this.health()]);
    this.#advancedAt = this.#now();
    if (shown === this.#shown && this.#next() === before) return;
    this.#shown = shown;
    for (const listener of this.#listeners) listener();
  }

  #now(): number {
    return Math.floor(this.#cluster.world.now);
  }

  /** The number of the next change. */
  #next(): number {
    return (this.#kept.at(-1)?.number ?? -1) + 1;
  }

  /** The first node that runs, one that has joined if there is one; none runs: all stays as it is. */
  #takeOver(): void {
    const running = this.#cluster.nodes.filter(({ state }) => state === "running");
    const joined = running.filter((node) => this.#cluster.isRegistered(node));
    const next = joined[0] ?? running[0];
    if (next !== undefined) this.observe(next);
  }

  #takeChanges(): void {
    const { changesForgotten, changes } = this.#observed.core;
    for (const { at, ...change } of changes.slice(Math.max(0, this.#taken - changesForgotten))) {
      const number = this.#next();
      this.#kept.push({ ...change, number, time: this.#cluster.wallTimeAt(at) });
      this.#history.add([{ ...change, number, at }]);
    }
    this.#taken = changesForgotten + changes.length;
    this.#kept.splice(0, this.#kept.length - changesKeptMax);
  }

  /** What a node tells of its links; `undefined` if the question does not reach it. */
  #linksOf(name: NodeName): LinkReport["links"] {
    const node = this.#cluster.find(name);
    if (node === undefined || node.state !== "running") return undefined;
    const { network } = this.#cluster.world;
    const isReached = network.reaches(this.#observed, node) &&
      network.reaches(node, this.#observed);
    return node === this.#observed || isReached ? node.core.links(this.#now()) : undefined;
  }
}
