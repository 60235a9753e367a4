/**
 * A node as part of another program: start one, ask it who is there, be told what changes.
 *
 * Options have the names, values and defaults of the configuration file, which are those of the
 * command line. Only the log is different: a library writes nothing unless it is told to.
 *
 * ```ts
 * import { startNode } from "@clusternode/clusternode";
 *
 * await using node = await startNode({ registry: "memory:readme", name: "n1@127.0.0.1" });
 * console.log(`${await node.joined} is in`);
 * for (const { name, status } of node.members()) console.log(name, status);
 * ```
 *
 * A node needs `--allow-net`; `--allow-sys=hostname,networkInterfaces`; and, for a directory
 * registry, a log file or a recording, `--allow-read` and `--allow-write`. With `--allow-sys=uid` as
 * well it refuses folders of other users; without, only those that others can write. With `beam` it
 * looks for `ERL_EPMD_PORT` if `--allow-env` lets it.
 *
 * @module
 */
import {
  NameTakenError as NameTaken,
  RegistryError as RegistryFault,
  UsageError as Usage,
} from "./core/base/errors.ts";
import type { MemberStatus } from "./core/dissemination/member.ts";
import { resolveOptions } from "./options/options.ts";
import type { NodeOptions } from "./options/options.ts";
import type { Log } from "./log/log.ts";
import type { ClusterNode } from "./node/node.ts";
import { registryUrlFault } from "./registry/url.ts";
import { openNodeLog, startNode as startClusterNode } from "./start.ts";

export type { MemberStatus } from "./core/dissemination/member.ts";

/**
 * Options of a node, all of them optional: `{ interval: "500ms", tags: { zone: "eu-1" } }`.
 *
 * Each is what the flag of the same name is on the command line, in the same notation and with the
 * same default; the table in the README has their limits and what they trade. Environment variables
 * and files are not read.
 */
export interface StartOptions {
  /** `n1@10.0.0.5`, or `n1` and the address is detected; by default the host name is taken. */
  readonly name?: string;
  /** Which cluster in that registry. */
  readonly cluster?: string;
  /** Told to everybody. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Where nodes find each other: `file:///mnt/cluster`, or `memory:name` inside one process. */
  readonly registry?: string | readonly string[];
  /** Shared secret: the first is used, the others are still accepted. By default it is minted. */
  readonly cookie?: string | readonly string[];
  /** How long a start waits for the registry, such as `30s`. */
  readonly startTimeout?: string;
  /** How long a leave tries to take the node's row out of the registry, such as `5s`. */
  readonly leaveTimeout?: string;
  /** Where this node answers, `host:port`; port 0 takes any free one. */
  readonly listen?: string;
  /** Addresses that peers should try, in this order. */
  readonly advertise?: string | readonly string[];
  /** The pulse, such as `1s` or `250ms`. */
  readonly interval?: string;
  /** Timings that go together. */
  readonly profile?: "local" | "lan" | "wan";
  /** Who watches whom. */
  readonly mesh?: "auto" | "full";
  /** Shares the pulse with the Elixir and Erlang nodes whose timestamps lie in the registry. */
  readonly beam?: boolean;
  /** The Erlang cookie that those hold; wanted with `beam`, as no file is read here. */
  readonly beamCookie?: string;
  /** Where those connect to, `host:port`; port 0 takes any free one. */
  readonly beamListen?: string;
  /** Where to serve EPMD if nobody does on this machine, `host:port`, or `none`. */
  readonly beamEpmd?: string;
  /** When the status line is written, if there is a log. */
  readonly status?: "auto" | "every" | "change" | "off";
  /** Path of a rotating log file. Unlike on the command line, none is written by default. */
  readonly logFile?: string;
  /** Shape of the lines of the log. */
  readonly logFormat?: "text" | "json";
  /** The least important level that is written. */
  readonly logLevel?: "debug" | "info" | "warning" | "error";
  /** Largest size of one log file, such as `10MB`. */
  readonly logMaxSize?: string;
  /** How many log files are kept. */
  readonly logMaxFiles?: number;
  /** Path of a file that gets every input of the core, for `clusternode simulate --replay`. */
  readonly record?: string;
  /**
   * Where the log goes besides `logFile`: nowhere (`none`, the default), to standard output or error,
   * or into functions of yours, for which the options that begin with `log` have no meaning.
   * In the other cases LogTape gets all records, too, under the category `clusternode`.
   */
  readonly log?: "none" | "stdout" | "stderr" | LogReceiver;
}

/** Takes the records of a log. Its functions must not throw. */
export type LogReceiver = Readonly<
  Record<
    "debug" | "info" | "warning" | "error",
    (message: string, properties?: Readonly<Record<string, unknown>>) => void
  >
>;

/** A member of the cluster, as one node sees it. */
export interface Member {
  /** Its full name, such as `n1@10.0.0.5`. */
  readonly name: string;
  /** What it is: a node of this program, or one of Elixir or Erlang (`beam`). */
  readonly kind: "node" | "beam";
  /** 32 hexadecimal digits that no other run of any node has; of a BEAM node its creation. */
  readonly instance: string;
  /** The verdict. */
  readonly status: MemberStatus;
  /** True for the node that was asked. */
  readonly self: boolean;
  /** Where it answers, as IP address or host name and port; the one that worked stands first. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** How long it has had this status, in milliseconds. */
  readonly forMs: number;
  /** The last round trip, in microseconds; missing before the first pong and for the node itself. */
  readonly roundTripUs?: number | undefined;
  /** Why it is seen as it is, as a sentence. */
  readonly reason: string;
  /** What it tells everybody about itself. */
  readonly tags: Readonly<Record<string, string>>;
  /** When it was started, by its own wall clock, in ISO 8601; empty if not known yet. */
  readonly startedAt: string;
  /** Program and version that it runs, such as `clusternode/0.1.0`; `beam` for a BEAM node. */
  readonly software: string;
}

/** Something that happened to another member. */
export interface Change {
  /**
   * What happened; `failed` is told with the new status. A link that is bad for this node only is told
   * as `link-bad`; `isolated` and `connected` are about this node itself.
   */
  readonly kind:
    | "joined"
    | "returned"
    | "failed"
    | "replaced"
    | "left"
    | "forgotten"
    | "link-bad"
    | "link-mended"
    | "isolated"
    | "connected";
  /** Full name of the member. */
  readonly name: string;
  /** The verdict, if it failed. */
  readonly status?: MemberStatus | undefined;
  /** Why, as a sentence. */
  readonly reason: string;
}

/** Why a node ended. */
export interface StopReason {
  /**
   * It left because it was told to, its name is held by a live node, it never got registered, or a
   * fault of this program has kept it from working.
   */
  readonly kind: "left" | "name-taken" | "registry-away" | "faulty";
  /** What happened, as a sentence, unless it left. */
  readonly message?: string;
}

/** Options were given wrongly. */
export interface UsageError extends Error {
  /** Everything that is wrong, one sentence each. */
  readonly faults: readonly string[];
}

/** The name is held by another live node. */
export type NameTakenError = Error;

/** The registry did not do what was asked: away, full, read-only, damaged. */
export type RegistryError = Error;

// Programs recognise these with `instanceof`; only the library makes them.

/** The class of {@linkcode UsageError}. */
export const UsageError: abstract new (...args: never) => UsageError = Usage;

/** The class of {@linkcode NameTakenError}. */
export const NameTakenError: abstract new (...args: never) => NameTakenError = NameTaken;

/** The class of {@linkcode RegistryError}. */
export const RegistryError: abstract new (...args: never) => RegistryError = RegistryFault;

/** A node that runs inside this program. Disposing it leaves the cluster. */
export interface RunningNode extends AsyncDisposable {
  /** Its full name; one that was made up is final once {@linkcode joined} has resolved. */
  readonly name: string;
  /** The TCP port on which it answers. */
  readonly port: number;
  /**
   * Resolves with the name as soon as the node is registered. Rejects with a `NameTakenError` if a
   * live node holds the name, and with a `RegistryError` if the registry could not be used within the
   * start timeout.
   */
  readonly joined: Promise<string>;
  /** Resolves with the reason once the node has ended, by itself or because it left. */
  readonly ended: Promise<StopReason>;
  /** All members as this node sees them now, itself included, in the order of their names. */
  members(): readonly Member[];
  /**
   * What happens to the other members, from this call on until the node ends. Of
   * a reader that is slower than the cluster 1,000 changes are kept, the latest.
   */
  changes(): AsyncIterable<Change>;
  /** Says goodbye to all, takes the row out of the registry, and closes everything. */
  leave(): Promise<void>;
}

/**
 * Starts a node. It listens when this resolves, and registers on its own: await
 * {@linkcode RunningNode.joined} to know that it has.
 *
 * @example Two nodes meet
 * ```ts
 * import { startNode } from "@clusternode/clusternode";
 *
 * const registry = "memory:example";
 * await using first = await startNode({ registry, name: "n1@127.0.0.1" });
 * await using second = await startNode({ registry, name: "n2@127.0.0.1" });
 * for await (const { kind, name } of first.changes()) {
 *   console.log(kind, name); // joined n2@127.0.0.1
 *   break;
 * }
 * ```
 *
 * @throws {UsageError} if options are not legal or contradict each other; it names all faults
 * @throws {RegistryError} if the registry gave no cookie within the start timeout
 * @throws {Error} if it cannot listen; the message names the address and the reason
 */
export async function startNode(options: StartOptions = {}): Promise<RunningNode> {
  const { log: output = "none", ...given } = options;
  const resolved = resolve(given);
  const log = typeof output === "object"
    ? receiverLog(output)
    : openNodeLog(resolved, { console: output, color: false });
  try {
    return new EmbeddedNode(await startClusterNode(resolved, log), log);
  } catch (error) {
    await log[Symbol.asyncDispose]();
    throw error;
  }
}

/** There is nothing to wait for and nothing to close: that is the caller's. */
function receiverLog(receiver: LogReceiver): Log {
  return {
    debug: (message, properties) => receiver.debug(message, properties),
    info: (message, properties) => receiver.info(message, properties),
    warning: (message, properties) => receiver.warning(message, properties),
    error: (message, properties) => receiver.error(message, properties),
    writes: () => true,
    flush: () => Promise.resolve(true),
    reopen: () => {},
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Takes the way of the configuration file, so that names, limits and defaults are declared once. */
function resolve(options: Omit<StartOptions, "log">): NodeOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  if (given.some(([key]) => key === "cookieFile")) {
    throw new Usage(['option "cookieFile": a library reads no files, give "cookie" instead']);
  }
  try {
    return resolveOptions({
      flags: {},
      operands: [],
      environment: {},
      config: { logFile: "none", ...Object.fromEntries(given) },
      registryUrlFault,
    }).options;
  } catch (error) {
    if (!(error instanceof Usage)) throw error;
    throw new Usage(error.faults.map((fault) => fault.replace(/^config key/, "option")));
  }
}

class EmbeddedNode implements RunningNode {
  readonly #node: ClusterNode;
  /** The log that was opened for this node and ends with it. */
  readonly #log: Log;
  #closed: Promise<void> | undefined;

  constructor(node: ClusterNode, log: Log) {
    this.#node = node;
    this.#log = log;
  }

  get name(): string {
    return this.#node.name;
  }

  get port(): number {
    return this.#node.port;
  }

  get joined(): Promise<string> {
    return this.#node.joined;
  }

  get ended(): Promise<StopReason> {
    return this.#node.ended;
  }

  members(): readonly Member[] {
    return this.#node.members();
  }

  changes(): AsyncIterable<Change> {
    return this.#node.changes();
  }

  leave(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  async #close(): Promise<void> {
    await this.#node[Symbol.asyncDispose]();
    await this.#log[Symbol.asyncDispose]();
  }
}
