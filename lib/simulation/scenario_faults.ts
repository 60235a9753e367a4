/**
 * The faults of a scenario: each is done to a world, told to the truth and noted in the timeline.
 *
 * @module
 */
import { unreachable } from "../core/base/assert.ts";
import type { Random } from "../core/base/random.ts";
import { breakRegistry } from "./registry_faults.ts";
import type { RegistryFault } from "./scenario.ts";
import type { SimNode } from "./sim_node.ts";
import type { Timeline } from "./timeline.ts";
import type { Truth } from "./truth.ts";
import type { World } from "./world.ts";

/** What can befall a node. */
export type NodeFault = "kill" | "freeze" | "unplug" | "leave";

/** What faults are done to. */
export interface FaultParts {
  readonly world: World;
  readonly truth: Truth;
  readonly timeline: Timeline;
  readonly random: Random;
  /** How long the world is watched from now on, in milliseconds. */
  readonly durationMs: number;
}

/** Does faults, and knows when the last of them ends. */
export class Faults {
  readonly #world: World;
  readonly #truth: Truth;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #durationMs: number;
  #endAt: number;

  constructor({ world, truth, timeline, random, durationMs }: FaultParts) {
    this.#world = world;
    this.#truth = truth;
    this.#timeline = timeline;
    this.#random = random;
    this.#durationMs = durationMs;
    this.#endAt = world.now;
  }

  /** When the last fault ends that can be mended, in virtual milliseconds. */
  get endAt(): number {
    return this.#endAt;
  }

  /** Ends a node. */
  end(node: SimNode, fault: NodeFault): void {
    this.#timeline.note(`${node.core.name} ${endWords(fault)}`);
    this.#truth.gone(node);
    inflict(this.#world, fault, node);
  }

  /** Holds up each node once, at a moment of its own. */
  pause(nodes: readonly SimNode[], pauseMs: number): void {
    const latestMs = Math.max(1, this.#durationMs - pauseMs);
    for (const node of nodes) {
      const startMs = this.#random.below(latestMs);
      this.#world.after(startMs, () => node.freeze());
      this.#world.after(startMs + pauseMs, () => node.thaw());
    }
    this.#until(this.#world.now + this.#durationMs);
  }

  /** Cuts a third of the nodes off from the others. */
  divide(nodes: readonly SimNode[], partitionMs: number): void {
    const minority = new Set(nodes.slice(0, Math.max(1, Math.floor(nodes.length / 3))));
    this.#world.network.divide(minority);
    this.#truth.divided(minority);
    this.#timeline.note(`${minority.size} of ${nodes.length} are cut off from the others`);
    this.#world.after(partitionMs, () => {
      this.#world.network.unite();
      this.#truth.united();
      this.#timeline.note("they are no longer cut off");
    });
    this.#until(this.#world.now + partitionMs);
  }

  cutOneWay(nodes: readonly SimNode[], count: number): void {
    const cut = new Set<string>();
    const any = (): SimNode => nodes[this.#random.below(nodes.length)] as SimNode;
    const most = Math.min(count, nodes.length * (nodes.length - 1));
    while (cut.size < most) {
      const [from, to] = [any(), any()];
      const link = `${from.core.name} → ${to.core.name}`;
      if (from === to || cut.has(link)) continue;
      cut.add(link);
      this.#world.network.cut(from, to);
      this.#timeline.note(`${link} carries nothing`);
    }
    this.#until(this.#world.now + this.#durationMs);
  }

  /** Lets the registry misbehave until the end. */
  breakRegistry(fault: RegistryFault): void {
    const { registry, now } = this.#world;
    this.#timeline.note(`the registry is ${fault}`);
    this.#until(now + this.#durationMs);
    breakRegistry(registry, fault, now);
  }

  #until(at: number): void {
    this.#endAt = Math.max(this.#endAt, at);
  }
}

function inflict(world: World, fault: NodeFault, node: SimNode): void {
  switch (fault) {
    case "kill":
      return world.kill(node);
    case "freeze":
      return node.freeze();
    case "unplug":
      return world.unplug(node);
    case "leave":
      return node.take({ kind: "leave" });
    default:
      return unreachable(fault);
  }
}

function endWords(fault: NodeFault): string {
  switch (fault) {
    case "kill":
      return "is killed";
    case "freeze":
      return "is frozen";
    case "unplug":
      return "is unplugged";
    case "leave":
      return "is told to leave";
    default:
      return unreachable(fault);
  }
}
