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
import type { ToldChange } from "../core/members/change.ts";
import { NameTakenError, RegistryError, StoppedError } from "../core/base/errors.ts";
import type { Hello } from "../protocol/hello.ts";
import type { Effect, Input, StopReason } from "../core/input.ts";
import type { Explanation } from "../core/explain/explanation.ts";
import type { History } from "../history/history.ts";
import type { MemberView } from "../core/members/member.ts";
import { Membership } from "../core/membership.ts";
import { decodeNotice } from "../protocol/message.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Random } from "../core/base/random.ts";
import type { Recorder } from "../recording/recording.ts";
import type { Settings } from "../core/settings.ts";
import type { Transport, TransportHandler } from "../transport/transport.ts";
import { AddressWatch } from "./address_watch.ts";
import { BeamEffects } from "./beam_effects.ts";
import type { BeamOpener } from "./beam_effects.ts";
import { ChangeFeed } from "./change_feed.ts";
import { CoreLoop } from "./core_loop.ts";
import { Meter } from "./meter.ts";
import type { NodeMeter } from "./meter.ts";
import { PeerEffects } from "./peer_effects.ts";
import { RegistryEffects } from "./registry_effects.ts";
import type { RegistryEffectsParts } from "./registry_effects.ts";
import { RequestHandler } from "./request_handler.ts";
import { EventLog } from "./event_log.ts";
import type { StatusMode } from "./status_writer.ts";
import type { TurnListener } from "./turns.ts";
import { NodeView } from "./view/node_view.ts";
import type { NodePhase } from "./view/node_view.ts";

/** What a node is made of; put together in `start.ts`. */
export interface NodeParts extends RegistryEffectsParts {
  readonly random: Random;
  /** Around each step, effect and request. */
  readonly barrier: Barrier;
  readonly cluster: string;
  readonly status: StatusMode;
  /** Counts what happens; one that counts the calls of the registry already, if it is given. */
  readonly meter?: Meter | undefined;
  /** Is told every step, and closed with the node. */
  readonly recorder?: (Recorder & AsyncDisposable) | undefined;
  /** Remembers beyond the end of the node, and is closed with it. */
  readonly history?: History | undefined;
  /** Hears from the loop that it turns. */
  readonly watchdog?: TurnListener | undefined;
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

/** Where a node is shown to people and programs. */
export interface Shown extends AsyncDisposable {
  readonly url: string | undefined;
}

/** A running node. */
export class ClusterNode implements AsyncDisposable, NodeMeter {
  /** What it has counted since it started. */
  readonly meter: Meter;
  readonly #parts: NodeParts;
  readonly #abort = new AbortController();
  readonly #events: EventLog;
  readonly #changes = new ChangeFeed();
  readonly #joined = Promise.withResolvers<NodeName>();
  readonly #ended = Promise.withResolvers<StopReason>();
  #failure: Error | undefined;
  #settings: Settings | undefined;
  #registered = false;
  #isLeaving = false;
  #registryEffects: RegistryEffects | undefined;
  #peerEffects: PeerEffects | undefined;
  #beamEffects: BeamEffects | undefined;
  #requestHandler: RequestHandler | undefined;
  #transport: Transport | undefined;
  #membership: Membership | undefined;
  #loop: CoreLoop | undefined;
  #addressWatch: AddressWatch | undefined;
  #view: NodeView | undefined;
  #shown: Shown | undefined;

  private constructor(parts: NodeParts) {
    this.#parts = parts;
    this.meter = parts.meter ?? new Meter();
    this.#events = new EventLog(parts.log, parts.status, parts.clock.now());
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
    const { addressesNow } = parts;
    node.#addressWatch = addressesNow && new AddressWatch({
      barrier: parts.barrier,
      look: () => addressesNow(transport.port),
      onMoved: (addresses) => node.#put({ kind: "moved", addresses }),
    });
    const turnListeners = [parts.watchdog, node.#addressWatch].filter((one) => one !== undefined);
    const phase = (): NodePhase => node.#phase;
    const view = node.#view = new NodeView({ ...parts, core, transport, settings, phase });
    const onSettled = (): void => view.settled();
    node.#loop = new CoreLoop({ ...parts, core, turnListeners, carryOut, onSettled });
    const registered = (): boolean => node.#registered;
    node.#requestHandler = new RequestHandler(parts, {
      view: () => node.#core,
      now: () => parts.clock.now(),
      put: (input) => node.#put(input),
      leave: (reason) => node.#leave(reason),
      ...{ registered, history: parts.history },
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
    node.#put({ kind: "wake" });
    return node;
  }

  /** The full name; for automatic names final once {@linkcode joined} has resolved. */
  get name(): NodeName {
    return this.#core.name;
  }

  /** A number that is equal on nodes that believe the same of all members. */
  get fingerprint(): number {
    return this.#core.fingerprint;
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

  /** What there is to see of it, for who shows it. */
  get view(): NodeView {
    if (this.#view === undefined) throw new TypeError("The node has not been opened");
    return this.#view;
  }

  /** Where it is shown; `undefined` if it is not, or not yet. */
  get url(): string | undefined {
    return this.#shown?.url;
  }

  /** It is shown there from now on, which ends with the node. */
  show(shown: Shown): void {
    this.#shown = shown;
  }

  /** Whether it works, and why; asked from its own loop. */
  health(): { readonly healthy: boolean; readonly reason: string } {
    return this.#requestHandler?.health() ?? { healthy: false, reason: "it has not been opened" };
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

  /** Why a member is seen as it is; `undefined` if nothing is known of it. */
  explain(name: NodeName): Explanation | undefined {
    return this.#core.explain(name, this.#parts.clock.now());
  }

  /** Tells all, at once, what this node carries or how it is tagged; what is left out stays. */
  describe(description: Omit<Input & { kind: "described" }, "kind">): void {
    this.#put({ kind: "described", ...description });
  }

  /** Its service has ended and should not have: the log warns where it tells that next. */
  serviceFailed(): void {
    this.#events.serviceFailed();
  }

  /**
   * What has changed by now, and what changes until the node ends.
   *
   * @throws the abort reason, to who iterates, as soon as `signal` is aborted
   */
  changes(signal?: AbortSignal): AsyncIterable<ToldChange> {
    return this.#changes.read(signal);
  }

  /**
   * Says goodbye to all, takes the row out of the registry, and ends.
   *
   * @param reason why, as the log says it; of several the first counts
   */
  async leave(reason = "its program asked it to"): Promise<void> {
    this.#leave(reason);
    await this.ended;
  }

  get #phase(): NodePhase {
    return this.#isLeaving ? "leaving" : this.#registered ? "joined" : "starting";
  }

  #leave(reason: string): void {
    this.#isLeaving = true;
    this.#events.leaving(this.name, reason, () => this.#put({ kind: "leave" }));
  }

  /** {@linkcode leave}s and closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    await this.#shown?.[Symbol.asyncDispose]();
    this.#loop?.end();
    this.#abort.abort();
    await this.#addressWatch?.[Symbol.asyncDispose]();
    await this.#parts.recorder?.[Symbol.asyncDispose]();
    await this.#parts.history?.[Symbol.asyncDispose]();
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
    this.meter.put(input);
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
      case "probe-answer": {
        const { reply, reached } = effect;
        return this.#requestHandler?.reply(reply, { kind: "probe", reached });
      }
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
      case "status":
        return this.#events.status(effect);
      case "changes":
        this.meter.told(effect.changes);
        this.#events.changes(effect.changes);
        for (const change of effect.changes) this.#changes.send(change);
        return;
      case "joined":
        this.#registered = true;
        this.#events.joined(effect.name);
        this.#parts.history?.begin({ ...this.#hello(), name: effect.name });
        return this.#tellJoined(effect.name);
      case "note":
        return log[effect.level](effect.message);
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
      this.#leave(this.#failure.message);
    }
  }

  #stop(reason: StopReason): void {
    this.#registered = false;
    this.#isLeaving = true;
    const why = this.#events.stopped(this.name, reason, this.#parts.clock.now());
    this.#parts.history?.end(why);
    if (reason.kind === "name-taken") this.#joined.reject(new NameTakenError(reason.message));
    else if (reason.kind === "registry-away") {
      const cause = this.#registryEffects?.lastFault;
      this.#joined.reject(new RegistryError(reason.message, { cause }));
    } else if (reason.kind === "faulty") {
      this.#failure = new StoppedError(reason.message);
      this.#joined.reject(this.#failure);
    } else this.#joined.reject(new StoppedError("The node left before it had joined"));
    this.#changes.close();
    this.#ended.resolve(reason);
  }
}
