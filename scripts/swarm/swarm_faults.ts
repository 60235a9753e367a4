/**
 * What befalls a random cluster.
 *
 * @module
 */
import { unreachable } from "../../lib/core/base/assert.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { profileTimings } from "../../lib/core/base/profile.ts";
import type { Profile } from "../../lib/core/base/profile.ts";
import { shuffled } from "../../lib/core/base/random.ts";
import type { Random } from "../../lib/core/base/random.ts";
import type { Invariants } from "./invariants.ts";
import type { Reach } from "./reach.ts";
import { breakRegistry, registryFaults } from "../../lib/simulation/registry_faults.ts";
import type { SimNode, SimNodeOptions } from "../../lib/simulation/sim_node.ts";
import { drawFault, onceIn, pick } from "./swarm_config.ts";
import type { SwarmConfig, SwarmFault } from "./swarm_config.ts";
import type { World } from "../../lib/simulation/world.ts";

/** Longest time for which a node may be held up without being called dead, in milliseconds. */
const pauseMaxMs: Readonly<Record<Profile, number>> = { local: 1000, lan: 2000, wan: 2000 };

/** What the faults act upon. */
export interface SwarmParts {
  readonly world: World;
  readonly reach: Reach;
  readonly invariants: Invariants;
  readonly config: SwarmConfig;
}

/** Lets things happen to one world. */
export class SwarmFaults {
  /** Names that have said goodbye while everybody could hear it, and were not used again. */
  readonly left = new Set<string>();
  /** How the next node that starts differs from the others. */
  surprise: () => SimNodeOptions = () => ({});
  readonly #parts: SwarmParts;
  readonly #random: Random;
  #isRegistryWell = true;
  #started = 0;
  #hosts = 0;

  constructor(parts: SwarmParts, random: Random) {
    this.#parts = parts;
    this.#random = random;
  }

  /** Starts a node that nobody has heard of. */
  startNewcomer(): void {
    const number = ++this.#started;
    this.#start(`n${number}@10.0.0.${number}`, `10.0.0.${number}`, 4000);
  }

  /** Lets something happen. */
  happen(): void {
    this.#do(drawFault(this.#random));
    this.#parts.reach.review();
  }

  /** Ends all that is wrong. Who is gone stays gone. */
  heal(): void {
    const { world, reach } = this.#parts;
    this.#note("everything heals");
    world.network.loss = 0;
    world.network.heal();
    world.registry.mend();
    this.#isRegistryWell = true;
    // Who goes on now first takes in what it was told while others were cut off.
    reach.shake();
    for (const node of world.nodes) node.thaw();
    reach.review();
    reach.shake();
  }

  #do(fault: SwarmFault): void {
    switch (fault) {
      case "kill":
        return this.#kill();
      case "restart":
        return this.#restart(false);
      case "restart-elsewhere":
        return this.#restart(true);
      case "freeze":
        return this.#freeze();
      case "pause":
        return this.#pause();
      case "unplug":
        return this.#unplug();
      case "leave":
        return this.#leave();
      case "newcomer":
        if (this.#living().length < 30) this.startNewcomer();
        return;
      case "twin":
        return this.#twin();
      case "cut":
        return this.#cut();
      case "partition":
        return this.#partition();
      case "registry":
        return this.#breakRegistry();
      case "forget-dead":
        return this.#forget(this.#pickDead());
      case "forget-living":
        return this.#forget(this.#any());
      default:
        return unreachable(fault);
    }
  }

  /** Starts a node. */
  start(name: string, host: string, port: number): void {
    this.#start(name, host, port);
  }

  #start(name: string, host: string, port: number): void {
    const { world, reach, config } = this.#parts;
    const isTaken = world.nodes.some(({ state, address }) =>
      state !== "dead" && address.host === host && address.port === port
    );
    if (isTaken) return;
    this.left.delete(name);
    this.#note(`${name} starts at ${host}:${port}`);
    world.start(name, {
      host,
      port,
      // At random, as real ones are: an heir may stand before or behind the one before it.
      instance: [0, 1, 2, 3].map(() => this.#random.next().toString(16).padStart(8, "0")).join(""),
      intervalMs: config.intervalMs,
      fullMesh: config.fullMesh,
      timings: profileTimings[config.profile],
      ...this.surprise(),
    });
    reach.review();
  }

  #kill(): void {
    const node = this.#any();
    if (node === undefined || this.#living().length < 2) return;
    this.#note(`${node.core.name} is killed`);
    this.#parts.world.kill(node);
  }

  /** Brings somebody back who has died, or may have. */
  #restart(elsewhere: boolean): void {
    const node = this.#pickDead();
    if (node === undefined) return;
    const { host, port } = node.address;
    const moved = `10.0.1.${++this.#hosts}`;
    this.#start(node.core.name, elsewhere ? moved : host, port);
  }

  #freeze(): void {
    const node = this.#any();
    if (node === undefined) return;
    const forMs = 4000 + this.#random.below(20_000);
    this.#note(`${node.core.name} freezes for ${forMs} ms`);
    node.freeze();
    this.#after(forMs, () => this.#thaw(node));
  }

  #pause(): void {
    const node = this.#any();
    if (node === undefined) return;
    const { reach, config } = this.#parts;
    const forMs = 1 + this.#random.below(pauseMaxMs[config.profile]);
    this.#note(`${node.core.name} is held up for ${forMs} ms`);
    reach.pause(node, true);
    node.freeze();
    this.#after(forMs, () => {
      this.#thaw(node);
      reach.pause(node, false);
    });
  }

  #thaw(node: SimNode): void {
    if (node.state !== "frozen") return;
    this.#note(`${node.core.name} goes on`);
    node.thaw();
  }

  #unplug(): void {
    const node = this.#any();
    if (node === undefined) return;
    const { network } = this.#parts.world;
    const forMs = 2000 + this.#random.below(20_000);
    this.#note(`${node.core.name} is unplugged for ${forMs} ms`);
    network.unplug(node);
    this.#after(forMs, () => {
      if (network.isPlugged(node)) return;
      this.#note(`${node.core.name} is plugged in`);
      network.plug(node);
    });
  }

  #leave(): void {
    const node = this.#any();
    if (node === undefined || this.#living().length < 2) return;
    const { reach } = this.#parts;
    this.#note(`${node.core.name} leaves`);
    const isHeard = this.#isRegistryWell && reach.living().every((other) => reach.isSound(other));
    if (isHeard) this.left.add(node.core.name);
    reach.leaving.add(node);
    node.take({ kind: "leave" });
  }

  /** Somebody uses a name that has an owner. */
  #twin(): void {
    const node = this.#any();
    if (node !== undefined) this.#start(node.core.name, `10.0.2.${++this.#hosts}`, 4000);
  }

  #cut(): void {
    const [from, to] = shuffled(this.#living(), this.#random);
    if (from === undefined || to === undefined) return;
    this.#note(`${from.core.name} → ${to.core.name} carries nothing`);
    this.#parts.world.network.cut(from, to);
  }

  #partition(): void {
    const nodes = shuffled(this.#living(), this.#random);
    if (nodes.length < 2) return;
    const { world: { network }, reach } = this.#parts;
    const minority = new Set(nodes.slice(0, 1 + this.#random.below(nodes.length >> 1)));
    const forMs = 2000 + this.#random.below(20_000);
    const names = [...minority].map(({ core }) => core.name).join(", ");
    this.#note(`${names}: cut off from the others for ${forMs} ms`);
    network.divide(minority);
    reach.shake();
    this.#after(forMs, () => {
      this.#note("nobody is cut off any more");
      network.unite();
      reach.shake();
    });
  }

  #breakRegistry(): void {
    const { registry, now } = this.#parts.world;
    registry.mend();
    const fault = onceIn(4, this.#random) ? undefined : pick(registryFaults, this.#random);
    this.#note(`the registry is ${fault ?? "well"}`);
    this.#isRegistryWell = fault === undefined;
    // The rows of those who have left come back as well.
    if (fault === "rolled-back") this.left.clear();
    if (fault !== undefined) breakRegistry(registry, fault, now);
  }

  #forget(subject: SimNode | undefined): void {
    const asked = this.#any();
    if (asked === undefined || subject === undefined) return;
    const { name } = subject.core;
    this.#note(`${asked.core.name} is asked to forget ${name}`);
    this.#parts.invariants.forgetAsked(name);
    asked.take({ kind: "forget", name: name as NodeName, dryRun: false, reply: 1 });
  }

  /** The last one of a name that nobody living has. */
  #pickDead(): SimNode | undefined {
    const { nodes } = this.#parts.world;
    const living = new Set(
      nodes.filter(({ state }) => state !== "dead").map(({ core }) => core.name),
    );
    return pick(nodes.filter(({ core }) => !living.has(core.name)), this.#random);
  }

  #living(): SimNode[] {
    return this.#parts.world.nodes.filter(({ state }) => state === "running");
  }

  #any(): SimNode | undefined {
    return pick(this.#living(), this.#random);
  }

  #after(delayMs: number, run: () => void): void {
    const { world, reach } = this.#parts;
    world.after(delayMs, () => {
      run();
      reach.review();
    });
  }

  #note(what: string): void {
    const { story, now } = this.#parts.world;
    story.push({ at: now, who: "—", what });
  }
}
