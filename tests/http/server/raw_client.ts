/**
 * A client that sends what it is told to, byte by byte, and shows what comes.
 *
 * @module
 */
import assert from "node:assert/strict";
import type {
  HttpAnswer,
  HttpHandler,
  HttpRequest,
  HttpSecurity,
  HttpServer,
} from "../../../lib/http/server/http.ts";
import { sentence } from "../../../lib/http/server/http.ts";
import { type HttpLimits, httpLimits } from "../../../lib/http/server/limits.ts";
import { openServer } from "../../../lib/http/server/open_server.ts";
import type { Clock } from "../../../lib/clock.ts";
import { systemClock } from "../../../lib/clock.ts";
import type { Barrier } from "../../../lib/barrier.ts";
import { loudBarrier } from "../../loud_barrier.ts";

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** One connection. Its end of the connection is closed with it. */
export class RawClient implements Disposable {
  readonly #socket: Deno.TcpConn;
  #text = "";

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  static async connect({ port }: { readonly port: number }): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends bytes, or text in which each character is a byte. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string"
      ? Uint8Array.from(data, (character) => character.charCodeAt(0))
      : data;
    for (let start = 0; start < bytes.length;) {
      start += await this.#socket.write(bytes.subarray(start));
    }
  }

  /** Says that nothing more comes. */
  async endSending(): Promise<void> {
    await this.#socket.closeWrite();
  }

  /** The next answer; of one without a length all that comes before the connection ends. */
  async answer(hasBody = true): Promise<RawAnswer> {
    const head = await this.upTo("\r\n\r\n");
    const [statusLine = "", ...lines] = head.split("\r\n").slice(0, -2);
    const [, status] = /^HTTP\/1\.1 (\d{3}) .+$/.exec(statusLine) ?? assert.fail(statusLine);
    const headers = new Map(lines.map((line) => {
      const [, name = "", value = ""] = /^([A-Za-z-]+): (.*)$/.exec(line) ?? assert.fail(line);
      return [name.toLowerCase(), value];
    }));
    const length = headers.get("content-length");
    const body = !hasBody
      ? ""
      : length === undefined
      ? await this.rest()
      : await this.#take(Number(length));
    return { status: Number(status), headers, body };
  }

  /** What comes up to `end`, which is included. */
  async upTo(end: string): Promise<string> {
    while (!this.#text.includes(end)) {
      assert.ok(await this.#more(), `the connection ended after ${JSON.stringify(this.#text)}`);
    }
    return this.#take(this.#text.indexOf(end) + end.length);
  }

  /** All that comes before the connection ends, in whatever way. */
  async rest(): Promise<string> {
    while (await this.#more());
    return this.#take(this.#text.length);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  async #take(count: number): Promise<string> {
    while (this.#text.length < count && await this.#more());
    const taken = this.#text.slice(0, count);
    this.#text = this.#text.slice(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    const chunk = new Uint8Array(64 * 1024);
    const count = await this.#socket.read(chunk).catch(() => null);
    if (count === null) return false;
    // Each byte a character, so that lengths are those of bytes.
    for (const byte of chunk.subarray(0, count)) this.#text += String.fromCharCode(byte);
    return true;
  }
}

/** A server of a test; all that is left out is as usual. */
export interface TestServerOptions {
  readonly handler?: HttpHandler;
  readonly security?: Partial<HttpSecurity>;
  readonly limits?: Partial<HttpLimits>;
  readonly clock?: Clock;
  readonly barrier?: Barrier;
  /** Any that is free by default. */
  readonly port?: number;
}

/** Listens at a free port of loopback. By default it tells what it was asked. */
export function serve(options: TestServerOptions = {}): HttpServer {
  const { handler = tellRequest, clock = systemClock, barrier = loudBarrier } = options;
  return openServer({
    listen: { host: "127.0.0.1", port: options.port ?? 0 },
    handler,
    security: { hosts: [], ...options.security },
    limits: { ...httpLimits, ...options.limits },
    parts: { clock, barrier },
  });
}

/** `GET /path?query body` */
export function tellRequest({ method, path, query, body }: HttpRequest): HttpAnswer {
  return sentence(200, `${method} ${path}?${query} ${body}`);
}

/** What comes back for `text` until the connection ends. */
export async function exchange(server: HttpServer, text: string | Uint8Array): Promise<string> {
  using client = await RawClient.connect(server);
  await client.send(text).catch(() => {});
  return await client.rest();
}

/** A request of a program that keeps to the rules. */
export function get(target: string, ...headers: readonly string[]): string {
  return `GET ${target} HTTP/1.1\r\n${["Host: 127.0.0.1", ...headers].join("\r\n")}\r\n\r\n`;
}
