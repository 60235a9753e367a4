/**
 * One connection: requests come, one after the other, and each gets its answer before the next is
 * looked at. Everything that the other side could draw out has an end.
 *
 * @module
 */
import { encodeUtf8 } from "../../core/base/text.ts";
import type { Barrier } from "../../barrier.ts";
import type { Clock } from "../../clock.ts";
import type { Gate } from "./gate.ts";
import {
  type HttpAnswer,
  type HttpDocument,
  type HttpHandler,
  type HttpRequest,
  type HttpStream,
  sentence,
} from "./http.ts";
import type { HttpLimits } from "./limits.ts";
import { type Backlog, Outlet } from "./outlet.ts";
import type { Pace } from "./pace.ts";
import type { Place, Places } from "./places.ts";
import { Refusal, type RequestHead } from "./request_head.ts";
import { RequestReader } from "./request_reader.ts";
import type { ResponseFormat } from "./response.ts";
import { OpenStream } from "./stream.ts";

/** What all connections of a server share. */
export interface ConnectionParts {
  readonly handler: HttpHandler;
  readonly limits: HttpLimits;
  readonly gate: Gate;
  readonly pace: Pace;
  readonly places: Places;
  readonly backlog: Backlog;
  readonly format: ResponseFormat;
  readonly clock: Clock;
  readonly barrier: Barrier;
}

/** The part of `Deno.TcpConn` that is needed here. */
export type HttpSocket = Pick<Deno.TcpConn, "read" | "write" | "close" | "closeWrite">;

/** A request that was let through. */
interface Asked {
  readonly head: RequestHead;
  readonly body: string;
}

/** Bytes of a client that was refused which are read and thrown away. */
const lingerMaxBytes = 64 * 1024;

const noPlace = new Refusal(503, "This server has no place for another connection now");

const noPlaceForStream = new Refusal(503, "This server has no place for another stream now");

const goOn = encodeUtf8("HTTP/1.1 100 Continue\r\n\r\n");

/** A connection from its beginning to its end. */
export class HttpConnection {
  readonly #socket: HttpSocket;
  readonly #remoteHost: string;
  readonly #parts: ConnectionParts;
  readonly #reader: RequestReader;
  readonly #outlet: Outlet;
  #isClosed = false;
  /** What is done if what is waited for takes too long. */
  #alarm: { readonly dueMs: number; readonly ring: () => void } | undefined;
  /** Gives up what is waited for. */
  #abandon: () => void = () => {};

  /** @param remoteHost the IP address from which it comes */
  constructor(socket: HttpSocket, remoteHost: string, parts: ConnectionParts) {
    const { backlog, limits } = parts;
    this.#socket = socket;
    this.#remoteHost = remoteHost;
    this.#parts = parts;
    this.#reader = new RequestReader((into) => socket.read(into), limits);
    this.#outlet = new Outlet(socket, backlog, limits.writeTimeoutMs, () => this.close());
  }

  /** Answers all that comes; resolves when the connection is over. */
  async serve(): Promise<void> {
    const { places } = this.#parts;
    const place = places.admit(this.#remoteHost, () => this.close());
    try {
      if (place === undefined) return;
      while (await this.#serveNext(place)) places.finish(place);
      places.finish(place);
      await this.#leave();
    } finally {
      if (place !== undefined) places.leave(place);
      this.close();
    }
  }

  /** Looks whether anything takes too long; to be called often. */
  check(now: number): void {
    if (this.#outlet.isLate(now)) this.close();
    if (this.#alarm === undefined || now < this.#alarm.dueMs) return;
    const { ring } = this.#alarm;
    this.#alarm = undefined;
    ring();
  }

  /** Ends it at once; twice does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outlet.stop();
    try {
      this.#socket.close();
    } catch {
      // Closed already.
    }
    this.#abandon();
  }

  /** Answers the next request; false if there is to be none after it. */
  async #serveNext(place: Place): Promise<boolean> {
    const { limits, places } = this.#parts;
    this.#expectWithin(limits.idleTimeoutMs, () => this.close());
    if (!await this.#reader.begun() || !await this.#turn()) return false;
    const asked = await this.#read(place);
    if (this.#isClosed) return false;
    if (asked instanceof Refusal) return this.#refuse(asked);
    places.begin(place);
    const answer = await this.#ask(asked);
    if (answer === undefined) return false;
    if (!("stream" in answer)) return await this.#send(asked, answer);
    if (!places.openStream(place)) return this.#refuse(noPlaceForStream);
    return await this.#stream(asked, answer);
  }

  /** Waits for its turn; false if it is closed by then. */
  async #turn(): Promise<boolean> {
    const turn = this.#parts.pace.ask(this.#remoteHost);
    this.#abandon = () => turn.giveUp();
    await turn.come;
    return !this.#isClosed;
  }

  /** The request that has begun, or why it gets no answer of the handler. */
  async #read(place: Place): Promise<Asked | Refusal> {
    const { requestTimeoutMs } = this.#parts.limits;
    const late = Promise.withResolvers<Refusal>();
    this.#expectWithin(requestTimeoutMs, () => {
      late.resolve(new Refusal(408, `The request did not end within ${requestTimeoutMs} ms`));
    });
    const asked = await Promise.race([this.#readWhole(place), late.promise]);
    this.#alarm = undefined;
    return asked ?? new Refusal(400, "The connection ended in the middle of the request");
  }

  async #readWhole({ isExtra }: Place): Promise<Asked | Refusal | undefined> {
    const read = await this.#reader.head();
    if (read === undefined || read instanceof Refusal) return read;
    const { gate } = this.#parts;
    if (isExtra && !gate.isHealthPath(read.path)) return noPlace;
    const refusal = gate.refusal(read, this.#remoteHost);
    if (refusal !== undefined) return refusal;
    // One request, and an extra place is for the next who asks.
    const head = { ...read, keepsAlive: read.keepsAlive && !isExtra };
    // Some clients send a body only when they are told to.
    if (head.expectsGoOn) this.#outlet.send(goOn);
    const body = await this.#reader.body(head.bodyBytes);
    return body === undefined || body instanceof Refusal ? body : { head, body };
  }

  /** What the handler answers; `undefined` if no answer is needed any more. */
  async #ask(
    { head: { method, path, query, headers }, body }: Asked,
  ): Promise<HttpAnswer | undefined> {
    const gone = new AbortController();
    const over = Promise.withResolvers<undefined>();
    this.#abandon = () => {
      gone.abort();
      over.resolve(undefined);
    };
    // What has come already is the next request, which has to wait.
    if (!this.#reader.hasBegun) {
      void this.#reader.fill().then((isOpen) => isOpen || gone.abort());
    }
    const header = (name: string): string | undefined => headers.get(name.toLowerCase());
    const request: HttpRequest = { method, path, query, header, body, signal: gone.signal };
    return await Promise.race([this.#handle(request), over.promise]);
  }

  async #handle(request: HttpRequest): Promise<HttpAnswer | undefined> {
    try {
      return await this.#parts.handler(request);
    } catch (error) {
      // A handler may say by an exception that it has stopped, as it was told to.
      if (request.signal.aborted) return undefined;
      this.#parts.barrier.caught("an HTTP request", error);
      return sentence(500, "The program failed to answer this request; its log says why");
    }
  }

  /** Sends an answer, and waits until it is out: the next one does not pile up behind it. */
  async #send({ head: { method, keepsAlive } }: Asked, answer: HttpDocument): Promise<boolean> {
    const { format } = this.#parts;
    this.#outlet.send(format.document(answer, { hasBody: method !== "HEAD", keepsAlive }));
    await this.#outlet.flushed();
    return keepsAlive && !this.#isClosed;
  }

  /** Sends a stream, until one side ends it. */
  async #stream({ head: { method } }: Asked, { headers, stream }: HttpStream): Promise<false> {
    const { format, limits, barrier } = this.#parts;
    this.#outlet.send(format.streamHead(headers));
    if (method === "HEAD") return false;
    const open = new OpenStream(this.#outlet, limits.streamWaitingMaxBytes, () => this.close());
    this.#abandon = () => open.end();
    // Whoever listens to a stream has nothing more to say.
    void this.#reader.fill().then(() => this.close());
    barrier.run("an HTTP stream", () => stream(open));
    await open.ended;
    return false;
  }

  #refuse({ status, sentence: text, headers }: Refusal): false {
    const answer = sentence(status, text, headers);
    this.#outlet.send(
      this.#parts.format.document(answer, { hasBody: true, keepsAlive: false }),
    );
    return false;
  }

  /**
   * Ends it when all is sent. A connection that is closed while something still comes is reset, and
   * then the other side may never see the answer: so for a moment that is read, and thrown away.
   */
  async #leave(): Promise<void> {
    await this.#outlet.flushed();
    if (this.#isClosed) return;
    await this.#socket.closeWrite().catch(() => this.close());
    this.#expectWithin(this.#parts.limits.lingerTimeoutMs, () => this.close());
    await this.#reader.discard(lingerMaxBytes);
  }

  #expectWithin(timeoutMs: number, ring: () => void): void {
    this.#alarm = { dueMs: this.#parts.clock.now() + timeoutMs, ring };
  }
}
