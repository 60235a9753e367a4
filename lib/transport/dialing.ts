/**
 * Dialling a target with several addresses: the one that worked last time gets a head start, then the
 * others join in one by one. The first that turns out to be the target wins.
 *
 * @module
 */
import { type Address, formatAddress } from "../core/address.ts";
import { Attempt, type AttemptResult, type DialContext, type Failure } from "./attempt.ts";
import { withdraw } from "./handshake.ts";
import type { Target } from "./transport.ts";

/** How a dial ended. */
export type DialResult = AttemptResult;

/** From the least telling outcome to the most telling. */
const telling: readonly Failure["kind"][] = [
  "refused",
  "no-answer",
  "reset",
  "silent",
  "garbage",
  "other-instance",
  "wrong-cookie",
  "wrong-cluster",
  "closed",
];

/** A target being dialled. */
export class Dial {
  /** Never rejects. */
  readonly result: Promise<DialResult>;
  /** Resolves when nothing is left open of it but the connection of its result. */
  readonly over: Promise<void>;

  readonly #context: DialContext;
  readonly #target: Target;
  readonly #lastGood: Address | undefined;
  readonly #fresh: boolean;
  readonly #waiting: Address[];
  readonly #running = new Set<Attempt>();
  readonly #failures: Failure[] = [];
  readonly #tasks: Promise<void>[] = [];
  readonly #resolve: (result: DialResult) => void;
  #refusedByLastGood: Failure | undefined;
  #cancelStagger: (() => void) | undefined;
  #cancelDeadline: () => void;
  #done = false;

  /**
   * @param lastGood the address that worked last time, if known
   * @param timeoutMs for everything together
   * @param fresh true if the connection is for a single request
   */
  constructor(
    target: Target,
    lastGood: Address | undefined,
    timeoutMs: number,
    fresh: boolean,
    context: DialContext,
  ) {
    this.#context = context;
    this.#target = target;
    this.#fresh = fresh;
    this.#waiting = ordered(target.addresses, lastGood);
    this.#lastGood = this.#waiting.find((one) => lastGood && sameText(one, lastGood));
    const { promise, resolve } = Promise.withResolvers<DialResult>();
    this.result = promise;
    this.#resolve = resolve;
    this.#cancelDeadline = context.clock.after(timeoutMs, () => this.#finish(this.standing));
    this.#startNext();
    if (this.#running.size === 0) {
      this.#finish({ kind: "no-answer", detail: `no address of ${target.name} is known` });
    }
    this.over = this.result.then(async () => void await Promise.all(this.#tasks));
  }

  /** How it stands: what its outcome is if it has to end now. */
  get standing(): Failure {
    if (this.#refusedByLastGood) return this.#refusedByLastGood;
    return mostTelling([...this.#failures, ...[...this.#running].map(({ standing }) => standing)]);
  }

  /** Ends it at once. */
  stop(failure: Failure): void {
    this.#finish(failure);
  }

  #startNext(): void {
    this.#cancelStagger?.();
    const address = this.#waiting.shift();
    if (address === undefined || this.#done) return;
    const attempt = new Attempt(address, this.#target, this.#fresh, this.#context);
    this.#running.add(attempt);
    this.#tasks.push(attempt.result.then((result) => this.#ended(attempt, result)));
    const { clock, limits } = this.#context;
    if (this.#waiting.length > 0) {
      this.#cancelStagger = clock.after(limits.staggerMs, () => this.#startNext());
    }
  }

  async #ended(attempt: Attempt, result: AttemptResult): Promise<void> {
    this.#running.delete(attempt);
    if (this.#done) {
      if (result.kind === "identified") await withdraw(result.parts, "another address was faster");
      return;
    }
    if (result.kind === "identified") return this.#finish(result);
    this.#failures.push(result);
    if (this.#isReplacement(result)) return this.#finish(result);
    if (result.kind === "refused" && attempt.address === this.#lastGood) {
      this.#lastGoodRefused(result);
    }
    if (this.#waiting.length > 0) this.#startNext();
    else if (this.#running.size === 0) this.#finish(this.standing);
  }

  /** Where it answered last time nobody listens: the other addresses get one short chance. */
  #lastGoodRefused(failure: Failure): void {
    this.#refusedByLastGood = failure;
    const { clock, limits } = this.#context;
    const others = this.#waiting.splice(0);
    this.#cancelStagger?.();
    for (const address of others) {
      this.#waiting.push(address);
      this.#startNext();
    }
    const cancelDeadline = this.#cancelDeadline;
    const cancelGrace = clock.after(limits.staggerMs, () => this.#finish(this.standing));
    this.#cancelDeadline = () => {
      cancelDeadline();
      cancelGrace();
    };
  }

  /** Another instance of the same name: nothing that other addresses say can be newer. */
  #isReplacement(failure: Failure): boolean {
    return failure.kind === "other-instance" && failure.from.name === this.#target.name &&
      this.#target.instance !== undefined;
  }

  #finish(result: DialResult): void {
    if (this.#done) return;
    this.#done = true;
    this.#cancelStagger?.();
    this.#cancelDeadline();
    this.#waiting.length = 0;
    for (const attempt of this.#running) attempt.stop();
    this.#resolve(result);
  }
}

/** The one outcome that says most about the target. */
function mostTelling(failures: readonly Failure[]): Failure {
  let most: Failure | undefined;
  for (const failure of failures) {
    if (most === undefined || telling.indexOf(failure.kind) > telling.indexOf(most.kind)) {
      most = failure;
    }
  }
  return most ?? { kind: "no-answer", detail: "no address was tried" };
}

/** Each address once, the one that worked last time first. */
function ordered(addresses: readonly Address[], lastGood: Address | undefined): Address[] {
  const byText = new Map(addresses.map((one) => [formatAddress(one), one]));
  const first = lastGood && byText.get(formatAddress(lastGood));
  if (first === undefined) return [...byText.values()];
  return [first, ...[...byText.values()].filter((one) => one !== first)];
}

function sameText(one: Address, other: Address): boolean {
  return formatAddress(one) === formatAddress(other);
}
