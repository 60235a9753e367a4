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
import type { Log } from "../log/log.ts";
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
  /** What there is to see of it, for who shows it. */
  readonly view: NodeView;
  readonly #parts: NodeParts;
  readonly #settings: Settings;
  readonly #transport: Transport;
  readonly #core: Membership;
  readonly #loop: CoreLoop;
  readonly #requestHandler: RequestHandler;
  readonly #peerEffects: PeerEffects;
  readonly #registryEffects: RegistryEffects;
  readonly #beamEffects: BeamEffects | undefined;
  readonly #addressWatch: AddressWatch | undefined;
  readonly #events: EventLog;
  readonly #abort = new AbortController();
  readonly #changes = new ChangeFeed();
  readonly #joined = Promise.withResolvers<NodeName>();
  readonly #ended = Promise.withResolvers<StopReason>();
  #registered = false;
  #isLeaving = false;
  #failure: Error | undefined;
  #shown: Shown | undefined;

  private constructor(parts: NodeParts, transport: Transport) {
    const settings = parts.settings(transport.port);
    const now = parts.clock.now();
    const put = (input: Input): void => this.#put(input);
    const registered = (): boolean => this.#registered;
    this.#parts = parts;
    this.meter = parts.meter ?? new Meter();
    this.#events = new EventLog(parts.log, parts.status, now);
    this.#joined.promise.catch(() => {});
    this.#settings = settings;
    this.#transport = transport;
    const core = this.#core = new Membership(settings, parts.random, now);
    parts.recorder?.begin(settings, now);
    const { addressesNow, openBeam } = parts;
    this.#addressWatch = addressesNow && new AddressWatch({
      barrier: parts.barrier,
      look: () => addressesNow(transport.port),
      onMoved: (addresses) => put({ kind: "moved", addresses }),
    });
    const turnListeners = [parts.watchdog, this.#addressWatch].filter((one) => one !== undefined);
    const phase = (): NodePhase => this.#phase;
    const view = this.view = new NodeView({ ...parts, core, transport, settings, phase });
    this.#loop = new CoreLoop({
      ...{ ...parts, core, turnListeners },
      carryOut: (effect) => this.#carryOut(effect),
      onSettled: () => view.settled(),
    });
    this.#requestHandler = new RequestHandler(parts, {
      view: () => core,
      now: () => parts.clock.now(),
      leave: (reason) => this.#leave(reason),
      ...{ put, registered, history: parts.history },
    });
    this.#peerEffects = new PeerEffects({ transport, log: parts.log, registered }, put);
    this.#beamEffects = openBeam && new BeamEffects({ ...parts, openBeam }, put);
    this.#registryEffects = new RegistryEffects(parts, put, this.#abort.signal);
  }

  /**
   * Listens, and begins to look for the others; {@linkcode joined} tells when it is registered.
   *
   * @throws {ListenError} if the transport cannot listen
   */
  static async open(parts: NodeParts): Promise<ClusterNode> {
    // The transport asks who we are before it knows its port, without which there is no node.
    const opened: { node?: ClusterNode } = {};
    const hello = (): Hello =>
      opened.node === undefined ? helloOf(parts.settings(0), parts.cluster) : opened.node.#hello();
    const transport = await parts.openTransport(ClusterNode.#handler(opened, parts.log), hello);
    const node = opened.node = new ClusterNode(parts, transport);
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
    return this.#transport.port;
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
    return this.#requestHandler.health();
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
    this.#loop.end();
    this.#abort.abort();
    await this.#addressWatch?.[Symbol.asyncDispose]();
    await this.#parts.recorder?.[Symbol.asyncDispose]();
    await this.#parts.history?.[Symbol.asyncDispose]();
    await this.#beamEffects?.[Symbol.asyncDispose]();
    await this.#transport[Symbol.asyncDispose]();
    await this.#registryEffects.close();
  }

  #hello(): Hello {
    const { name, addresses } = this.#core;
    // A name that is not ours yet, and may turn out to be another one, is nothing to go by.
    const role = this.#registered ? "member" : "client";
    return { ...helloOf(this.#settings, this.#parts.cluster), role, name, addresses };
  }

  /** Hands on what peers want of the node, once that is there. */
  static #handler(opened: { readonly node?: ClusterNode }, log: Log): TransportHandler {
    const withNode = (run: (node: ClusterNode) => void): void => {
      if (opened.node !== undefined) run(opened.node);
    };
    const put = (input: Input): void => withNode((node) => node.#put(input));
    return {
      onRequest: (from, body, answer) =>
        withNode((node) => node.#requestHandler.take(from, body, answer)),
      onNotice: (from, body) => {
        const notice = decodeNotice(body);
        if (notice === undefined) log.debug(`Ignored an unknown notice of ${from.name}`);
        else put({ kind: "told", news: notice.news, from: from.instance });
      },
      onLost: ({ name, instance }) => put({ kind: "lost", name, instance }),
      onLate: ({ name, instance }) => put({ kind: "late", name, instance }),
      onRejected: (address, reason) =>
        log.warning(`Rejected a connection from ${address}: ${reason}`, {
          event: "rejected",
          address,
        }),
    };
  }

  #put(input: Input): void {
    this.meter.put(input);
    this.#loop.put(input);
  }

  #carryOut(effect: Effect): Promise<void> | void {
    const { log } = this.#parts;
    switch (effect.kind) {
      case "ping":
      case "ask-probe":
      case "ask-sync":
      case "tell":
      case "drop":
        return this.#peerEffects.carryOut(effect);
      case "pong":
        return this.#requestHandler.reply(effect.reply, { kind: "pong", content: effect.content });
      case "probe-answer": {
        const { reply, reached } = effect;
        return this.#requestHandler.reply(reply, { kind: "probe", reached });
      }
      case "sync-answer": {
        const { buckets, records, more } = effect;
        return this.#requestHandler.reply(effect.reply, { kind: "sync", buckets, records, more });
      }
      case "list":
      case "write":
      case "remove":
        return this.#registryEffects.carryOut(effect);
      case "beam-ping":
      case "beam-pong":
        return this.#beamEffects?.carryOut(effect);
      case "forgotten":
        return this.#requestHandler.forgotten(effect.reply, effect.refusal);
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
      const cause = this.#registryEffects.lastFault;
      this.#joined.reject(new RegistryError(reason.message, { cause }));
    } else if (reason.kind === "faulty") {
      this.#failure = new StoppedError(reason.message);
      this.#joined.reject(this.#failure);
    } else this.#joined.reject(new StoppedError("The node left before it had joined"));
    this.#changes.close();
    this.#ended.resolve(reason);
  }
}

/** Who a node is that has not begun. */
function helloOf({ name, instance, addresses, software }: Settings, cluster: string): Hello {
  return { role: "client", name, instance, cluster, addresses, software };
}
