/**
 * A node as the program has it that runs it.
 *
 * @module
 */
import { systemClock } from "./clock.ts";
import { StoppedError, UsageError } from "./core/base/errors.ts";
// Called as the library calls them: these names are read in its documentation.
import type { MemberView as Member } from "./core/members/member.ts";
import { cutText } from "./core/base/text.ts";
import { serviceReasonMax, serviceStates } from "./core/members/service.ts";
import type { MemberService, ServiceState } from "./core/members/service.ts";
import type { Explanation } from "./core/explain/explanation.ts";
import { localName } from "./core/base/name.ts";
import type { StopReason } from "./core/input.ts";
import type { Log } from "./log/log.ts";
import type { ToldChange as Change } from "./core/members/change.ts";
import type { ClusterNode } from "./node/node.ts";
import { readTags } from "./start_options.ts";
import { waitFor } from "./wait_for.ts";
import type { Awaited, WaitOptions } from "./wait_for.ts";

/** How long changes are waited for. */
export interface ChangesOptions {
  /** Ends the iteration with its reason as soon as it is aborted. */
  readonly signal?: AbortSignal;
}

/** What is told beside the state of a service. */
export interface ServiceDetails {
  /** Why it is in this state, as a clause for people; cut after 200 characters. Empty if left out. */
  readonly reason?: string;
  /** Where clients find it, at the addresses of the node. One that was told stays if left out. */
  readonly port?: number;
}

/**
 * A node that runs inside this program. Disposing it leaves the cluster.
 *
 * @example Wait for a database before you begin
 * ```ts
 * import { startNode } from "@clusternode/clusternode";
 *
 * const registry = "memory:wait";
 * await using database = await startNode({ registry, name: "n1@127.0.0.1", tags: { role: "db" } });
 * await using node = await startNode({ registry, name: "n2@127.0.0.1" });
 * database.setService("ready", { port: 5432 });
 * await node.waitFor({ tags: { role: "db" }, service: "ready" }, { timeout: "10s" });
 * await node.waitFor((members) => members.length === 2, { signal: AbortSignal.timeout(10_000) });
 * ```
 */
export interface RunningNode extends AsyncDisposable {
  /** Its full name; one that was made up is final once {@linkcode joined} has resolved. */
  readonly name: string;
  /** The TCP port on which it answers. */
  readonly port: number;
  /**
   * Where its page and its API are; `undefined` if it was started without `http`, and for as long as
   * it cannot listen there, as when another program does.
   */
  readonly url: string | undefined;
  /**
   * Resolves with the name as soon as the node has joined, which `startNode` waits for unless it is
   * told otherwise. Rejects with what `startNode` rejects with then.
   */
  readonly joined: Promise<string>;
  /**
   * Resolves with the reason once the node has ended and everything of it is closed: by itself,
   * because it was told to leave, or because its signal was aborted.
   */
  readonly ended: Promise<StopReason>;
  /** All members as this node sees them now, itself included, in the order of their names. */
  members(): readonly Member[];
  /**
   * The member of that name as this node sees it now; `undefined` if there is none.
   *
   * @param name full, or just what stands before the `@` if only one member has that
   */
  get(name: string): Member | undefined;
  /**
   * Why this node sees a member as it does, and what would change that; `undefined` if there is no
   * such member.
   *
   * @param name as {@linkcode get} takes it
   */
  explain(name: string): Explanation | undefined;
  /**
   * What happens to the other members until the node ends, without a gap: first a snapshot, which is
   * the last change of each that is known by now and has not left (`snapshot` is true), then each
   * change as it comes. Of those a slow reader finds the latest 1,000.
   */
  changes(options?: ChangesOptions): AsyncIterable<Change>;
  /**
   * Tells all members the state of the service that this program is, which does not touch the verdict
   * on the node: `node.setService("ready", { port: 8080 })`.
   *
   * @param details why, and where clients find it
   * @throws {UsageError} if there is no such state or port
   */
  setService(state: ServiceState, details?: ServiceDetails): void;
  /**
   * Tells all members other tags, in the place of those it had.
   *
   * @param tags up to 32, each with a key of up to 64 and a value of up to 256 characters, together
   * up to 8 KiB as JSON
   * @throws {UsageError} as the option `tags` would; it names all faults
   */
  setTags(tags: Readonly<Record<string, string>>): void;
  /**
   * Resolves with the members as soon as they are as `awaited` says, which may be at once.
   *
   * @param awaited a condition, or a function that is called again whenever something has changed
   * @throws {UsageError} if the condition is not legal; it names all faults
   * @throws {WaitTimeoutError} if it was not reached within `timeout`; it says what is missing, by name
   * @throws {StoppedError} if the node has ended
   * @throws the reason of `signal` as soon as it is aborted
   * @throws what the function throws that was given
   */
  waitFor(awaited: Awaited, options?: WaitOptions): Promise<readonly Member[]>;
  /** Says goodbye to all, takes the row out of the registry, and closes everything. */
  leave(): Promise<void>;
}

/** A node with the log that was opened for it. */
export class EmbeddedNode implements RunningNode {
  readonly joined: Promise<string>;
  readonly ended: Promise<StopReason>;
  readonly #node: ClusterNode;
  /** The log that was opened for this node and ends with it. */
  readonly #log: Log;
  /** What was told of the service. */
  #service: MemberService | undefined;
  #closed: Promise<void> | undefined;

  constructor(node: ClusterNode, log: Log, signal: AbortSignal | undefined) {
    this.#node = node;
    this.#log = log;
    const onAbort = (): void => void this.leave();
    this.joined = node.joined.catch((error) => {
      throw signal?.aborted && error instanceof StoppedError ? signal.reason : error;
    });
    // It need not be waited for.
    this.joined.catch(() => {});
    this.ended = node.ended.then(async (reason) => {
      signal?.removeEventListener("abort", onAbort);
      await this.leave();
      return reason;
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  }

  get name(): string {
    return this.#node.name;
  }

  get port(): number {
    return this.#node.port;
  }

  get url(): string | undefined {
    return this.#node.url;
  }

  members(): readonly Member[] {
    return this.#node.members();
  }

  get(name: string): Member | undefined {
    const [found, other] = this.members().filter((one) =>
      one.name === name || localName(one.name) === name
    );
    return other === undefined ? found : undefined;
  }

  explain(name: string): Explanation | undefined {
    const found = this.get(name);
    return found && this.#node.explain(found.name);
  }

  changes({ signal }: ChangesOptions = {}): AsyncIterable<Change> {
    return this.#node.changes(signal);
  }

  setService(
    state: ServiceState,
    { reason = "", port = this.#service?.port }: ServiceDetails = {},
  ): void {
    const faults: string[] = [];
    if (!serviceStates.includes(state)) {
      faults.push(`state ${JSON.stringify(state)}: it must be one of ${serviceStates.join(", ")}`);
    }
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
      faults.push(`port ${JSON.stringify(port)}: it must be a whole number from 1 to 65535`);
    }
    if (faults.length > 0) throw new UsageError(faults);
    this.#service = { state, reason: cutText(`${reason}`, serviceReasonMax), port };
    this.#node.describe({ service: this.#service });
  }

  setTags(tags: Readonly<Record<string, string>>): void {
    this.#node.describe({ tags: readTags(tags) });
  }

  async waitFor(awaited: Awaited, options: WaitOptions = {}): Promise<readonly Member[]> {
    if (this.#closed !== undefined) throw new StoppedError("The node is leaving, or has ended");
    return await waitFor(this.#node, awaited, options, systemClock);
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
