/**
 * The server: listens, and looks after its connections once a second while there are any.
 *
 * @module
 */
import type { Barrier } from "../../barrier.ts";
import type { Clock } from "../../clock.ts";
import { type Address, socketHost } from "../../core/base/address.ts";
import { openFilesMax } from "../../files/open_files_max.ts";
import { Acceptor, listenAt } from "../../sockets/acceptor.ts";
import { type ConnectionParts, HttpConnection } from "./connection.ts";
import { Gate } from "./gate.ts";
import type { HttpHandler, HttpSecurity, HttpServer } from "./http.ts";
import { type HttpLimits, httpLimits, httpLimitsWithin } from "./limits.ts";
import { Backlog } from "./outlet.ts";
import { Pace } from "./pace.ts";
import { Places } from "./places.ts";
import { ResponseFormat } from "./response.ts";

/** What a server is made of. */
export interface ServerOptions {
  /** Port 0 takes any that is free. */
  readonly listen: Address;
  readonly handler: HttpHandler;
  readonly security: HttpSecurity;
  /** By default those of a usual machine, or smaller ones where few files may be open. */
  readonly limits?: HttpLimits;
  readonly parts: { readonly clock: Clock; readonly barrier: Barrier };
}

/** How often connections are looked at: what takes too long ends at most that much later. */
const checkIntervalMs = 1_000;

/**
 * Opens a server.
 *
 * @throws {ListenError} if it cannot listen there; the message names the address and the reason
 */
export function openServer(options: ServerOptions): HttpServer {
  return new Server(options);
}

class Server implements HttpServer {
  readonly #parts: ConnectionParts;
  readonly #connections = new Set<HttpConnection>();
  readonly #acceptor: Acceptor;
  #cancelCheck: (() => void) | undefined;

  constructor({ listen, handler, security, limits, parts }: ServerOptions) {
    const kept = limits ?? httpLimitsWithin(httpLimits, openFilesMax());
    this.#parts = {
      ...{ handler, limits: kept, ...parts },
      gate: new Gate(security),
      pace: new Pace(parts.clock),
      places: new Places(kept),
      backlog: new Backlog(kept.waitingMaxBytes),
      format: new ResponseFormat(security, parts.clock),
    };
    this.#acceptor = new Acceptor(
      listenAt(listen, "HTTP"),
      { ...parts, pendingMax: kept.connectionsMax },
      (socket) => this.#serve(socket),
    );
  }

  get port(): number {
    return this.#acceptor.port;
  }

  get connectionCount(): number {
    return this.#parts.places.connectionCount;
  }

  get streamCount(): number {
    return this.#parts.places.streamCount;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#acceptor.stop();
    for (const connection of this.#connections) connection.close();
    this.#parts.pace.stop();
    await this.#acceptor.ended();
    this.#cancelCheck?.();
  }

  async #serve(socket: Deno.TcpConn): Promise<void> {
    try {
      socket.setNoDelay(true);
    } catch {
      // Closed by the other side already; reading will tell.
    }
    const host = socketHost(socket.remoteAddr.hostname);
    const connection = new HttpConnection(socket, host, this.#parts);
    this.#connections.add(connection);
    this.#cancelCheck ??= this.#checkLater();
    try {
      await connection.serve();
    } finally {
      connection.close();
      this.#connections.delete(connection);
    }
  }

  #checkLater(): () => void {
    const { clock } = this.#parts;
    return clock.after(checkIntervalMs, () => {
      for (const connection of this.#connections) connection.check(clock.now());
      this.#cancelCheck = this.#connections.size === 0 ? undefined : this.#checkLater();
    });
  }
}
