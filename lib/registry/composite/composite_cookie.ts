/**
 * One cookie in several registries.
 *
 * The first registry that has one, in the given order, is right. All that have none get the same, so
 * that a node that knows only one of them finds it there. Nothing is ever replaced: where another
 * cookie lies, people have to decide.
 *
 * @module
 */
import type { Answer, Branch } from "./backend.ts";
import type { Branches } from "./backends.ts";

/** The cookie of all branches. */
export class ManyCookies {
  readonly #branches: Branches;
  readonly #onTrouble: (message: string) => void;
  /** The one that all should hold, if this handle was ever asked for it. */
  #kept: string | undefined;
  /** The other one that was told of, by branch. */
  readonly #told = new Map<Branch, string>();

  constructor(branches: Branches, onTrouble: (message: string) => void) {
    this.#branches = branches;
    this.#onTrouble = onTrouble;
  }

  /** The first one. */
  async read(signal: AbortSignal): Promise<string | undefined> {
    const answers = await this.#branches.askAll("cookie", signal, (one) => one.cookie(signal));
    const found = answers.map((answer) => answer.kind === "answer" ? answer.value : undefined);
    return found.find((cookie) => cookie !== undefined);
  }

  /** The first one, or `minted`; from now on all should hold it. */
  async mint(minted: string, signal: AbortSignal): Promise<string> {
    const kept = await this.read(signal) ?? await this.#create(minted, signal);
    this.#kept = kept;
    const askings = this.#branches.all.map((branch) => ({
      inDoubt: branch.isFailing("cookie"),
      answer: this.#spread(branch, kept, signal),
    }));
    await this.#branches.gather(askings, signal, true);
    return kept;
  }

  /** Puts the cookie into a branch that may have lost it; never mind if that fails. */
  async restore(branch: Branch, signal: AbortSignal): Promise<void> {
    if (branch.lacksCookie && this.#kept !== undefined) {
      await this.#spread(branch, this.#kept, signal);
    }
  }

  /** The first registry that takes a cookie decides. */
  async #create(minted: string, signal: AbortSignal): Promise<string> {
    for (const branch of this.#branches.all) {
      const { answer } = branch.ask("cookie", signal, (one) => one.mintCookie(minted, signal));
      const answered = await answer;
      if (answered.kind === "answer") return answered.value;
    }
    throw this.#branches.allAway("cookie");
  }

  async #spread(branch: Branch, kept: string, signal: AbortSignal): Promise<Answer<void>> {
    const { answer } = branch.ask("cookie", signal, (one) => one.mintCookie(kept, signal));
    const answered = await answer;
    if (answered.kind === "away") return answered;
    const found = answered.value;
    branch.lacksCookie = false;
    if (found === kept) this.#told.delete(branch);
    else if (this.#told.get(branch) !== found) {
      this.#told.set(branch, found);
      this.#onTrouble(
        `Another cookie than the one in use lies in the registry ${branch.url}: nodes that use ` +
          "that registry alone cannot join. Remove it there and restart a node that uses all " +
          "registries, or give all nodes the same one with --cookie-file",
      );
    }
    return { kind: "answer", value: undefined };
  }
}
