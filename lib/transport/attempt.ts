/**
 * An attempt: one address of a target is dialled, and whoever answers there has to prove the cookie
 * and to be the one that is looked for.
 *
 * @module
 */
import { type Address, formatAddress } from "../core/base/address.ts";
import { clusterNameMaxBytes } from "../core/base/name.ts";
import { decodeHello } from "../protocol/hello.ts";
import type { Hello } from "../protocol/hello.ts";
import { decodeUtf8 } from "../core/base/text.ts";
import type { Barrier } from "../barrier.ts";
import { afterPatiently } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { ConnectionParts } from "./connection.ts";
import { helloMaxBytes, initiate, introduce, type Introduction, type Keys } from "./handshake.ts";
import type { TransportLimits } from "./limits.ts";
import type { Outcome, Target } from "./transport.ts";
import { reasonOf } from "../sockets/reason.ts";
import type { Resolver } from "../sockets/resolver.ts";
import { FramedSocket, type Socket } from "./framed_socket.ts";

/** An outcome without an answer. */
export type Failure = Exclude<Outcome, { kind: "answer" }>;

/** Where to connect to. */
export interface Endpoint {
  /** The address that the target told: with an IP address, or the name of a host. */
  readonly told: Address;
  /** The IP address, one of those behind the name. */
  readonly host: string;
}

/** Opens a TCP connection to an IP address; the signal gives up. */
export type Connect = (address: Address, signal: AbortSignal) => Promise<Socket>;

/** What attempts need from their surroundings. */
export interface DialContext {
  readonly keys: Keys;
  readonly hello: () => Hello;
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: TransportLimits;
  readonly connect: Connect;
  readonly resolver: Resolver;
}

/** How an attempt ended. */
export type AttemptResult =
  | {
    readonly kind: "identified";
    readonly parts: ConnectionParts;
    /** Where it answered. */
    readonly endpoint: Endpoint;
  }
  | Failure;

/** Times a member that was rejected under load, although it has the right cookie, tries in all. */
const triesMax = 3;

/** One IP address being dialled. */
export class Attempt {
  readonly endpoint: Endpoint;
  /** Never rejects. */
  readonly result: Promise<AttemptResult>;

  readonly #context: DialContext;
  readonly #target: Target;
  readonly #fresh: boolean;
  readonly #abort = new AbortController();
  #framed: FramedSocket | undefined;
  #stopped: Failure | undefined;
  #isLast = false;

  /** @param fresh true if the connection is for a single request */
  constructor(endpoint: Endpoint, target: Target, fresh: boolean, context: DialContext) {
    this.endpoint = endpoint;
    this.#target = target;
    this.#fresh = fresh;
    this.#context = context;
    this.result = this.#run();
  }

  /** The address as it was told, and behind the name of a host the IP address. */
  get #where(): string {
    const { told, host } = this.endpoint;
    return told.host === host ? formatAddress(told) : `${formatAddress(told)} (${host})`;
  }

  /** How it stands: what its outcome is if it has to end now. */
  get standing(): Failure {
    const where = this.#where;
    return this.#framed === undefined
      ? { kind: "no-answer", detail: `${where} did not answer` }
      : { kind: "silent", detail: `${where} accepted the connection but said nothing` };
  }

  /** The handshake that has begun is the last one: no further connection is opened after it. */
  openNoMore(): void {
    this.#isLast = true;
  }

  /** Ends it at once; its result is `failure`, or else how it stood. */
  stop(failure: Failure = this.standing): void {
    this.#stopped ??= failure;
    this.#abort.abort();
    this.#framed?.close("ours", failure.detail);
  }

  async #run(): Promise<AttemptResult> {
    const broken = (): Failure => ({ kind: "reset", detail: "a fault of this program" });
    const result = await this.#context.barrier.settle("a dial", () => this.#meet(), broken);
    // Identified and stopped at the same moment: whoever gets it has to close it politely.
    if (result.kind === "identified") return result;
    this.#framed?.close("ours", result.kind);
    return this.#stopped ?? result;
  }

  async #meet(): Promise<AttemptResult> {
    const { keys, clock, limits } = this.#context;
    let cancel: (() => void) | undefined;
    try {
      for (let tries = 1;; tries++) {
        const framed = await this.#open();
        if (!(framed instanceof FramedSocket)) return framed;
        cancel ??= afterPatiently(clock, limits.handshakeTimeoutMs, () => this.stop());
        const introduction = await initiate(framed, keys, keys.starts);
        if (introduction !== undefined) return this.#verifyPeer(framed, introduction);
        if (framed.end?.kind !== "closed" || this.#isLast) return this.#failureOf(framed);
        const failure = await this.#askForCluster();
        if (failure.kind !== "reset" || tries === triesMax) return failure;
      }
    } finally {
      cancel?.();
    }
  }

  /** The other side holds the cookie: is it the one that is looked for? */
  #verifyPeer(framed: FramedSocket, { payload, ciphers }: Introduction): AttemptResult {
    if (this.#stopped) return this.#stopped;
    const peer = decodeHello(payload);
    if (peer === undefined) return this.#garbage("its hello is not legal");
    const other = this.#otherThanWanted(peer);
    if (other !== undefined) return other;
    const own = this.#context.hello();
    introduce(framed, ciphers, own, this.#fresh || own.role === "client");
    // From here on the socket belongs to the connection, and stopping must not close it.
    this.#framed = undefined;
    const { told: address } = this.endpoint;
    const parts = { framed, ciphers, peer, address, dialled: true, reusable: !this.#fresh };
    return { kind: "identified", parts, endpoint: this.endpoint };
  }

  async #open(): Promise<FramedSocket | Failure> {
    const { connect, limits } = this.#context;
    const where = this.#where;
    // One that has told the cluster has said all, and may be open still.
    this.#framed?.close("ours", "another connection was opened");
    let socket: Socket;
    try {
      const { told: { port }, host } = this.endpoint;
      socket = await connect({ host, port }, this.#abort.signal);
    } catch (error) {
      return this.#stopped ?? failureOfConnecting(error, where);
    }
    if (this.#stopped) {
      socket.close();
      return this.#stopped;
    }
    if (isItself(socket)) {
      socket.close();
      return { kind: "refused", detail: `nobody listens at ${where}` };
    }
    this.#framed = new FramedSocket(socket, helloMaxBytes, limits.writeQueueMaxBytes);
    return this.#framed;
  }

  /** Rejected without a word: another cluster, or another cookie? */
  async #askForCluster(): Promise<Failure> {
    const { keys } = this.#context;
    const where = this.#where;
    const framed = await this.#open();
    if (!(framed instanceof FramedSocket)) return framed;
    const introduction = await initiate(framed, keys, keys.bareStarts);
    if (introduction === undefined) {
      if (framed.end?.kind !== "closed") return this.#failureOf(framed);
      const detail =
        `${where} holds another cookie, speaks another protocol version, or is no clusternode`;
      return { kind: "wrong-cookie", detail };
    }
    const cluster = decodeUtf8(introduction.payload);
    if (cluster === undefined || cluster.length > clusterNameMaxBytes) {
      return this.#garbage("no name of a cluster");
    }
    if (cluster === keys.cluster) {
      return { kind: "reset", detail: `${where} closed the connection during the handshake` };
    }
    const detail = `${where} belongs to cluster ${JSON.stringify(cluster)}`;
    return { kind: "wrong-cluster", detail };
  }

  #otherThanWanted(peer: Hello): Failure | undefined {
    const where = this.#where;
    const { name, instance } = this.#target;
    const otherName = peer.name !== name;
    const otherInstance = instance !== undefined && peer.instance !== instance;
    if (peer.instance === this.#context.hello().instance) {
      return { kind: "other-instance", detail: `${where} is this node itself`, from: peer };
    }
    if (!otherName && !otherInstance) return undefined;
    const who = otherName ? peer.name : `another instance of ${peer.name}`;
    return { kind: "other-instance", detail: `${where} is ${who}`, from: peer };
  }

  #failureOf(framed: FramedSocket): Failure {
    const where = this.#where;
    const end = framed.end;
    if (end?.kind === "garbage") return this.#garbage(end.detail);
    return { kind: "reset", detail: `${where}: ${end?.detail ?? "the connection ended"}` };
  }

  #garbage(reason: string): Failure {
    return {
      kind: "garbage",
      detail: `${this.#where} does not speak the protocol: ${reason}`,
    };
  }
}

/** TCP lets a socket connect to its own port when nobody listens there; rare, and not a peer. */
function isItself({ localAddr, remoteAddr }: Socket): boolean {
  return localAddr.hostname === remoteAddr.hostname && localAddr.port === remoteAddr.port;
}

function failureOfConnecting(error: unknown, where: string): Failure {
  if (error instanceof Deno.errors.ConnectionRefused) {
    return { kind: "refused", detail: `nobody listens at ${where}` };
  }
  if (error instanceof Deno.errors.ConnectionReset) {
    return { kind: "reset", detail: `${where}: ${reasonOf(error)}` };
  }
  return { kind: "no-answer", detail: `${where}: ${reasonOf(error)}` };
}
