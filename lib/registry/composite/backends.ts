/**
 * All of the registries that are used as one, and how long each of them is waited for.
 *
 * A backend that works gets the time that it needs. One that failed the last time is asked again with
 * every call, which is how its return is noticed, but nobody waits for it: when the others have
 * answered it has a moment left, and what comes later only counts as a sign of life.
 *
 * @module
 */
import { orAborted } from "../../abort.ts";
import type { Clock } from "../../clock.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { RegistryError } from "../../core/base/errors.ts";
import type { NodeName } from "../../core/base/name.ts";
import { Backend } from "./backend.ts";
import type { Act, Answer, Asking } from "./backend.ts";
import type { Copy } from "./composite_version.ts";
import type { Registry } from "../registry.ts";

/** How long a backend that failed the last time is waited for beyond the others, in milliseconds. */
export const graceMs = 100;

/** How several registries are used as one. */
export interface ManyRegistriesOptions {
  readonly clock: Clock;
  /** Told once when one registry goes away while another one works, and of cookies that differ. */
  readonly onTrouble: (message: string) => void;
  /** Told when a registry of which `onTrouble` was told is back. */
  readonly onBack: (message: string) => void;
}

/** The backends, asked together. */
export class Backends {
  /** In the order in which they were given. */
  readonly all: readonly Backend[];
  /** What all of them are called together. */
  readonly url: string;
  readonly #options: ManyRegistriesOptions;

  constructor(registries: readonly Registry[], options: ManyRegistriesOptions) {
    this.all = registries.map((registry, index) => new Backend(registry, index, options.clock));
    this.url = registries.map(({ url }) => url).join(" and ");
    this.#options = options;
  }

  /**
   * Asks all of them; the answers come in their order.
   *
   * @throws {RegistryError} if none of them answers
   */
  async askAll<T>(
    act: Act,
    signal: AbortSignal,
    work: (registry: Registry) => Promise<T>,
  ): Promise<Answer<T>[]> {
    const answers = await this.gather(
      this.all.map((backend) => backend.ask(act, signal, work)),
      signal,
    );
    if (answers.every(({ kind }) => kind === "away")) throw this.allAway(act);
    // The cookie is asked for too seldom to tell from it who is there.
    if (act !== "cookie") this.tell(act);
    return answers;
  }

  /** What lies under `name` in each of them; all may be away. */
  async look(name: NodeName, signal: AbortSignal): Promise<Copy[]> {
    const answers = await this.gather(
      this.all.map((backend) => backend.ask("read", signal, (one) => one.read(name, signal))),
      signal,
    );
    return answers.map((answer) => answer.kind === "away" ? "away" : answer.value ?? "absent");
  }

  /** That none of them works, with the reason of each. */
  allAway(act: Act): RegistryError {
    const reasons = this.all.map((backend) => backend.reason(act));
    const [first = "", ...others] = reasons;
    const rest = others.map((reason) => reason.replace(/^Cannot/, "cannot"));
    return new RegistryError([first, ...rest].join("; "));
  }

  /**
   * Tells who has gone and who is back; to be called when at least one has answered. That all of
   * them are away is for the caller to tell.
   */
  tell(act: "read" | "write"): void {
    const { clock, onTrouble, onBack } = this.#options;
    for (const backend of this.all) {
      if (!backend.isToldAway && backend.isFailing(act)) {
        backend.isToldAway = true;
        onTrouble(
          `Registry ${backend.url} unavailable (${backend.reason(act)}); continuing without it`,
        );
      } else if (backend.isToldAway && !backend.isAway) {
        backend.isToldAway = false;
        const awayMs = clock.now() - backend.awaySince;
        onBack(`Registry ${backend.url} available again after ${formatDuration(awayMs)}`);
      }
    }
  }

  /**
   * The answers in the order of the questions. Waits for all backends that are not in doubt, and for
   * those that are only until somebody has answered, and a moment longer.
   *
   * @param enough true if somebody else has answered already
   * @throws the abort reason as soon as `signal` is aborted
   */
  gather<T>(
    askings: readonly Asking<T>[],
    signal: AbortSignal,
    enough = false,
  ): Promise<Answer<T>[]> {
    const { clock } = this.#options;
    let cancelGrace = (): void => {};
    const gathered = new Promise<Answer<T>[]>((resolve, reject) => {
      const answers = new Map<Asking<T>, Answer<T>>();
      let graced = false;
      const end = (): void => {
        const late: Answer<T> = { kind: "away", reason: "it has not answered yet" };
        resolve(askings.map((asking) => answers.get(asking) ?? late));
      };
      const look = (): void => {
        const open = askings.filter((asking) => !answers.has(asking));
        if (open.length === 0) return end();
        const answered = enough || [...answers.values()].some(({ kind }) => kind === "answer");
        if (graced || !answered || open.some(({ inDoubt }) => !inDoubt)) return;
        graced = true;
        cancelGrace = clock.after(graceMs, end);
      };
      for (const asking of askings) {
        asking.answer.then((answer) => {
          answers.set(asking, answer);
          look();
        }, reject);
      }
      look();
    });
    return orAborted(gathered, signal).finally(() => cancelGrace());
  }
}
