/**
 * A cluster that lives in virtual time, to which things can be done while it runs.
 *
 * The world of the simulation carries it; here stands which nodes there are, what was done to them
 * and to their network, and how that is taken back.
 *
 * @module
 */
import { localName } from "../../core/base/name.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { Settings } from "../../core/settings.ts";
import type { SimNode } from "../../simulation/sim_node.ts";
import { World } from "../../simulation/world.ts";

/** What a cluster is made of. */
export interface SimulatedClusterOptions {
  readonly seed: number;
  /** One-way delay of a message, in milliseconds, plus up to as much again by chance. */
  readonly latencyMs: number;
  /** How its nodes differ from those of a simulation. */
  readonly settings?: Partial<Settings>;
  /** What the wall clock shows when virtual time begins, in milliseconds since 1970. */
  readonly begunAt: number;
}

/** A direction in which a link carries nothing. */
export interface Cut {
  readonly from: NodeName;
  readonly to: NodeName;
}

/** Most nodes of such a cluster, the dead ones included. */
export const clusterNodesMax = 1000;

/** Zones of the nodes, one after the other. */
const zones = ["eu-1", "eu-2", "us-1"] as const;

/** What nodes do, one after the other. */
const roles = ["web", "db", "worker", "cache"] as const;

/** Nodes in virtual time, and what is wrong with them. */
export class SimulatedCluster {
  readonly world: World;
  readonly #options: SimulatedClusterOptions;
  /** The last run of each node, in the order of their first starts. */
  readonly #nodes = new Map<NodeName, SimNode>();
  readonly #registered = new Set<SimNode>();
  readonly #unplugged = new Set<NodeName>();
  #cuts: readonly Cut[] = [];
  #group: ReadonlySet<NodeName> = new Set();

  constructor(options: SimulatedClusterOptions) {
    const { seed, latencyMs } = options;
    this.#options = options;
    this.world = new World({ seed, latencyMs, keepStory: false });
    this.world.onStep = (node, effects) => {
      if (effects.some(({ kind }) => kind === "joined")) this.#registered.add(node);
    };
  }

  /** The last run of each node, in the order of their first starts. */
  get nodes(): readonly SimNode[] {
    return [...this.#nodes.values()];
  }

  get cuts(): readonly Cut[] {
    return this.#cuts;
  }

  /** Those that are cut off from all others, if there are any. */
  get group(): readonly NodeName[] {
    return [...this.#group];
  }

  /** What the wall clocks of its nodes show, in milliseconds since 1970. */
  get wallTime(): number {
    return this.wallTimeAt(this.world.now);
  }

  /** What they showed at a moment of virtual time. */
  wallTimeAt(at: number): number {
    return this.#options.begunAt + Math.floor(at);
  }

  /** The node that is meant by a full or a short name. */
  find(name: string): SimNode | undefined {
    return this.#nodes.get(name as NodeName) ??
      this.nodes.find(({ core }) => localName(core.name) === name);
  }

  isPlugged({ core }: SimNode): boolean {
    return !this.#unplugged.has(core.name);
  }

  isRegistered(node: SimNode): boolean {
    return this.#registered.has(node) && node.state !== "dead";
  }

  /** Starts a node with the next name and address; its tags say a zone and a role. */
  add(settings: Partial<Settings> = {}): SimNode {
    const index = this.#nodes.size;
    const number = index + 1;
    const host = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    const tags = {
      role: roles[Math.floor(index / zones.length) % roles.length] as string,
      zone: zones[index % zones.length] as string,
    };
    return this.#start(`n${number}@${host}` as NodeName, { tags, ...settings });
  }

  /** Starts `node` again under its name; one that runs is killed before. */
  restart(node: SimNode): SimNode {
    this.kill(node);
    const { tags, service } = node.settings;
    const started = this.#start(node.core.name, { tags, service });
    this.#applyNetwork();
    return started;
  }

  kill(node: SimNode): void {
    this.world.kill(node);
  }

  unplug({ core }: SimNode): void {
    this.#unplugged.add(core.name);
    this.#applyNetwork();
  }

  plug({ core }: SimNode): void {
    this.#unplugged.delete(core.name);
    this.#applyNetwork();
  }

  /** From now on nothing that `from` sends arrives at `to`. */
  cut(from: SimNode, to: SimNode): void {
    const cut = { from: from.core.name, to: to.core.name };
    this.#cuts = [...this.#cuts.filter((one) => !isSame(one, cut)), cut];
    this.#applyNetwork();
  }

  /** Cuts `group` off from all others, instead of the group that was before. */
  divide(group: readonly SimNode[]): void {
    this.#group = new Set(group.map(({ core }) => core.name));
    this.#applyNetwork();
  }

  /** Mends the link between two nodes, both ways. */
  mend({ core: one }: SimNode, { core: other }: SimNode): void {
    const [there, back] = [
      { from: one.name, to: other.name },
      { from: other.name, to: one.name },
    ];
    this.#cuts = this.#cuts.filter((cut) => !isSame(cut, there) && !isSame(cut, back));
    this.#applyNetwork();
  }

  /** Mends the whole network. */
  heal(): void {
    this.#cuts = [];
    this.#group = new Set();
    this.#unplugged.clear();
    this.#applyNetwork();
  }

  #start(name: NodeName, settings: Partial<Settings>): SimNode {
    const startedAt = new Date(this.wallTime).toISOString();
    const node = this.world.start(name, { ...this.#options.settings, ...settings, startedAt });
    this.#nodes.set(name, node);
    return node;
  }

  /** The network knows runs of nodes; what is wrong with it outlasts them. */
  #applyNetwork(): void {
    const { network } = this.world;
    const runOf = (name: NodeName): SimNode => this.#nodes.get(name) as SimNode;
    network.heal();
    for (const name of this.#unplugged) network.unplug(runOf(name));
    for (const { from, to } of this.#cuts) network.cut(runOf(from), runOf(to));
    if (this.#group.size > 0) network.divide(new Set([...this.#group].map(runOf)));
  }
}

function isSame(one: Cut, other: Cut): boolean {
  return one.from === other.from && one.to === other.to;
}
