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
 * console.log(`${node.name} is in`);
 * for (const { name, status } of node.members()) console.log(name, status);
 * ```
 *
 * Whatever a node is meant to fail with is a {@linkcode ClusternodeError}; aborted signals reject
 * with their reason, and missing permissions with `Deno.errors.NotCapable`; but where a registry or a
 * listener lacks them, that is the reason in a {@linkcode RegistryError} or {@linkcode ListenError}.
 *
 * ```ts
 * import { ClusternodeError, startNode } from "@clusternode/clusternode";
 *
 * try {
 *   await using node = await startNode({ registry: "memory:readme", interval: 5 });
 *   console.log(node.name);
 * } catch (error) {
 *   if (!(error instanceof ClusternodeError)) throw error;
 *   console.log(error.code, error.message); // usage option "interval" "5ms": it must be a …
 * }
 * ```
 *
 * Like a server, a node keeps its program running until it leaves or the program is ended. One that
 * is ended without leaving is found dead by the others.
 *
 * A node needs `--allow-net`; `--allow-sys=hostname,networkInterfaces`; and, for a directory
 * registry, a log file or a recording, `--allow-read` and `--allow-write`, of all folders on the way
 * there, too, as it looks whether others can change them. With `--allow-sys=uid` as well it refuses
 * folders of other users; without, only those that others can write. With `beam` it looks for
 * `ERL_EPMD_PORT` if `--allow-env` lets it.
 *
 * @module
 */
import type { Level, Log, LogProperties } from "./log/log.ts";
import { EmbeddedNode } from "./running_node.ts";
import type { RunningNode } from "./running_node.ts";
import { ownFaults, resolveStartOptions } from "./start_options.ts";
import type { LogReceiver, StartOptions } from "./start_options.ts";
import { openNodeLog, startNode as startClusterNode } from "./start.ts";

export {
  ClusternodeError,
  ListenError,
  NameTakenError,
  RegistryError,
  StoppedError,
  UsageError,
  WaitTimeoutError,
} from "./core/base/errors.ts";
export type { ErrorCode } from "./core/base/errors.ts";
export type { Address } from "./core/base/address.ts";
export type { NodeName } from "./core/base/name.ts";
export type { PingFailure } from "./core/base/ping_failure.ts";
export type { HeartbeatState } from "./core/detector/registry_heartbeats.ts";
export type { MemberKind, MemberStatus, MemberView as Member } from "./core/members/member.ts";
export type { MemberService, ServiceState } from "./core/members/service.ts";
export type { Condition } from "./core/explain/condition.ts";
export type { ChangeKind, ToldChange as Change } from "./core/members/change.ts";
export type { Explanation, PingView } from "./core/explain/explanation.ts";
export type { StopReason } from "./core/input.ts";
export type { InstanceId } from "./core/members/row.ts";
export type { ChangesOptions, RunningNode, ServiceDetails } from "./running_node.ts";
export type { Duration, LogReceiver, StartOptions } from "./start_options.ts";
export type { Awaited, WaitOptions } from "./wait_for.ts";

/**
 * Starts a node; resolves once it has joined. A start that fails leaves nothing behind.
 *
 * @example Two nodes meet
 * ```ts
 * import { startNode } from "@clusternode/clusternode";
 *
 * const registry = "memory:example";
 * await using first = await startNode({ registry, name: "n1@127.0.0.1" });
 * const changes = first.changes();
 * await using second = await startNode({ registry, name: "n2@127.0.0.1" });
 * for await (const { kind, name } of changes) {
 *   console.log(kind, name); // joined n2@127.0.0.1
 *   break;
 * }
 * console.log(second.members().length); // 2
 * ```
 *
 * @throws {UsageError} if options are not legal or contradict each other; it names all faults
 * @throws {NameTakenError} if a live node holds the name
 * @throws {RegistryError} if the registry could not be used within the start timeout, or other users
 * can change it
 * @throws {ListenError} if it cannot listen; the message names the address and the reason
 * @throws {StoppedError} if it was told to leave before it had joined, or a fault of this program has
 * kept it from working
 * @throws the reason of `signal` if it was aborted before the node had joined, once everything is
 * closed; if the registry does not answer, that takes until the leave timeout
 */
export async function startNode(options: StartOptions = {}): Promise<RunningNode> {
  const { log: output = "none", signal, until = "joined", ...given } = options;
  const resolved = resolveStartOptions(given, ownFaults(options));
  signal?.throwIfAborted();
  const log = typeof output === "object"
    ? receiverLog(output)
    : openNodeLog(resolved, { console: output, color: false });
  let node: RunningNode;
  try {
    node = new EmbeddedNode(await startClusterNode({ ...resolved, log, signal }), log, signal);
  } catch (error) {
    await log[Symbol.asyncDispose]();
    throw error;
  }
  if (until === "joined") {
    try {
      await node.joined;
    } catch (error) {
      await node.leave();
      throw error;
    }
  }
  return node;
}

/** There is nothing to wait for and nothing to close: that is the caller's. */
function receiverLog(receiver: LogReceiver): Log {
  let bound: LogProperties = {};
  const tell = (level: Level) => (message: string, properties?: LogProperties): void => {
    try {
      receiver[level](message, { ...bound, ...properties });
    } catch (error) {
      // No step of a node may end in the middle for that.
      queueMicrotask(() => reportError(error));
    }
  };
  return {
    debug: tell("debug"),
    info: tell("info"),
    warning: tell("warning"),
    error: tell("error"),
    bind: (properties) => void (bound = { ...bound, ...properties }),
    writes: () => true,
    flush: () => Promise.resolve(true),
    reopen: () => {},
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
