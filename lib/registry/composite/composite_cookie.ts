/**
 * One cookie in several registries.
 *
 * The first registry that has one, in the given order, is right. All that have none get the same, so
 * that a node that knows only one of them finds it there. Nothing is ever replaced: where another
 * cookie lies, people have to decide.
 *
 * @module
 */
import type { Answer, Backend } from "./backend.ts";
import type { Backends } from "./backends.ts";

/** The cookie of all backends. */
export class ManyCookies {
  readonly #backends: Backends;
  readonly #onTrouble: (message: string) => void;
  /** The one that all should hold, if this handle was ever asked for it. */
  #kept: string | undefined;
  /** The other one that was told of, by backend. */
  readonly #told = new Map<Backend, string>();

  constructor(backends: Backends, onTrouble: (message: string) => void) {
    this.#backends = backends;
    this.#onTrouble = onTrouble;
  }

  /** The first one. */
  async read(signal: AbortSignal): Promise<string | undefined> {
    const answers = await this.#backends.askAll("cookie", signal, (one) => one.cookie(signal));
    const found = answers.map((answer) => answer.kind === "answer" ? answer.value : undefined);
    return found.find((cookie) => cookie !== undefined);
  }

  /** The first one, or `minted`; from now on all should hold it. */
  async mint(minted: string, signal: AbortSignal): Promise<string> {
    const kept = await this.read(signal) ?? await this.#create(minted, signal);
    this.#kept = kept;
    const askings = this.#backends.all.map((backend) => ({
      inDoubt: backend.isFailing("cookie"),
      answer: this.#spread(backend, kept, signal),
    }));
    await this.#backends.gather(askings, signal, true);
    return kept;
  }

  /** Puts the cookie into a backend that may have lost it; never mind if that fails. */
  async restore(backend: Backend, signal: AbortSignal): Promise<void> {
    if (backend.lacksCookie && this.#kept !== undefined) {
      await this.#spread(backend, this.#kept, signal);
    }
  }

  /** The first registry that takes a cookie decides. */
  async #create(minted: string, signal: AbortSignal): Promise<string> {
    for (const backend of this.#backends.all) {
      const { answer } = backend.ask(
        "cookie",
        signal,
        (one) => one.getOrCreateCookie(minted, signal),
      );
      const answered = await answer;
      if (answered.kind === "answer") return answered.value;
    }
    throw this.#backends.allAway("cookie");
  }

  async #spread(backend: Backend, kept: string, signal: AbortSignal): Promise<Answer<void>> {
    const { answer } = backend.ask("cookie", signal, (one) => one.getOrCreateCookie(kept, signal));
    const answered = await answer;
    if (answered.kind === "away") return answered;
    const found = answered.value;
    backend.lacksCookie = false;
    if (found === kept) this.#told.delete(backend);
    else if (this.#told.get(backend) !== found) {
      this.#told.set(backend, found);
      this.#onTrouble(
        `The registry ${backend.url} holds a different cookie. Nodes that use only that ` +
          "registry cannot join. Remove it there and restart a node that uses all " +
          "registries, or give all nodes the same one",
      );
    }
    return { kind: "answer", value: undefined };
  }
}
