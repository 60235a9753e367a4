/**
 * Dialling a target with several addresses: the one that worked last time gets a head start, then the
 * others join in one by one, IPv6 and IPv4 in turn, and behind the name of a host each of its
 * addresses. The first that turns out to be the target wins. (RFC 8305, "Happy Eyeballs")
 *
 * @module
 */
import { type Address, formatAddress, ipFamily, sameAddress } from "../core/base/address.ts";
import { afterPatiently } from "../clock.ts";
import { interleaved } from "../sockets/happy_eyeballs.ts";
import { Attempt, type AttemptResult, type DialContext, type Endpoint } from "./attempt.ts";
import type { Failure } from "./attempt.ts";
import { reasonOf } from "../sockets/reason.ts";
import { withdraw } from "./handshake.ts";
import type { Target } from "./transport.ts";

/** How a dial ended. */
export type DialResult = AttemptResult;

/**
 * From the least telling outcome to the most telling.
 *
 * A target may tell addresses that lead elsewhere on other machines, such as that of a bridge, where
 * nobody listens or another node answers. Both prove something only if no address was silent.
 */
const telling: readonly Failure["kind"][] = [
  "refused",
  "other-instance",
  "no-answer",
  "reset",
  "silent",
  "garbage",
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
  readonly #lastGood: Endpoint | undefined;
  readonly #fresh: boolean;
  /** What is still to be tried: IP addresses, and names of hosts that have not been resolved. */
  #waiting: (Endpoint | Address)[];
  /** IP addresses and ports that were tried. */
  readonly #tried = new Set<string>();
  /** Names of hosts that are being resolved. */
  readonly #resolving = new Set<string>();
  readonly #abort = new AbortController();
  readonly #running = new Set<Attempt>();
  readonly #failures: Failure[] = [];
  readonly #tasks: Promise<void>[] = [];
  readonly #resolve: (result: DialResult) => void;
  #refusedByLastGood: Failure | undefined;
  #cancelStagger: (() => void) | undefined;
  #cancelDeadline: () => void;
  #done = false;

  /**
   * @param lastGood where it answered last time, if known
   * @param timeoutMs for everything together; a handshake that has begun by then may go on, unless
   *   the connection is for a single request: to begin another one would take longer still
   * @param fresh true if the connection is for a single request
   */
  constructor(
    target: Target,
    lastGood: Endpoint | undefined,
    timeoutMs: number,
    fresh: boolean,
    context: DialContext,
  ) {
    this.#context = context;
    this.#target = target;
    this.#fresh = fresh;
    this.#waiting = interleaved(target.addresses);
    const isTold = target.addresses.some((one) => lastGood && sameAddress(one, lastGood.told));
    this.#lastGood = isTold ? lastGood : undefined;
    if (this.#lastGood !== undefined) this.#waiting.unshift(this.#lastGood);
    const { promise, resolve } = Promise.withResolvers<DialResult>();
    this.result = promise;
    this.#resolve = resolve;
    this.#cancelDeadline = context.clock.after(timeoutMs, () => this.#overdue());
    if (target.addresses.length === 0) {
      this.#finish({ kind: "no-answer", detail: `no address of ${target.name} is known` });
    }
    this.#startNext();
    this.over = this.result.then(async () => void await Promise.all(this.#tasks));
  }

  /** How it stands: what its outcome is if it has to end now. */
  get standing(): Failure {
    if (this.#refusedByLastGood) return this.#refusedByLastGood;
    const running = [...this.#running].map(({ standing }) => standing);
    const resolving = [...this.#resolving].map(unresolved);
    return mostTelling([...this.#failures, ...running, ...resolving]);
  }

  /** Ends it at once. */
  stop(failure: Failure): void {
    this.#finish(failure);
  }

  /** Begins with the next address that was not tried, and lets the one after it wait a little. */
  #startNext(): void {
    this.#cancelStagger?.();
    if (this.#done) return;
    const next = this.#waiting.shift();
    if (next === undefined) return this.#finishIfOver();
    const { clock, limits } = this.#context;
    if (!("told" in next) && ipFamily(next.host) === undefined) this.#lookUp(next);
    else if (!this.#try("told" in next ? next : { told: next, host: next.host })) {
      return this.#startNext();
    }
    if (this.#waiting.length > 0) {
      this.#cancelStagger = clock.after(limits.staggerMs, () => this.#startNext());
    }
  }

  /** False if that IP address was tried already, or enough were. */
  #try(endpoint: Endpoint): boolean {
    const place = formatAddress({ host: endpoint.host, port: endpoint.told.port });
    const { limits } = this.#context;
    if (this.#tried.has(place) || this.#tried.size >= limits.attemptsMax) return false;
    this.#tried.add(place);
    const attempt = new Attempt(endpoint, this.#target, this.#fresh, this.#context);
    this.#running.add(attempt);
    this.#tasks.push(attempt.result.then((result) => this.#ended(attempt, result)));
    return true;
  }

  #lookUp(told: Address): void {
    this.#resolving.add(told.host);
    const resolved = this.#context.resolver.addressesOf(told.host, this.#abort.signal).then(
      (hosts) => void this.#waiting.unshift(...interleaved(hosts.map((host) => ({ told, host })))),
      (error) => void this.#failures.push({ kind: "no-answer", detail: reasonOf(error) }),
    );
    this.#tasks.push(resolved.then(() => {
      this.#resolving.delete(told.host);
      if (this.#refusedByLastGood) this.#startAll();
      else this.#startNext();
    }));
  }

  /** Time is up: only handshakes that have begun go on, and nothing else is begun. */
  #overdue(): void {
    const met = [...this.#running].filter(({ standing }) => standing.kind === "silent");
    if (this.#fresh || met.length === 0) return this.#finish(this.standing);
    this.#cancelStagger?.();
    this.#waiting = [];
    this.#abort.abort();
    for (const attempt of this.#running) {
      if (met.includes(attempt)) attempt.openNoMore();
      else attempt.stop();
    }
    const { clock, limits } = this.#context;
    this.#cancelDeadline = afterPatiently(
      clock,
      limits.handshakeTimeoutMs,
      () => this.#finish(this.standing),
    );
  }

  #startAll(): void {
    do this.#startNext(); while (this.#waiting.length > 0);
  }

  #finishIfOver(): void {
    if (this.#running.size === 0 && this.#resolving.size === 0) this.#finish(this.standing);
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
    if (result.kind === "refused" && attempt.endpoint === this.#lastGood) {
      this.#lastGoodRefused(result);
    } else this.#startNext();
  }

  /** Where it answered last time nobody listens: the other addresses get one short chance. */
  #lastGoodRefused(failure: Failure): void {
    this.#refusedByLastGood = failure;
    const { clock, limits } = this.#context;
    const cancelDeadline = this.#cancelDeadline;
    const cancelGrace = clock.after(limits.staggerMs, () => this.#finish(this.standing));
    this.#cancelDeadline = () => {
      cancelDeadline();
      cancelGrace();
    };
    this.#startAll();
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
    this.#waiting = [];
    if (this.#resolving.size > 0) this.#abort.abort();
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

function unresolved(name: string): Failure {
  return { kind: "no-answer", detail: `${name} is not resolved yet: the name servers are slow` };
}
