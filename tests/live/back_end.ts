/**
 * A kind of registry as real nodes meet it: with a password, through nothing but their environment,
 * and with storage that goes away, comes back, loses its data, and has troubles of its own.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import type { RegistryContext } from "../../lib/registry/context.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { randomText } from "../registry/rows.ts";
import type { ServerNeeds } from "../servers/server.ts";
import { patienceMs } from "../support/waiting.ts";

/** Variables of a process. */
export type Variables = Readonly<Record<string, string>>;

/** Something that can be wrong, and that a person can mend. */
export interface Trouble {
  /** What is wrong: "a wrong password". */
  readonly what: string;
  /** How a node calls it. */
  readonly sentence: RegExp;
  /** True if nodes that run meet it, too, and not only those that start with what it gives. */
  readonly isForAll: boolean;
  /** Brings it about; the variables of a node that shall meet it. */
  begin(): Promise<Variables>;
  /** Mends it. */
  end(): Promise<void>;
}

/** Storage that is there, and what nodes have to know of it. */
export interface NodeServer extends AsyncDisposable {
  /** With the URL in `CLUSTERNODE_REGISTRY`, so that it stands on no command line. */
  readonly environment: Variables;
  /** What nobody may ever read anywhere, as it is and as it stands in the URL. */
  readonly secrets: readonly string[];
  readonly troubles: readonly Trouble[];
  /** A handle of the test itself; the caller closes it. */
  open(): Promise<Registry>;
  /** Takes it away at once; its data stay. */
  stop(): Promise<void>;
  /** Brings it back; resolves when it serves. */
  start(): Promise<void>;
  /** Throws away all rows and the cookie, and whatever they lay in. */
  wipe(): Promise<void>;
}

/** What is promised of nodes, in milliseconds. */
export interface Bounds {
  /** Five fresh ones find each other. */
  readonly meetMs: number;
  /** One that was killed and started again is seen by all. */
  readonly returnMs: number;
  /** All rows are back after an outage or a loss. */
  readonly backMs: number;
}

/** One kind of storage. */
export interface BackEnd {
  readonly title: string;
  readonly needs: ServerNeeds;
  /** How many times longer than is promised one that was killed may stay away; 1 if left out. */
  readonly returnSlack?: number;
  /** Lends it; disposing of it ends it only if it is not shared. */
  lend(): Promise<NodeServer>;
}

/** The same for all of them. */
export const bounds: Bounds = { meetMs: 3_000, returnMs: 3_000, backMs: 5_000 };

/** The password of every user; with what has to be escaped in a URL. */
export const password = "open:sesame/7+%41@x";
export const passwordInUrl = encodeURIComponent(password);

/** How the test opens a registry. */
export function contextOf(): RegistryContext {
  return { cluster: "default", clock: systemClock, timeoutMs: patienceMs, randomText };
}

/** The variables of a node with this registry. */
export function registryIn(url: string): Variables {
  return { CLUSTERNODE_REGISTRY: url };
}

/** A trouble of nodes that are told something wrong. */
export function misguided(what: string, environment: Variables, sentence: RegExp): Trouble {
  const begin = (): Promise<Variables> => Promise.resolve(environment);
  return { what, sentence, isForAll: false, begin, end: () => Promise.resolve() };
}

/** A trouble of all, which a program of the administrator brings about. */
export function common(
  what: string,
  environment: Variables,
  sentence: RegExp,
  [begin, end]: readonly [begin: () => Promise<unknown>, end: () => Promise<unknown>],
): Trouble {
  return {
    what,
    sentence,
    isForAll: true,
    begin: async () => {
      await begin();
      return environment;
    },
    end: async () => void await end(),
  };
}

/** A trouble of nodes that meet another server, which is there only as long as it lasts. */
export function elsewhere(
  what: string,
  sentence: RegExp,
  serve: (resources: AsyncDisposableStack) => Promise<Variables>,
): Trouble {
  const resources: AsyncDisposableStack[] = [];
  return {
    what,
    sentence,
    isForAll: false,
    begin: () => {
      const stack = new AsyncDisposableStack();
      resources.push(stack);
      return serve(stack);
    },
    end: async () => await resources.pop()?.disposeAsync(),
  };
}
