/**
 * The faults of a scenario: each is done to a world, told to the truth and noted in the timeline.
 *
 * @module
 */
import type { Random } from "../core/base/random.ts";
import { breakRegistry } from "./registry_faults.ts";
import type { RegistryFault } from "./registry_faults.ts";
import type { SimNode } from "./sim_node.ts";
import type { Timeline } from "./timeline.ts";
import type { Truth } from "./truth.ts";
import type { World } from "./world.ts";

interface NodeEnd {
  /** What is said of the node at that moment. */
  readonly happens: string;
  /** What is said of such nodes in the end. */
  readonly happened: string;
  begin(world: World, node: SimNode): void;
}

/** What can befall a node. */
export const nodeFaults = {
  kill: {
    happens: "is killed",
    happened: "killed",
    begin: (world, node) => world.kill(node),
  },
  freeze: {
    happens: "is frozen",
    happened: "frozen",
    begin: (_, node) => node.freeze(),
  },
  unplug: {
    happens: "is unplugged",
    happened: "unplugged",
    begin: (world, node) => world.unplug(node),
  },
  leave: {
    happens: "is told to leave",
    happened: "left",
    begin: (_, node) => node.take({ kind: "leave" }),
  },
} as const satisfies Readonly<Record<string, NodeEnd>>;

/** One of {@linkcode nodeFaults}. */
export type NodeFault = keyof typeof nodeFaults;

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
  readonly #parts: FaultParts;
  #endAt: number;

  constructor(parts: FaultParts) {
    this.#parts = parts;
    this.#endAt = parts.world.now;
  }

  /** When the last fault ends that can be mended, in virtual milliseconds. */
  get endAt(): number {
    return this.#endAt;
  }

  /** Ends a node. */
  end(node: SimNode, fault: NodeFault): void {
    const { world, truth, timeline } = this.#parts;
    const { happens, begin }: NodeEnd = nodeFaults[fault];
    timeline.note(`${node.core.name} ${happens}`);
    truth.gone(node);
    begin(world, node);
  }

  /** Holds up each node once, at a moment of its own. */
  pause(nodes: readonly SimNode[], pauseMs: number): void {
    const { world, random, durationMs } = this.#parts;
    const latestMs = Math.max(1, durationMs - pauseMs);
    for (const node of nodes) {
      const startMs = random.below(latestMs);
      world.after(startMs, () => node.freeze());
      world.after(startMs + pauseMs, () => node.thaw());
    }
    this.#until(world.now + durationMs);
  }

  /** Cuts a third of the nodes off from the others. */
  divide(nodes: readonly SimNode[], partitionMs: number): void {
    const { world, truth, timeline } = this.#parts;
    const minority = new Set(nodes.slice(0, Math.max(1, Math.floor(nodes.length / 3))));
    world.network.divide(minority);
    truth.divided(minority);
    const are = minority.size === 1 ? "is" : "are";
    timeline.note(`${minority.size} of ${nodes.length} ${are} cut off from the others`);
    world.after(partitionMs, () => {
      world.network.unite();
      truth.united();
      timeline.note("they are no longer cut off");
    });
    this.#until(world.now + partitionMs);
  }

  cutOneWay(nodes: readonly SimNode[], count: number): void {
    const { world, timeline, random, durationMs } = this.#parts;
    const cut = new Set<string>();
    const any = (): SimNode => nodes[random.below(nodes.length)] as SimNode;
    const most = Math.min(count, nodes.length * (nodes.length - 1));
    while (cut.size < most) {
      const [from, to] = [any(), any()];
      const link = `${from.core.name} → ${to.core.name}`;
      if (from === to || cut.has(link)) continue;
      cut.add(link);
      world.network.cut(from, to);
      timeline.note(`${link} carries nothing`);
    }
    this.#until(world.now + durationMs);
  }

  /** Lets the registry misbehave until the end. */
  breakRegistry(fault: RegistryFault): void {
    const { world: { registry, now }, timeline, durationMs } = this.#parts;
    timeline.note(`the registry is ${fault}`);
    this.#until(now + durationMs);
    breakRegistry(registry, fault, now);
  }

  #until(at: number): void {
    this.#endAt = Math.max(this.#endAt, at);
  }
}
