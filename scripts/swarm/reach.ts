/**
 * Who is sound: runs, and is where enough others reach it, and has been for a while.
 *
 * Of a sound node nobody that is sound itself may say that it is gone, and nobody may take its row
 * out. All of this is read off the world, so that whatever is done to it counts.
 *
 * @module
 */
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import type { World } from "../../lib/simulation/world.ts";

/** Most others that a sound node may not be able to talk with, through links that are cut. */
const hamperedMax = 1;

/** Fewest others that must reach a node of which some do not, and know it: else they cannot help. */
const reachingMin = 2;

/** Keeps account of who is sound, and since when. */
export class Reach {
  /** Nodes that are held up, but not for long enough to be called dead. */
  readonly #pausing = new Set<SimNode>();
  #pausedUntil = -Infinity;
  /** Nodes that have been told to leave. */
  readonly leaving = new Set<SimNode>();
  readonly #joined = new Set<SimNode>();
  readonly #world: World;
  readonly #graceMs: number;
  readonly #names = new Set<string>();
  readonly #soundSince = new Map<SimNode, number>();
  readonly #disturbedAt = new Map<SimNode, number>();
  readonly #afflicted = new Set<SimNode>();
  readonly #slanderedAt = new Map<SimNode, number>();

  /** @param graceMs for so long after its end a fault excuses what is said about it */
  constructor(world: World, graceMs: number) {
    this.#world = world;
    this.#graceMs = graceMs;
  }

  /** Processes that have not ended. */
  living(): SimNode[] {
    return this.#world.nodes.filter(({ state }) => state !== "dead");
  }

  /** True if there is a process with that name. */
  lives(name: string): boolean {
    return this.living().some(({ core }) => core.name === name);
  }

  /** The node of that name that started last. */
  named(name: string): SimNode | undefined {
    return this.#world.nodes.findLast(({ core }) => core.name === name);
  }

  /** A node has become part of the cluster; before that it can neither help nor be called gone. */
  joined(node: SimNode): void {
    this.#joined.add(node);
    this.review();
  }

  /** Something was done to the world: looks who is sound now. */
  review(): void {
    const living = this.living();
    for (const node of this.#world.nodes) {
      if (!this.#isSoundAmong(node, living)) {
        this.#soundSince.delete(node);
      } else if (!this.#soundSince.has(node)) {
        // Nothing old can be said about a name that nobody has had.
        const isNew = !this.#names.has(node.core.name);
        const disturbedAt = this.#disturbedAt.get(node) ?? -Infinity;
        this.#soundSince.set(node, isNew ? disturbedAt : this.#world.now);
      }
    }
    for (const { core } of this.#world.nodes) this.#names.add(core.name);
  }

  /** True if `node` is sound, and has been for long enough that nothing old is said about it. */
  isSound(node: SimNode): boolean {
    const since = this.#soundSince.get(node);
    return since !== undefined && this.#world.now - since >= this.#graceMs;
  }

  /** Something was done to a node that excuses what is said of it, and by it, for a while. */
  disturb(node: SimNode): void {
    this.#disturbedAt.set(node, this.#world.now);
    if (this.#soundSince.has(node)) this.#soundSince.set(node, this.#world.now);
  }

  /** Whether a node has trouble that excuses all that is said of it, and by it. */
  afflict(node: SimNode, isAfflicted: boolean): void {
    if (isAfflicted) this.#afflicted.add(node);
    else this.#afflicted.delete(node);
    this.review();
  }

  /** True if only one process has ever had that name. */
  isFirst(name: string): boolean {
    return this.#world.nodes.filter(({ core }) => core.name === name).length === 1;
  }

  /** Somebody says of a node that it is gone. */
  slandered(node: SimNode): void {
    this.#slanderedAt.set(node, this.#world.now);
  }

  /**
   * A node is held up, or goes on. Of whom it is said just then that it is gone one ping that fails is
   * enough to believe it, until it refutes that.
   */
  pause(node: SimNode, holds: boolean): void {
    if (holds) this.#pausing.add(node);
    else this.#pausing.delete(node);
    this.#pausedUntil = this.#world.now;
    const isBelieved = this.#world.now - (this.#slanderedAt.get(node) ?? -Infinity) < this.#graceMs;
    if (isBelieved && this.#soundSince.has(node)) this.#soundSince.set(node, this.#world.now);
  }

  /** True if nothing at all has been wrong for a while, but for links that are cut. */
  isCalm(): boolean {
    if (this.#pausing.size > 0 || this.#world.network.loss > 0) return false;
    return this.#world.now - this.#pausedUntil >= this.#graceMs && this.isAllSound();
  }

  /** True if all that live are sound. */
  isAllSound(): boolean {
    return this.living().every((node) => this.isSound(node));
  }

  /** True if `observer` has no excuse for calling `subject` gone. */
  condemns(observer: SimNode, subject: SimNode): boolean {
    if (subject === observer || !this.isSound(observer) || !this.isSound(subject)) return false;
    return !this.#world.network.isApart(observer, subject);
  }

  /** From now on old news may come from anywhere: all have an excuse for a while. */
  shake(): void {
    for (const node of this.#soundSince.keys()) this.#soundSince.set(node, this.#world.now);
  }

  #isSoundAmong(node: SimNode, living: readonly SimNode[]): boolean {
    if (!this.#isThere(node)) return false;
    const { network } = this.#world;
    let [reaching, hampered] = [0, 0];
    for (const other of living) {
      if (other === node) continue;
      if (other.core.name === node.core.name) return false;
      if (!this.#isThere(other) || network.isApart(node, other)) continue;
      if (!network.reaches(node, other) || !network.reaches(other, node)) hampered++;
      else if (other.sees(node.core.name) !== undefined) reaching++;
    }
    return hampered === 0 || (hampered <= hamperedMax && reaching >= reachingMin);
  }

  #isThere(node: SimNode): boolean {
    if (node.state === "dead" || this.leaving.has(node) || !this.#joined.has(node)) return false;
    if (node.state === "frozen" && !this.#pausing.has(node)) return false;
    if (this.#afflicted.has(node)) return false;
    const { network } = this.#world;
    return network.isPlugged(node) && !network.isHampered(node);
  }
}
