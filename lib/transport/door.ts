/**
 * The door: accepts TCP connections and finds out who came. It stays open whatever comes through it.
 *
 * @module
 */
import { type Address, formatAddress } from "../core/address.ts";
import type { Hello } from "../core/hello.ts";
import { type Clock, sleep } from "../clock.ts";
import type { ConnectionParts } from "./connection.ts";
import { Guests } from "../core/guests.ts";
import { type Keys, knockMaxBytes, receive } from "./handshake.ts";
import type { TransportLimits } from "./limits.ts";
import type { StrangerReports } from "../core/strangers.ts";
import { reasonOf, type Socket, Wire } from "./wire.ts";

/** What the door needs from its surroundings. */
export interface DoorContext {
  readonly keys: Keys;
  readonly hello: () => Hello;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly strangers: StrangerReports;
  /** Somebody is identified; resolves when that connection is over. */
  readonly onIdentified: (parts: ConnectionParts) => Promise<void>;
}

/**
 * Connections accepted before those accepted get their turn. Without a pause a whole backlog comes in
 * at once, and pushes out the members in it before their first message was looked at.
 */
const acceptBurst = 48;

/** Out of file descriptors, most likely: some come back when connections end. */
const acceptPauseMs = 50;

/** A listening socket and those who wait behind it. */
export class Door {
  readonly #listener: Deno.TcpListener;
  readonly #context: DoorContext;
  readonly #guests: Guests;
  readonly #wires = new Set<Wire>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  /** @throws {Error} if it cannot listen there; the message names the address and the reason */
  constructor(listen: Address, context: DoorContext) {
    this.#context = context;
    const { limits } = context;
    this.#guests = new Guests(limits.guestsMax, limits.guestsPerHostMax);
    try {
      this.#listener = Deno.listen({ hostname: listen.host, port: listen.port });
    } catch (error) {
      const where = formatAddress(listen);
      throw new Error(`Cannot listen on ${where} as ${listenFault(error)}`, { cause: error });
    }
    this.#track(this.#acceptAll());
  }

  /** The port on which it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Connections that have not proven who they are yet. */
  get guestCount(): number {
    return this.#guests.size;
  }

  /** Closes it and those who wait behind it; resolves when nothing is left, connections included. */
  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      this.#listener.close();
      for (const wire of this.#wires) wire.close("ours", "the node stops");
    }
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #acceptAll(): Promise<void> {
    const { signal } = this.#closing;
    for (let accepted = 1; !signal.aborted; accepted++) {
      let pauseMs = accepted % acceptBurst === 0 ? 0 : undefined;
      try {
        this.#track(this.#receive(await this.#listener.accept()));
      } catch {
        // Whatever it was, nobody can come in when this loop ends.
        pauseMs = acceptPauseMs;
      }
      if (pauseMs !== undefined) {
        await sleep(this.#context.clock, pauseMs, signal).catch(() => {});
      }
    }
  }

  async #receive(socket: Socket): Promise<void> {
    const { keys, hello, clock, limits, strangers } = this.#context;
    const { hostname: host, port } = socket.remoteAddr;
    const wire = new Wire(socket, knockMaxBytes, limits.writeQueueMaxBytes);
    this.#wires.add(wire);
    const guest = this.#guests.admit(host, () => wire.close("ours", "made room for a newcomer"));
    const cancel = clock.after(
      limits.handshakeTimeoutMs,
      () => wire.close("ours", `no handshake within ${limits.handshakeTimeoutMs} ms`),
    );
    const reception = await receive(wire, keys, hello, () => this.#guests.prove(guest));
    cancel();
    this.#guests.leave(guest);
    this.#wires.delete(wire);
    if (this.#closing.signal.aborted) return wire.close("ours", "the node stops");
    if (reception.kind === "turned-away") {
      wire.close("ours", reception.reason);
      if (reception.stranger) strangers.add(host, reception.reason);
      return;
    }
    const { hello: peer, visit, ciphers } = reception;
    const address = peer.addresses.find((one) => one.host === host) ?? { host, port };
    await this.#context.onIdentified({
      wire,
      ciphers,
      peer,
      address,
      dialled: false,
      reusable: !visit,
    });
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    void task.finally(() => this.#tasks.delete(task));
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
