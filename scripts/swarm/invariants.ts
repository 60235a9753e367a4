/**
 * What must hold after every step of every node, whatever has befallen the cluster.
 *
 * The checks are in three files: what nodes claim (`invariant_claims.ts`), whom they call gone
 * (`invariant_verdicts.ts`), and what they cost and show (`invariant_bounds.ts`). None of them trusts
 * the core: what is true is read off the world.
 *
 * @module
 */
import type { Effect } from "../../lib/core/input.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { BoundsInvariants } from "./invariant_bounds.ts";
import { ClaimInvariants } from "./invariant_claims.ts";
import { InvariantError } from "./invariant_error.ts";
import type { Violated } from "./invariant_error.ts";
import { VerdictInvariants } from "./invariant_verdicts.ts";
import type { Reach } from "./reach.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import type { World } from "../../lib/simulation/world.ts";

/** Watches a world from the moment on at which it is made. */
export class Invariants {
  /** Roster fingerprints that the nodes have told last. */
  readonly fingerprints: ReadonlyMap<SimNode, number>;
  readonly #reach: Reach;
  readonly #claims: ClaimInvariants;
  readonly #verdicts: VerdictInvariants;
  readonly #bounds: BoundsInvariants;

  constructor(world: World, reach: Reach) {
    this.#reach = reach;
    const violated: Violated = (what) => {
      throw new InvariantError(`${what}, at ${(world.now / 1000).toFixed(3)} s`);
    };
    this.#claims = new ClaimInvariants(violated);
    this.#verdicts = new VerdictInvariants(reach, violated);
    this.#bounds = new BoundsInvariants(violated);
    this.fingerprints = this.#claims.fingerprints;
    world.onStep = (node, effects) => this.#check(node, effects, world.now);
    world.onRemoval = (node, row) => this.#verdicts.removed(node, row, world.now);
  }

  /** Somebody asks `node` to forget `name`. */
  forgetAsked(name: string): void {
    this.#verdicts.forgetAsked(name);
  }

  #check(node: SimNode, effects: readonly Effect[], at: number): void {
    const now = Math.floor(at);
    this.#bounds.stepped(node, this.#reach.leaving.has(node), now);
    this.#verdicts.stepped(node);
    let wantsLook = false;
    for (const effect of effects) {
      this.#claims.check(node, effect, now);
      this.#verdicts.check(node, effect, now);
      this.#bounds.check(node, effect, now);
      if (effect.kind === "joined") this.#reach.joined(node);
      if (effect.kind === "stop") this.#verdicts.stopped(node, effect.reason);
      wantsLook ||= effect.kind === "status" || effect.kind === "changes";
    }
    if (!wantsLook || node.state === "dead") return;
    const members = node.core.members(node.now);
    const before = (name: NodeName): string | undefined => this.#claims.shownBy(node, name);
    for (const effect of effects) {
      if (effect.kind === "status") {
        this.#bounds.status(node, effect, members);
        if (this.#reach.isSound(node)) this.#bounds.pulse(node, members);
      }
      if (effect.kind !== "changes") continue;
      this.#verdicts.changed(node, effect.changes, before, members, now);
    }
    this.#claims.look(node, members, now);
  }
}
