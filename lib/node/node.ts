/**
 * The shell around the core.
 *
 * Whatever happens (an answer, a listing, a request of a peer) becomes an input in the inbox of a
 * {@linkcode CoreLoop}, which hands it to the core and has the effects carried out here. Pongs are
 * sent from this very loop, and so is the status line: a node that answers is a node that works.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";
import type { Address } from "../core/base/address.ts";
import { unreachable } from "../core/base/assert.ts";
import { describeChanges, groupChanges } from "../core/members/change.ts";
import type { Change } from "../core/members/change.ts";
import { NameTakenError, RegistryError, StoppedError } from "../core/base/errors.ts";
import type { Hello } from "../protocol/hello.ts";
import type { Effect, Input, StopReason } from "../core/input.ts";
import type { MemberView } from "../core/members/member.ts";
import { Membership } from "../core/membership.ts";
import { decodeNotice } from "../protocol/message.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Random } from "../core/base/random.ts";
import type { Recorder } from "../recording/recording.ts";
import type { Settings } from "../core/settings.ts";
import type { Transport, TransportHandler } from "../transport/transport.ts";
import { watchAddresses } from "./address_watch.ts";
import { BeamEffects } from "./beam_effects.ts";
import type { BeamOpener } from "./beam_effects.ts";
import { CoreLoop } from "./core_loop.ts";
import type { Watchdog } from "./core_loop.ts";
import { PeerEffects } from "./peer_effects.ts";
import { RegistryEffects } from "./registry_effects.ts";
import type { RegistryEffectsParts } from "./registry_effects.ts";
import { RequestHandler } from "./request_handler.ts";
import { servicesOf, StatusWriter } from "./status_writer.ts";
import type { StatusMode } from "./status_writer.ts";
import { Broadcast } from "./subscription.ts";

/** What a node is made of; put together in `start.ts`. */
export interface NodeParts extends RegistryEffectsParts {
  readonly random: Random;
  /** Around each step, effect and request. */
  readonly barrier: Barrier;
  readonly cluster: string;
  readonly status: StatusMode;
  /** Is told every step, and closed with the node. */
  readonly recorder?: (Recorder & AsyncDisposable) | undefined;
  /** Hears from the loop that it turns. */
  readonly watchdog?: Watchdog | undefined;
  /** Opens the transport with the node as its handler. */
  openTransport(handler: TransportHandler, hello: () => Hello): Promise<Transport>;
  /** Begins to answer BEAM nodes; `undefined` if the pulse is not shared with them. */
  readonly openBeam?: BeamOpener | undefined;
  /** The settings of a node that listens on `port`; instance and name do not depend on it. */
  settings(port: number): Settings;
  /** Where it is reached by now; `undefined` if that was not detected, and does not change. */
  readonly addressesNow?:
    | ((port: number) => Promise<readonly Address[] | undefined>)
    | undefined;
}

/** A running node. */
export class ClusterNode implements AsyncDisposable {
  readonly #parts: NodeParts;
  readonly #abort = new AbortController();
  readonly #status: StatusWriter;
  readonly #changes = new Broadcast<Change>();
  readonly #joined = Promise.withResolvers<NodeName>();
  readonly #ended = Promise.withResolvers<StopReason>();
  #failure: Error | undefined;
  #settings: Settings | undefined;
  #registered = false;
  #registryEffects: RegistryEffects | undefined;
  #peerEffects: PeerEffects | undefined;
  #beamEffects: BeamEffects | undefined;
  #requestHandler: RequestHandler | undefined;
  #transport: Transport | undefined;
  #membership: Membership | undefined;
  #loop: CoreLoop | undefined;
  #watching = Promise.resolve();

  private constructor(parts: NodeParts) {
    this.#parts = parts;
    this.#status = new StatusWriter(parts.status);
    this.#joined.promise.catch(() => {});
  }

  /**
   * Listens, and begins to look for the others; {@linkcode joined} tells when it is registered.
   *
   * @throws {ListenError} if the transport cannot listen
   */
  static async open(parts: NodeParts): Promise<ClusterNode> {
    const node = new ClusterNode(parts);
    // The transport asks who we are before it knows its port.
    node.#settings = parts.settings(0);
    const transport = await parts.openTransport(node.#handler(), () => node.#hello());
    const settings = parts.settings(transport.port);
    node.#transport = transport;
    node.#settings = settings;
    const now = parts.clock.now();
    const core = node.#membership = new Membership(settings, parts.random, now);
    parts.recorder?.begin(settings, now);
    const carryOut = (effect: Effect): Promise<void> | void => node.#carryOut(effect);
    node.#loop = new CoreLoop({ ...parts, core, carryOut });
    const registered = (): boolean => node.#registered;
    node.#requestHandler = new RequestHandler(parts, {
      view: () => node.#core,
      now: () => parts.clock.now(),
      put: (input) => node.#put(input),
      registered,
    });
    const peerParts = { transport, log: parts.log, registered };
    node.#peerEffects = new PeerEffects(peerParts, (input) => node.#put(input));
    const { openBeam } = parts;
    if (openBeam !== undefined) {
      node.#beamEffects = new BeamEffects({ ...parts, openBeam }, (input) => node.#put(input));
    }
    node.#registryEffects = new RegistryEffects(
      parts,
      (input) => node.#put(input),
      node.#abort.signal,
    );
    const { addressesNow, clock } = parts;
    if (addressesNow !== undefined) {
      const look = (): Promise<readonly Address[] | undefined> => addressesNow(transport.port);
      const onMoved = (addresses: readonly Address[]): void =>
        node.#put({ kind: "moved", addresses });
      const watch = (): Promise<void> =>
        watchAddresses({ clock, look }, onMoved, node.#abort.signal);
      node.#watching = parts.barrier.settle("the watch for other addresses", watch);
    }
    node.#put({ kind: "wake" });
    return node;
  }

  /** The full name; for automatic names final once {@linkcode joined} has resolved. */
  get name(): NodeName {
    return this.#core.name;
  }

  /** The port on which it answers. */
  get port(): number {
    return this.#transport?.port ?? 0;
  }

  /**
   * Resolves with the name as soon as the node is registered.
   *
   * @throws {NameTakenError} if a live node holds the name
   * @throws {RegistryError} if the registry could not be used within the start timeout
   * @throws {ListenError} if it cannot listen for BEAM nodes; then it leaves, too
   * @throws {StoppedError} if it left before, or a fault of this program has kept it from working
   */
  get joined(): Promise<NodeName> {
    return this.#joined.promise;
  }

  /** Whether it works, and why; asked from its own loop. */
  health(): { readonly healthy: boolean; readonly reason: string } {
    const { healthy = false, reason = "it has not been opened" } = this.#requestHandler?.health() ??
      {};
    return { healthy, reason };
  }

  /** Why it ended, if that was its own fault. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves with the reason when the node has ended by itself or after {@linkcode leave}. */
  get ended(): Promise<StopReason> {
    return this.#ended.promise;
  }

  /** All members, this one included, in the order of their names. */
  members(): MemberView[] {
    return this.#core.members(this.#parts.clock.now());
  }

  /** Tells all, at once, what this node carries or how it is tagged; what is left out stays. */
  describe(description: Omit<Input & { kind: "described" }, "kind">): void {
    this.#put({ kind: "described", ...description });
  }

  /**
   * What changes from now on, until the node ends.
   *
   * @throws the abort reason, to who iterates, as soon as `signal` is aborted
   */
  changes(signal?: AbortSignal): AsyncIterable<Change> {
    return this.#changes.read(signal);
  }

  /** Says goodbye to all, takes the row out of the registry, and ends. */
  async leave(): Promise<void> {
    this.#put({ kind: "leave" });
    await this.ended;
  }

  /** {@linkcode leave}s and closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    this.#loop?.end();
    this.#abort.abort();
    await this.#watching;
    await this.#parts.recorder?.[Symbol.asyncDispose]();
    await this.#beamEffects?.[Symbol.asyncDispose]();
    await this.#transport?.[Symbol.asyncDispose]();
    await this.#registryEffects?.close();
  }

  get #core(): Membership {
    if (this.#membership === undefined) throw new TypeError("The node has not been opened");
    return this.#membership;
  }

  #hello(): Hello {
    const { cluster } = this.#parts;
    const { instance, software, ...settings } = this.#settings as Settings;
    return {
      // A name that is not ours yet, and may turn out to be another one, is nothing to go by.
      role: this.#registered ? "member" : "client",
      name: this.#membership?.name ?? settings.name,
      instance,
      cluster,
      addresses: this.#membership?.addresses ?? settings.addresses,
      software,
    };
  }

  #handler(): TransportHandler {
    const { log } = this.#parts;
    return {
      onRequest: (from, body, answer) => this.#requestHandler?.take(from, body, answer),
      onNotice: (from, body) => {
        const notice = decodeNotice(body);
        if (notice === undefined) log.debug(`Ignored an unknown notice of ${from.name}`);
        else this.#put({ kind: "told", news: notice.news, from: from.instance });
      },
      onLost: ({ name, instance }) => this.#put({ kind: "lost", name, instance }),
      onLate: ({ name, instance }) => this.#put({ kind: "late", name, instance }),
      onRejected: (address, reason) =>
        log.warning(`Rejected a connection from ${address}: ${reason}`, {
          event: "rejected",
          address,
        }),
    };
  }

  #put(input: Input): void {
    this.#loop?.put(input);
  }

  #carryOut(effect: Effect): Promise<void> | void {
    const { log } = this.#parts;
    switch (effect.kind) {
      case "ping":
      case "ask-probe":
      case "ask-sync":
      case "tell":
      case "drop":
        return this.#peerEffects?.carryOut(effect);
      case "pong":
        return this.#requestHandler?.reply(effect.reply, { kind: "pong", content: effect.content });
      case "probe-answer":
        return this.#requestHandler?.reply(effect.reply, {
          kind: "probe",
          reached: effect.reached,
        });
      case "sync-answer": {
        const { buckets, records, more } = effect;
        return this.#requestHandler?.reply(effect.reply, { kind: "sync", buckets, records, more });
      }
      case "list":
      case "write":
      case "remove":
        return this.#registryEffects?.carryOut(effect);
      case "beam-ping":
      case "beam-pong":
        return this.#beamEffects?.carryOut(effect);
      case "forgotten":
        return this.#requestHandler?.forgotten(effect.reply, effect.refusal);
      case "status": {
        const line = this.#status.line(effect);
        if (line === undefined) return;
        const { self, shown, alive, entries } = effect;
        const members = entries &&
          Object.fromEntries(entries.map((entry) => [entry.name, entry.alive]));
        const services = servicesOf(entries ?? []);
        return log.info(line, { event: "status", node: self, shown, alive, members, services });
      }
      case "changes":
        return this.#tellChanges(effect.changes);
      case "joined":
        this.#registered = true;
        return this.#tellJoined(effect.name);
      case "note":
        return log[effect.level](effect.message, { event: "note", node: this.name });
      case "stop":
        return this.#stop(effect.reason);
      default:
        return unreachable(effect);
    }
  }

  /** Now that the name is this node's, BEAM nodes may hear of it, too. */
  async #tellJoined(name: NodeName): Promise<void> {
    try {
      await this.#beamEffects?.open(name);
      this.#joined.resolve(name);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#joined.reject(this.#failure);
      this.#put({ kind: "leave" });
    }
  }

  /** One line for all changes of one kind; a program gets each. */
  #tellChanges(changes: readonly Change[]): void {
    const { log } = this.#parts;
    for (const group of groupChanges(changes)) {
      const [first] = group;
      const isBad = first?.kind === "failed" || first?.kind === "link-bad" ||
        first?.kind === "isolated" || first?.service === "failing";
      log[isBad ? "warning" : "info"](describeChanges(group), {
        event: first?.kind,
        node: this.name,
        members: group.map(({ name }) => name),
        status: first?.status,
        service: first?.service,
        reason: first?.reason,
      });
      for (const change of group) this.#changes.send(change);
    }
  }

  #stop(reason: StopReason): void {
    this.#registered = false;
    if (reason.kind === "name-taken") this.#joined.reject(new NameTakenError(reason.message));
    else if (reason.kind === "registry-away") {
      this.#joined.reject(
        new RegistryError(reason.message, { cause: this.#registryEffects?.lastFault }),
      );
    } else if (reason.kind === "faulty") {
      this.#failure = new StoppedError(reason.message);
      this.#joined.reject(this.#failure);
    } else this.#joined.reject(new StoppedError("The node left before it had joined"));
    this.#changes.close();
    this.#ended.resolve(reason);
  }
}
