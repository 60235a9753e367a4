/**
 * The head of an answer, with what keeps browsers from doing anything with it that was not meant.
 *
 * @module
 */
import { encodeUtf8 } from "../../core/base/text.ts";
import type { Clock } from "../../clock.ts";
import type { HttpDocument, HttpSecurity } from "./http.ts";

type Headers = Readonly<Record<string, string>>;

/** Why a status is what it is, as RFC 9110 puts it. Clients do not look at it, people do. */
const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  204: "No Content",
  303: "See Other",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  411: "Length Required",
  413: "Content Too Large",
  417: "Expectation Failed",
  421: "Misdirected Request",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/** Headers that each answer has. */
function securityHeaders(security: HttpSecurity): Headers {
  const { scriptHashes = [], styleHashes = [] } = security;
  const sources = (hashes: readonly string[]): string =>
    hashes.length === 0 ? "'none'" : hashes.map((hash) => `'${hash}'`).join(" ");
  const policy = [
    ...["default-src 'none'", `script-src ${sources(scriptHashes)}`],
    ...[`style-src ${sources(styleHashes)}`, "connect-src 'self'", "img-src data:"],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
  };
}

/** How answers look. */
export class ResponseFormat {
  readonly #common: Headers;
  readonly #clock: Pick<Clock, "wallTime">;

  constructor(security: HttpSecurity, clock: Pick<Clock, "wallTime">) {
    this.#common = { ...securityHeaders(security), "Cache-Control": "no-store" };
    this.#clock = clock;
  }

  /** A whole answer; one without a body tells the length that it would have. */
  document(
    { status, headers, body }: HttpDocument,
    { hasBody, keepsAlive }: { readonly hasBody: boolean; readonly keepsAlive: boolean },
  ): Uint8Array {
    const bytes = typeof body === "string" ? encodeUtf8(body) : body;
    const isEmpty = status === 204 || status === 304;
    const head = this.#head(status, headers, {
      ...isEmpty ? {} : {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": String(bytes.length),
      },
      ...keepsAlive ? {} : { Connection: "close" },
    });
    return hasBody && !isEmpty ? joined(head, bytes) : head;
  }

  /** The head of a stream of events, which ends with its connection. */
  streamHead(headers: Headers | undefined): Uint8Array {
    // Proxies that collect an answer before they pass it on would keep events back.
    const own = { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" };
    return this.#head(200, headers, { ...own, Connection: "close" });
  }

  /** A head with the headers of all answers, of its kind, and of this one, which win. */
  #head(status: number, headers: Headers = {}, ofKind: Headers): Uint8Array {
    const lines = new Map<string, string>();
    const date = new Date(this.#clock.wallTime()).toUTCString();
    for (const some of [{ Date: date }, this.#common, ofKind, headers]) {
      for (const [name, value] of Object.entries(some)) {
        lines.set(name.toLowerCase(), `${name}: ${value}`);
      }
    }
    const all = [`HTTP/1.1 ${status} ${reasons[status] ?? "Other"}`, ...lines.values()];
    // A line break in a value would begin another header, or another answer.
    return encodeUtf8(
      `${all.map((line) => line.replace(/[^\t -~]/g, "?")).join("\r\n")}\r\n\r\n`,
    );
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const whole = new Uint8Array(one.length + other.length);
  whole.set(one);
  whole.set(other, one.length);
  return whole;
}
