/**
 * Kinds of trouble of which a random cluster has one or two, or none, so that each comes again and
 * again where it does: clocks that run fast or slow, a registry that single nodes see otherwise than
 * the others, lines that get slow or lossy, processes that stand still time and again, or come back
 * after somebody has taken their name, and networks of strange shapes.
 *
 * What they draw is apart from all other chance, so that clusters without them go on as they did.
 *
 * @module
 */
import { unreachable } from "../../lib/core/base/assert.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { seededRandom, shuffled } from "../../lib/core/base/random.ts";
import type { Random } from "../../lib/core/base/random.ts";
import { countsAsAlive } from "../../lib/core/members/member.ts";
import type { SimNode, SimNodeOptions } from "../../lib/simulation/sim_node.ts";
import { noTrouble } from "../../lib/simulation/sim_registry.ts";
import type { RegistryTrouble } from "../../lib/simulation/sim_registry.ts";
import { onceIn, pick } from "./swarm_config.ts";
import type { SwarmFaults, SwarmParts } from "./swarm_faults.ts";
import { missingLinks } from "./swarm_shapes.ts";
import type { Shape } from "./swarm_shapes.ts";

/** Tells apart what is drawn here from what makes up the cluster. */
const salt = 0x1b873593;

/** Longest pause between two troubles of one kind, in milliseconds. */
const pauseMaxMs = 6000;

/** Most that run before nobody else starts. */
const livingMax = 25;

const troubles = [
  "clocks",
  "intervals",
  "registry",
  "slow",
  "lossy",
  "flap",
  "zombie",
  "twins",
  "forget-absent",
  "storm",
  "describe",
  "flicker",
  "shape",
] as const;

/** A kind of trouble. */
export type Trouble = typeof troubles[number];

/** Makes trouble in one world. */
export class SwarmTroubles {
  /** Those of this cluster. */
  readonly kinds: ReadonlySet<Trouble>;
  readonly #parts: SwarmParts;
  readonly #faults: SwarmFaults;
  readonly #random: Random;
  #until = -Infinity;
  #count = 0;
  #isShaped = false;

  constructor(parts: SwarmParts, faults: SwarmFaults, seed: number) {
    this.#parts = parts;
    this.#faults = faults;
    const random = this.#random = seededRandom(seed ^ salt);
    const count = onceIn(2, random) ? 1 + random.below(2) : 0;
    this.kinds = new Set(Array.from({ length: count }, () => pick(troubles, random) ?? "flap"));
    if (count > 0) faults.surprise = () => this.#surprise();
  }

  /** Goes on until `until`, in virtual milliseconds. */
  begin(until: number): void {
    this.#until = until;
    for (const kind of this.kinds) this.#repeat(kind);
  }

  /** Ends all of it but for what the world heals itself. */
  heal(): void {
    this.#until = -Infinity;
    this.#isShaped = false;
    for (const node of this.#parts.world.nodes) this.#parts.reach.afflict(node, false);
  }

  /** How a node that starts differs from the others. */
  #surprise(): SimNodeOptions {
    const random = this.#random;
    const clock = { offsetMs: random.below(1_000_000_000), rate: 0.9 + random.below(201) / 1000 };
    const intervalMs = pick([500, 1000, 2000, 3000], random) ?? 1000;
    return {
      ...this.kinds.has("clocks") && { clock },
      ...this.kinds.has("intervals") && { intervalMs, fullMesh: onceIn(2, random) },
      ...this.kinds.has("describe") && { service: { state: "starting", reason: "" } },
    };
  }

  #repeat(kind: Trouble): void {
    const pauseMs = 1 + this.#random.below(pauseMaxMs);
    this.#after(pauseMs, () => {
      const node = pick(this.#living(), this.#random);
      if (node !== undefined) this.#do(kind, node);
      this.#repeat(kind);
    });
  }

  #do(kind: Trouble, node: SimNode): void {
    const random = this.#random;
    const { network } = this.#parts.world;
    const forMs = 1000 + random.below(12_000);
    switch (kind) {
      case "clocks":
      case "intervals":
        return;
      case "registry":
        return this.#breakRegistry(forMs);
      case "slow":
        return this.#worsen(node, network.slow, pick([100, 300, 1000, 4000], random) ?? 0, forMs);
      case "lossy":
        return this.#worsen(node, network.lossy, (10 + random.below(50)) / 100, forMs);
      case "flap":
        this.#note(`${node.core.name} stands still time and again`);
        this.#parts.reach.afflict(node, true);
        return this.#flap(node, 3 + random.below(8));
      case "zombie":
        return this.#zombie(node);
      case "twins":
        return this.#twins();
      case "forget-absent":
        return this.#forgetAbsent(node);
      case "storm":
        return this.#storm();
      case "describe": {
        const state = pick(["ready", "failing", "draining"] as const, random) ?? "ready";
        const count = `${++this.#count}`;
        return node.take({ kind: "described", service: { state, reason: count }, tags: { count } });
      }
      case "flicker":
        return this.#flicker(3 + random.below(6));
      case "shape":
        return this.#shape(forMs);
      default:
        return unreachable(kind);
    }
  }

  /** Some nodes see the registry otherwise than the others. */
  #breakRegistry(forMs: number): void {
    const random = this.#random;
    const { registry } = this.#parts.world;
    const change = pick<Partial<RegistryTrouble>>([
      { awayBecause: "connection refused" },
      { readOnlyBecause: "read-only file system" },
      { liesBecause: "connection reset" },
      { isEmpty: true },
      { staleMs: 1000 + random.below(60_000) },
      { latencyMs: 3000 },
    ], random);
    const some = this.#some();
    this.#note(`${namesOf(some)} see the registry so: ${JSON.stringify(change)}`);
    for (const { instance } of some) registry.troubles.set(instance, { ...noTrouble, ...change });
    this.#after(forMs, () => some.forEach(({ instance }) => registry.troubles.delete(instance)));
  }

  /** The line of a host gets worse for a while. */
  #worsen(node: SimNode, lines: Map<string, number>, by: number, forMs: number): void {
    const { host } = node.address;
    this.#note(`the line of ${node.core.name} is worse by ${by}`);
    lines.set(host, by);
    this.#after(forMs, () => void lines.delete(host));
  }

  #flap(node: SimNode, times: number): void {
    if (times === 0 || node.state === "dead") return this.#parts.reach.afflict(node, false);
    node.freeze();
    this.#after(300 + this.#random.below(5000), () => {
      node.thaw();
      this.#after(this.#random.below(2500), () => this.#flap(node, times - 1));
    });
  }

  /** A process stands still, another one takes its name, and it goes on. */
  #zombie(node: SimNode): void {
    const { name } = node.core;
    const { host, port } = node.address;
    const isElsewhere = onceIn(2, this.#random);
    this.#note(`${name} stands still, and is taken for dead`);
    node.freeze();
    this.#after(this.#random.below(8000), () => {
      const count = ++this.#count;
      if (isElsewhere) this.#faults.start(name, `10.0.3.${count}`, 4000);
      else this.#faults.start(name, host, port + count);
      this.#after(this.#random.below(15_000), () => {
        this.#note(`the former ${name} goes on`);
        node.thaw();
      });
    });
  }

  /** Several start under one new name, nearly at once. */
  #twins(): void {
    if (this.#living().length > livingMax) return;
    const number = ++this.#count;
    for (let twin = this.#random.below(3) + 2; twin > 0; twin--) {
      const delayMs = onceIn(2, this.#random) ? 0 : this.#random.below(50);
      this.#after(delayMs, () => {
        this.#faults.start(`t${number}@10.0.6.1`, `10.0.6.${number * 5 + twin}`, 4000);
      });
    }
  }

  /** A node is asked to forget one that it does not reach, and that may run. */
  #forgetAbsent(node: SimNode): void {
    const absent = node.core.members(node.now).filter(({ status }) => !countsAsAlive(status));
    const name = pick(absent, this.#random)?.name;
    if (name === undefined || !this.#parts.world.nodes.some(({ core }) => core.name === name)) {
      return;
    }
    this.#note(`${node.core.name} is asked to forget ${name}, which it does not reach`);
    this.#parts.invariants.forgetAsked(name);
    node.take({ kind: "forget", name: name as NodeName, dryRun: false, reply: 1 });
  }

  /** Many start while half of all are killed. */
  #storm(): void {
    const living = this.#living();
    if (living.length > livingMax) return;
    for (let count = 3 + this.#random.below(5); count > 0; count--) {
      this.#after(this.#random.below(500), () => this.#faults.startNewcomer());
    }
    for (const node of shuffled(living, this.#random).slice(0, living.length >> 1)) {
      this.#after(this.#random.below(500), () => {
        if (node.state !== "running" || this.#living().length < 2) return;
        this.#note(`${node.core.name} is killed`);
        this.#parts.world.kill(node);
      });
    }
  }

  /** Some are cut off from the others, and not, and again. */
  #flicker(times: number, minority: ReadonlySet<SimNode> = new Set(this.#some())): void {
    if (times === 0) return;
    const { world: { network }, reach } = this.#parts;
    this.#note(`${namesOf(minority)}: cut off from the others for a moment`);
    network.divide(minority);
    reach.shake();
    this.#after(500 + this.#random.below(4000), () => {
      network.unite();
      reach.shake();
      this.#after(200 + this.#random.below(3000), () => this.#flicker(times - 1, minority));
    });
  }

  /** The network takes a strange shape for a while. */
  #shape(forMs: number): void {
    const { world: { network }, reach } = this.#parts;
    const nodes = shuffled(this.#living(), this.#random);
    if (this.#isShaped || nodes.length < 3) return;
    const shape = pick<Shape>(["bridge", "ring", "holes", "one-way"], this.#random) ?? "ring";
    const links = missingLinks(shape, nodes.length, this.#random)
      .map(([from, to]) => [nodes[from] as SimNode, nodes[to] as SimNode] as const);
    this.#note(`the network becomes a ${shape} of ${namesOf(nodes)}`);
    this.#isShaped = true;
    for (const [from, to] of links) network.cut(from, to);
    for (const node of nodes) reach.afflict(node, true);
    this.#after(forMs, () => {
      this.#note("the network is whole again");
      this.#isShaped = false;
      for (const [from, to] of links) network.mend(from, to);
      for (const node of nodes) reach.afflict(node, false);
      reach.shake();
    });
  }

  /** One or more of those that run. */
  #some(): SimNode[] {
    const living = shuffled(this.#living(), this.#random);
    return living.slice(0, 1 + this.#random.below(Math.max(1, living.length)));
  }

  #living(): SimNode[] {
    return this.#parts.world.nodes.filter(({ state }) => state === "running");
  }

  /** Lets `run` happen then, unless everything has healed meanwhile. */
  #after(delayMs: number, run: () => void): void {
    const { world, reach } = this.#parts;
    const until = this.#until;
    if (world.now + delayMs >= until) return;
    world.after(delayMs, () => {
      if (until !== this.#until) return;
      run();
      reach.review();
    });
  }

  #note(what: string): void {
    const { story, now } = this.#parts.world;
    story.push({ at: now, who: "—", what });
  }
}

function namesOf(nodes: Iterable<SimNode>): string {
  return [...nodes].map(({ core }) => core.name).join(", ");
}
