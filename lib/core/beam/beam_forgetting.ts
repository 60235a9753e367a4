/**
 * Takes the timestamp of a dead BEAM node out of the registry, if its user wishes so.
 *
 * Only by hand, and only in the version that was seen in a fresh listing: one that has come back
 * meanwhile has written a new one, and stays.
 *
 * @module
 */
import type { BeamWatch } from "./beam_watch.ts";
import type { Change } from "../members/change.ts";
import { removalRefusal } from "../input.ts";
import type { Effect, Input, Removal } from "../input.ts";
import type { NodeName } from "../base/name.ts";
import type { RowKeeper } from "../registration/row_keeper.ts";
import { answerForgotten, Replies } from "../registration/replies.ts";

/** Carries out `forget` for BEAM nodes. */
export class BeamForgetting {
  readonly #watch: BeamWatch;
  readonly #keeper: Pick<RowKeeper, "away">;
  /** Replies that wait for the next listing. */
  readonly #asked = new Replies();
  /** Replies that wait for a removal. */
  readonly #removing = new Replies();

  constructor(watch: BeamWatch, keeper: Pick<RowKeeper, "away">) {
    this.#watch = watch;
    this.#keeper = keeper;
  }

  /** Somebody asks to forget one; true if a fresh listing has to tell the version to remove. */
  forget({ name, dryRun, reply }: Input & { kind: "forget" }, out: Effect[]): boolean {
    const refusal = this.#refusal(name);
    if (refusal !== undefined || dryRun) {
      out.push({ kind: "forgotten", reply, refusal });
      return false;
    }
    const isRemoving = this.#removing.has(name);
    (isRemoving ? this.#removing : this.#asked).add(name, [reply]);
    return !isRemoving;
  }

  /** A complete listing came, and the watch has taken it in; what has changed by that. */
  listed(out: Effect[]): readonly Change[] {
    const changes: Change[] = [];
    for (const [name, replies] of this.#asked.takeAll()) {
      const node = this.#watch.get(name);
      const refusal = this.#refusal(name);
      if (node !== undefined && refusal === undefined && node.without === 0) {
        this.#removing.add(name, replies);
        out.push({ kind: "remove", name, version: node.version });
        continue;
      }
      if (node !== undefined && refusal === undefined) changes.push(...this.#bury(name));
      // One that is not known any more has been forgotten as was wished.
      const isGone = node === undefined;
      answerForgotten(replies, isGone ? undefined : refusal, out);
    }
    return changes;
  }

  /** A timestamp was removed, or not; what has changed, `undefined` if this is none of ours. */
  removed(input: Removal, out: Effect[]): readonly Change[] | undefined {
    const replies = this.#removing.take(input.name);
    if (replies === undefined) return undefined;
    const refusal = removalRefusal(input);
    const changes = refusal === undefined ? this.#bury(input.name) : [];
    answerForgotten(replies, refusal, out);
    return changes;
  }

  #bury(name: NodeName): readonly Change[] {
    const node = this.#watch.get(name);
    return node === undefined ? [] : this.#watch.bury(node, "its timestamp was removed");
  }

  #refusal(name: NodeName): string | undefined {
    const node = this.#watch.get(name);
    if (node === undefined) return `No member is called ${name}`;
    if (node.status === "alive") return `${name} is alive: only a dead node can be forgotten`;
    if (node.link.history.length === 0) return `${name} has not been asked yet: try again soon`;
    return this.#keeper.away ? "The registry is unavailable: try again later" : undefined;
  }
}
