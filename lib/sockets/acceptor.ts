/**
 * Accepts connections, whatever comes: a flood does not keep those out who came first, and running
 * out of descriptors does not end it.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";
import { type Clock, sleep } from "../clock.ts";
import { type Address, formatAddress, isUnspecified } from "../core/base/address.ts";
import { ListenError } from "../core/base/errors.ts";
import { reasonOf } from "./reason.ts";

/**
 * Connections accepted before those accepted get their turn. Without a pause a whole backlog comes in
 * at once, and pushes out the members in it before their first message was looked at.
 */
const acceptBurst = 48;

/** Out of file descriptors, most likely: some come back when connections end. */
const acceptPauseMs = 50;

/** What accepting a connection says that its peer has reset before. */
const hungUp = [
  Deno.errors.NotConnected,
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
];

/**
 * Listens at an address. `0.0.0.0` and `::` both mean each address of this machine, of IPv4 and of
 * IPv6, because a node tells its peers all of them and has to answer wherever it is called. One
 * socket does for both families, unless the system keeps them apart.
 *
 * @throws what `Deno.listen` throws
 */
export function listenersAt({ host, port }: Address): readonly Deno.TcpListener[] {
  if (!isUnspecified(host)) return [Deno.listen({ hostname: host, port })];
  const first = listenWithoutHost(port);
  try {
    return [first, Deno.listen({ hostname: "0.0.0.0", port: first.addr.port })];
  } catch {
    // The first one has IPv4, too, or there is none here.
    return [first];
  }
}

/** Listens on IPv6, and with it mostly on IPv4; where there is no IPv6 on that alone. */
function listenWithoutHost(port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: "::", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
    return Deno.listen({ hostname: "0.0.0.0", port });
  }
}

/**
 * Listens at an address, like {@linkcode listenersAt}.
 *
 * @param whom who is to come, as in "Cannot listen for BEAM nodes on …"; left out if that is clear
 * @throws {ListenError} if that is not possible; the message names the address and the reason
 */
export function listenAt(address: Address, whom?: string): readonly Deno.TcpListener[] {
  try {
    return listenersAt(address);
  } catch (error) {
    const what = whom === undefined ? "listen" : `listen for ${whom}`;
    const message = `Cannot ${what} on ${formatAddress(address)} as ${listenFault(error)}`;
    throw new ListenError(message, { cause: error });
  }
}

function listenFault(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "another program listens there already";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (error instanceof Deno.errors.PermissionDenied) {
    return `the system does not allow it: ${reasonOf(error)}`;
  }
  return `it failed: ${reasonOf(error)}`;
}

/** Listening sockets at one port and what goes on with the connections that came in by them. */
export class Acceptor {
  readonly #listeners: readonly Deno.TcpListener[];
  readonly #clock: Clock;
  readonly #barrier: Barrier;
  readonly #burst: number;
  readonly #receive: (socket: Deno.TcpConn) => Promise<void>;
  readonly #tasks = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  /**
   * @param listeners at least one, all of the same port
   * @param parts `pendingMax`: how many may wait; more are not accepted before they had their turn
   * @param receive is given each connection; resolves when that is over
   */
  constructor(
    listeners: readonly Deno.TcpListener[],
    { clock, barrier, pendingMax }: {
      readonly clock: Clock;
      readonly barrier: Barrier;
      readonly pendingMax: number;
    },
    receive: (socket: Deno.TcpConn) => Promise<void>,
  ) {
    this.#listeners = listeners;
    this.#clock = clock;
    this.#barrier = barrier;
    this.#burst = Math.min(acceptBurst, pendingMax);
    this.#receive = receive;
    for (const listener of listeners) this.#track(this.#acceptAll(listener));
  }

  /** The port on which it listens. */
  get port(): number {
    return this.#listeners[0]?.addr.port ?? 0;
  }

  /** True once it was told to {@linkcode stop}. */
  get isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Lets nobody in any more. */
  stop(): void {
    if (this.isStopped) return;
    this.#stopping.abort();
    for (const listener of this.#listeners) listener.close();
  }

  /** Resolves when, after {@linkcode stop}, all connections that came in are over. */
  async ended(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #acceptAll(listener: Deno.TcpListener): Promise<void> {
    const { signal } = this.#stopping;
    for (let accepted = 1; !signal.aborted; accepted++) {
      let pauseMs = accepted % this.#burst === 0 ? 0 : undefined;
      try {
        this.#track(this.#serve(await listener.accept()));
      } catch (error) {
        // Whatever it was, nobody can come in when this loop ends. Who hangs up before being accepted
        // keeps nobody else waiting.
        if (!hungUp.some((kind) => error instanceof kind)) pauseMs = acceptPauseMs;
      }
      if (pauseMs !== undefined) await sleep(this.#clock, pauseMs, signal).catch(() => {});
    }
  }

  async #serve(socket: Deno.TcpConn): Promise<void> {
    // One that came in while it was told to stop is no longer among those that its user ends.
    if (!this.isStopped) {
      await this.#barrier.settle("a connection that came in", () => this.#receive(socket));
    }
    try {
      socket.close();
    } catch {
      // Closed already, unless a fault of the program has left it open.
    }
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    void task.finally(() => this.#tasks.delete(task));
  }
}
