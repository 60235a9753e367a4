/**
 * From the name of a host to its addresses, for everything in the process that dials.
 *
 * The system's own resolver is asked, because it alone knows all that a machine knows: `/etc/hosts`,
 * the name server of a container engine, mDNS. Each question holds one of the few threads of the
 * runtime until it is answered, which takes minutes when a name server keeps silent, and the same
 * threads read and write files and the console. So questions are few: a handful at once in all, one
 * per host, answers remembered for a while and failures with growing pauses. Nobody has to wait for
 * an answer: who gives up goes, and the question ends by itself.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { ipFamily } from "../core/base/address.ts";
import { onAbort } from "../abort.ts";
import { reasonOf } from "./reason.ts";
import { systemLookup } from "./system_lookup.ts";

/** Finds the addresses of hosts. */
export interface Resolver {
  /**
   * The IP addresses of `host`, in the order of the system's preference, at least one. An IP address
   * is its own.
   *
   * @throws {Error} if it has none, and rejects with the abort reason as soon as `signal` is aborted
   */
  addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** Asks the system once; at least one IP address, or a rejection. It cannot be stopped. */
export type SystemLookup = (host: string) => Promise<readonly string[]>;

/** Limits of a resolver; counts unless the name says otherwise. */
export interface ResolverLimits {
  /** Questions to the system at once. The runtime has 32 threads for them, files and the console. */
  readonly lookupsMax: number;
  /** Of these for hosts that were never found, so that made-up ones do not keep others waiting. */
  readonly newHostsMax: number;
  /** Addresses of one host that are used; a name that has more is a crowd. */
  readonly addressesMax: number;
  /** Hosts that are remembered; beyond it the one not asked for longest is forgotten. */
  readonly hostsMax: number;
  /** How long an answer is taken for true. */
  readonly freshMs: number;
  /** How long to wait for a new answer where there is an old one. */
  readonly staleWaitMs: number;
  /** Pause after the first failure; it doubles with each that follows. */
  readonly retryMinMs: number;
  /** Longest pause after a failure. */
  readonly retryMaxMs: number;
}

/** The limits of production. */
export const defaultResolverLimits: ResolverLimits = {
  lookupsMax: 4,
  newHostsMax: 3,
  addressesMax: 16,
  hostsMax: 1_024,
  freshMs: 10_000,
  staleWaitMs: 250,
  retryMinMs: 500,
  retryMaxMs: 10_000,
};

/** What is known of one host. */
interface Host {
  readonly name: string;
  /** Of the last answer; empty if there was none yet. */
  addresses: readonly string[];
  /** Why the last question failed; `undefined` if it did not. */
  fault: string | undefined;
  failures: number;
  /** When to ask the system again. */
  askAgainAt: number;
  state: "idle" | "queued" | "asked";
  /** Called when the next answer or failure is there. */
  readonly waiting: Set<() => void>;
}

/** What a resolver is made of. */
export interface HostResolverOptions {
  readonly clock: Clock;
  /** The system's resolver by default. */
  readonly lookup?: SystemLookup;
  readonly limits?: Partial<ResolverLimits>;
}

/** The resolver of a process. Nothing of it has to be closed. */
export class HostResolver implements Resolver {
  readonly #clock: Clock;
  readonly #lookup: SystemLookup;
  readonly #limits: ResolverLimits;
  /** The one asked for last stands last. */
  readonly #hosts = new Map<string, Host>();
  readonly #queue = new Set<Host>();
  readonly #asked = new Set<Host>();

  constructor({ clock, lookup = systemLookup, limits }: HostResolverOptions) {
    this.#clock = clock;
    this.#lookup = lookup;
    this.#limits = { ...defaultResolverLimits, ...limits };
  }

  async addressesOf(name: string, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    if (ipFamily(name) !== undefined) return [name];
    const host = this.#hostOf(name);
    if (host.state === "idle" && this.#clock.now() >= host.askAgainAt) {
      host.state = "queued";
      this.#queue.add(host);
      this.#askNext();
    }
    if (host.state !== "idle") await this.#news(host, signal);
    // An old answer is better than none: who answers at an address has to prove who it is in any case.
    if (host.addresses.length > 0) return host.addresses;
    throw new Error(host.fault ?? `${name} cannot be resolved: the name servers do not answer`);
  }

  #hostOf(name: string): Host {
    const known = this.#hosts.get(name);
    this.#hosts.delete(name);
    const host = known ?? {
      name,
      addresses: [],
      fault: undefined,
      failures: 0,
      askAgainAt: -Infinity,
      state: "idle",
      waiting: new Set(),
    };
    this.#hosts.set(name, host);
    if (this.#hosts.size > this.#limits.hostsMax) this.#forgetOldest();
    return host;
  }

  #forgetOldest(): void {
    for (const host of this.#hosts.values()) {
      if (host.state !== "idle") continue;
      this.#hosts.delete(host.name);
      return;
    }
  }

  /** Waits for the system's answer; where there is an old one, only for a moment. */
  #news(host: Host, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    host.waiting.add(resolve);
    const cancelAbort = onAbort(signal, () => reject(signal.reason));
    const cancelStale = host.addresses.length === 0
      ? undefined
      : this.#clock.after(this.#limits.staleWaitMs, resolve);
    return promise.finally(() => {
      cancelAbort();
      cancelStale?.();
      host.waiting.delete(resolve);
      this.#dropUnwanted(host);
    });
  }

  /** A host that was never found, and for which nobody waits any more, makes room for others. */
  #dropUnwanted(host: Host): void {
    if (host.state !== "queued" || host.waiting.size > 0 || host.addresses.length > 0) return;
    this.#queue.delete(host);
    host.state = "idle";
  }

  #askNext(): void {
    const { lookupsMax, newHostsMax } = this.#limits;
    for (const host of this.#queue) {
      if (this.#asked.size >= lookupsMax) return;
      const newAsked = [...this.#asked].filter(({ addresses }) => addresses.length === 0).length;
      if (host.addresses.length === 0 && newAsked >= newHostsMax) continue;
      this.#queue.delete(host);
      this.#asked.add(host);
      host.state = "asked";
      void this.#ask(host);
    }
  }

  async #ask(host: Host): Promise<void> {
    const { addressesMax, freshMs, retryMinMs, retryMaxMs } = this.#limits;
    try {
      const found = await this.#lookup(host.name);
      host.addresses = [...new Set(found)].slice(0, addressesMax);
      host.fault = undefined;
      host.failures = 0;
      host.askAgainAt = this.#clock.now() + freshMs;
    } catch (error) {
      host.fault = `${host.name} cannot be resolved: ${lookupFault(error)}`;
      const pauseMs = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(host.failures, 20));
      host.failures++;
      host.askAgainAt = this.#clock.now() + pauseMs;
    }
    this.#asked.delete(host);
    host.state = "idle";
    for (const wake of host.waiting) wake();
    this.#askNext();
  }
}

/** Deno 2.4 says ENOTFOUND also where the name servers do not answer. */
function lookupFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EAI_AGAIN") return "the name servers do not answer (EAI_AGAIN)";
  if (code === "ENOTFOUND") return "no such host was found (ENOTFOUND)";
  return reasonOf(error);
}
