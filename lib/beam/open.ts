/**
 * The pulse with BEAM nodes: one link per name, found, opened and kept as pings need it.
 *
 * This file decides over which link a ping goes; {@linkcode Dial} opens them, {@linkcode Listener}
 * takes them in, {@linkcode Link} speaks over them, {@linkcode KeptRegistration} makes this node
 * findable.
 *
 * @module
 */
import { localName, type NodeName } from "../core/base/name.ts";
import { HostResolver } from "../sockets/resolver.ts";
import type { Resolver } from "../sockets/resolver.ts";
import { RejectionReports } from "../sockets/rejections.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import { Acquaintance } from "./acquaintance.ts";
import type { Beam, BeamDeadlines, BeamOptions, BeamOutcome } from "./beam.ts";
import { ByteReader } from "./term/bytes.ts";
import { Dial, type DialContext, type DialResult } from "./dial.ts";
import type { Listener } from "../sockets/listener.ts";
import { type ListenerContext, listenForBeams } from "./listener.ts";
import type { Party, Peer } from "./handshake/handshake.ts";
import type { Status } from "./handshake/handshake_message.ts";
import { type BeamLimits, defaultLimits } from "./limits.ts";
import { Link, type LinkContext } from "./link.ts";
import type { Failure } from "./epmd/lookup.ts";
import { OpenChallenges } from "./handshake/open_challenges.ts";
import { KeptRegistration } from "./epmd/registration.ts";
import type { PacketSocket } from "./packet_socket.ts";

/** Silence after the first report of a host: a BEAM node with another cookie tries each second. */
const rejectedQuietMs = 30_000;

/** What a pulse with BEAM nodes is made of. */
export interface OpenBeamOptions extends BeamOptions {
  readonly clock: Clock;
  /** Around each connection and each timer. */
  readonly barrier: Barrier;
  /** Random bytes from the operating system: challenges are made of them. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly limits?: Partial<BeamLimits>;
  /** Finds the addresses of hosts; one of its own by default. */
  readonly resolver?: Resolver;
}

/** A pulse with BEAM nodes, with what tests want to do and to count. */
export interface OpenedBeam extends Beam {
  /** Connections that came in and have not proven the cookie. */
  readonly pendingCount: number;
  /** Open links. */
  readonly linkCount: number;
  /** Dials during which the other side was found to be dialling this node. */
  readonly collisionCount: number;
  /** The port of the EPMD that is served here, or 0. */
  readonly epmdPort: number;
  /** Challenges of handshakes under way. */
  readonly challengeCount: number;
  /** Closes the link to `name`, if there is one. */
  disconnect(name: NodeName): void;
}

/**
 * Opens a pulse with BEAM nodes. It is registered with EPMD when this resolves, if that was possible.
 *
 * @throws {ListenError} `Cannot listen for BEAM nodes on 10.0.0.5:80 as …`
 */
export async function openBeam(options: OpenBeamOptions): Promise<OpenedBeam> {
  const beam = new BeamNode(options);
  await beam.registered;
  return beam;
}

/** Dials for one ping: the second and third cure that both sides were dialling. */
const dialsMax = 3;

/** Links over which one ping is sent: the second if the first one ended under it. */
const linksPerPingMax = 2;

const stopped: Failure = { kind: "closed", detail: "the pulse with BEAM nodes was closed" };
const broken: Failure = { kind: "reset", detail: "a fault of this program" };

class BeamNode implements OpenedBeam {
  readonly #options: OpenBeamOptions;
  readonly #limits: BeamLimits;
  readonly #creation: number;
  readonly #known = new Map<NodeName, Acquaintance>();
  readonly #challenges = new OpenChallenges(() => this.#random32());
  readonly #tasks = new Set<Promise<unknown>>();
  readonly #dialContext: DialContext;
  readonly #linkContext: LinkContext;
  readonly #listener: Listener<PacketSocket> | undefined;
  readonly #registration: KeptRegistration;
  #lastLink = 0;
  #linkCount = 0;
  #collisionCount = 0;
  #isClosed = false;

  constructor(options: OpenBeamOptions) {
    const { name, barrier, handler, epmdPort, tickMs, listen, epmd, randomBytes } = options;
    const clock = barrier.clock(options.clock);
    const { resolver = new HostResolver({ clock }) } = options;
    this.#options = { ...options, clock };
    const limits = this.#limits = { ...defaultLimits, ...options.limits };
    // Smaller ones were given out by old versions of EPMD, 0 by none.
    const creation = this.#creation = Math.max(4, this.#random32());
    const party = (): Party & Disposable => this.#party();
    this.#dialContext = {
      ...{ clock, limits, resolver, epmdPort, party },
      hasCome: async (to, leftMs) =>
        await this.#of(to).arrival(this.#arrivalTimeoutMs(leftMs), false) !== undefined,
      isLinked: (to) => this.#of(to).link !== undefined,
    };
    this.#linkContext = {
      ...{ clock, barrier, limits, tickMs },
      own: { name, creation },
      onPing: (from, answer, drop) => handler.onPing(from, answer, drop),
      onEnd: (link) => this.#onEnd(link),
    };
    const rejections = new RejectionReports(
      clock,
      (host, why) => handler.onRejected(host, why),
      rejectedQuietMs,
    );
    const listenerContext: ListenerContext = {
      ...{ clock, barrier, limits, party, rejections },
      onNamed: (from, left) => this.#admit(from, left),
      onProven: (peer, packets) => this.#adopt(peer, packets).ended,
    };
    this.#listener = listen && listenForBeams(listen, listenerContext);
    this.#registration = new KeptRegistration({
      ...{ clock, barrier, limits, randomBytes, epmdPort },
      alive: localName(name),
      port: this.#listener?.port,
      serve: epmd,
      onNote: (level, message) => handler.onNote(level, message),
    });
  }

  /** Resolves when the first attempt to register is over. */
  get registered(): Promise<void> {
    return this.#registration.tried;
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  get pendingCount(): number {
    return this.#listener?.pendingCount ?? 0;
  }

  get linkCount(): number {
    return this.#linkCount;
  }

  get challengeCount(): number {
    return this.#challenges.size;
  }

  get collisionCount(): number {
    return this.#collisionCount;
  }

  get epmdPort(): number {
    return this.#registration.server?.port ?? 0;
  }

  async ping(name: NodeName, deadlines: BeamDeadlines): Promise<BeamOutcome> {
    const { barrier } = this.#options;
    const pinged = (): Promise<BeamOutcome> => this.#ping(name, deadlines);
    return await barrier.settle("a ping of a BEAM node", pinged, () => broken);
  }

  async #ping(name: NodeName, deadlines: BeamDeadlines): Promise<BeamOutcome> {
    const { clock, name: own } = this.#options;
    if (name === own) return { kind: "garbage", detail: "it has the name of this node" };
    const { connectTimeoutMs, answerTimeoutMs } = deadlines;
    const deadlineMs = clock.now() + connectTimeoutMs + answerTimeoutMs;
    let lost: Failure = stopped;
    for (let count = 0; count < linksPerPingMax && !this.#isClosed; count++) {
      const leftMs = deadlineMs - clock.now();
      if (leftMs <= 0) return lost;
      const link = await this.#linkTo(name, Math.min(connectTimeoutMs, leftMs));
      if (!(link instanceof Link)) return link;
      const answerMs = Math.max(1, Math.min(answerTimeoutMs, deadlineMs - clock.now()));
      const outcome = await link.ping(answerMs);
      if (outcome.kind === "pong") {
        return { ...outcome, address: link.packets.remote, creation: link.peer.creation };
      }
      if (outcome.kind !== "lost") return outcome;
      // Both sides may have ended it for each other; whether the node is there, a new one tells.
      lost = { kind: "reset", detail: outcome.detail };
    }
    return this.#isClosed ? stopped : lost;
  }

  disconnect(name: NodeName): void {
    this.#known.get(name)?.link?.close("disconnected on purpose");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const known of [...this.#known.values()]) known.close(stopped);
    await Promise.all([this.#listener?.close(), this.#registration[Symbol.asyncDispose]()]);
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  /** The link to `name`: the open one, or one that comes, or one that is dialled. */
  #linkTo(name: NodeName, timeoutMs: number): Promise<Link | Failure> {
    const known = this.#of(name);
    if (known.link !== undefined) return Promise.resolve(known.link);
    if (known.connecting !== undefined) return this.#within(timeoutMs, known, known.connecting);
    const { barrier } = this.#options;
    const connect = (): Promise<Link | Failure> => this.#connect(known, timeoutMs);
    const connected = barrier.settle("a dial of a BEAM node", connect, () => broken);
    const connecting = known.connecting = connected.finally(() => {
      known.connecting = undefined;
      this.#forgetIfOver(known);
    });
    this.#track(connecting);
    return connecting;
  }

  /** An attempt that somebody else began may have a longer deadline than the one who joined it. */
  #within(
    timeoutMs: number,
    known: Acquaintance,
    running: Promise<Link | Failure>,
  ): Promise<Link | Failure> {
    return new Promise((resolve) => {
      const detail = `no connection to ${known.name} within ${timeoutMs} ms`;
      const cancel = this.#options.clock.after(
        timeoutMs,
        () => resolve(known.dial?.overdue(timeoutMs) ?? { kind: "silent", detail }),
      );
      void running.then(resolve).finally(cancel);
    });
  }

  async #connect(known: Acquaintance, timeoutMs: number): Promise<Link | Failure> {
    const { clock } = this.#options;
    const { linksMax } = this.#limits;
    const deadlineMs = clock.now() + timeoutMs;
    const arrivalTimeoutMs = (): number => this.#arrivalTimeoutMs(deadlineMs - clock.now());
    // It has said that it comes. Half of the time: should it fail, there is another chance.
    const trustMs = (): number => Math.floor((deadlineMs - clock.now()) / 2);
    let failure: Failure = { kind: "silent", detail: `no connection within ${timeoutMs} ms` };
    for (let count = 0; count < dialsMax; count++) {
      const come = await known.arrival(arrivalTimeoutMs(), false);
      if (come !== undefined) return come;
      const leftMs = deadlineMs - clock.now();
      if (this.#isClosed) return stopped;
      if (leftMs <= 0) return failure;
      if (this.#linkCount >= linksMax) {
        return { kind: "no-answer", detail: `there are ${linksMax} connections already` };
      }
      const result = await this.#dial(known, leftMs, timeoutMs);
      if (result.kind === "linked") {
        if (!this.#isClosed) return this.#adopt(result.peer, result.packets).link;
        result.packets.close("ours", stopped.detail);
        return stopped;
      }
      const { kind, detail } = result;
      const isYielded = kind === "yielded";
      const instead = await known.arrival(isYielded ? trustMs() : arrivalTimeoutMs(), isYielded);
      if (instead !== undefined) return instead;
      if (!isYielded && kind !== "dropped") return result;
      failure = { kind: isYielded ? "silent" : "reset", detail };
    }
    return failure;
  }

  async #dial(known: Acquaintance, leftMs: number, timeoutMs: number): Promise<DialResult> {
    const dial = known.dial = new Dial(known.name, leftMs, timeoutMs, this.#dialContext);
    const result = await dial.result;
    known.dial = undefined;
    const isCollision = result.kind === "yielded" || await dial.status === "ok_simultaneous";
    if (isCollision) this.#collisionCount++;
    return result;
  }

  async #admit(name: NodeName, left: Promise<void>): Promise<Status> {
    const isFull = this.#linkCount >= this.#limits.linksMax;
    if (this.#isClosed || (isFull && !this.#known.get(name)?.link)) return "not_allowed";
    const known = this.#of(name);
    known.comes(left);
    void left.then(() => this.#forgetIfOver(known));
    return await known.admission(this.#options.name > name);
  }

  #adopt(
    peer: Peer,
    packets: PacketSocket,
  ): { readonly link: Link; readonly ended: Promise<void> } {
    const link = new Link(peer, packets, ++this.#lastLink, this.#linkContext);
    this.#linkCount++;
    const ended = link.run();
    this.#of(peer.name).adopt(link);
    this.#track(ended);
    return { link, ended };
  }

  #onEnd(link: Link): void {
    this.#linkCount--;
    const known = this.#known.get(link.name);
    const wasUsed = known?.lose(link);
    if (known !== undefined) this.#forgetIfOver(known);
    if (wasUsed && !this.#isClosed) this.#options.handler.onLost(link.name);
  }

  /**
   * How long to wait for somebody who says to be a node, of the time that is left. Strangers can say
   * so, and must not use up the time of a ping.
   */
  #arrivalTimeoutMs(leftMs: number): number {
    return Math.min(this.#limits.comingMaxMs, Math.floor(leftMs / 4));
  }

  #party(): Party & Disposable {
    const { name, cookie } = this.#options;
    return { name, cookie, creation: this.#creation, ...this.#challenges.draw() };
  }

  #random32(): number {
    return new ByteReader(this.#options.randomBytes(4)).number(4);
  }

  #of(name: NodeName): Acquaintance {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const fresh = new Acquaintance(name, this.#options.clock);
    this.#known.set(name, fresh);
    return fresh;
  }

  #forgetIfOver(known: Acquaintance): void {
    if (known.isOver && this.#known.get(known.name) === known) this.#known.delete(known.name);
  }

  /** Is waited for when closing. */
  #track(work: Promise<unknown>): void {
    const task = this.#options.barrier.settle("the work with BEAM nodes", () => work);
    this.#tasks.add(task);
    void task.then(() => this.#tasks.delete(task));
  }
}
