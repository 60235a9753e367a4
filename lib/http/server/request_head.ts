/**
 * The head of a request, read strictly: what two programs could understand differently is refused,
 * because what stands before this server, or in front of it, may be one of them (RFC 9112).
 *
 * @module
 */
import type { HttpLimits } from "./limits.ts";

/** Why a request is not answered as it was meant to be. */
export class Refusal {
  readonly status: number;
  /** One sentence, without a full stop. */
  readonly sentence: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.sentence = sentence;
    this.headers = headers;
  }
}

/** A head that makes sense; nothing is said of whether it may be asked. */
export interface RequestHead {
  readonly method: "GET" | "HEAD" | "POST";
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in small letters. Those that come more than once are joined. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes of the body. */
  readonly bodyBytes: number;
  /** The client sends its body once it was told to go on. */
  readonly expectsGoOn: boolean;
  /** The client can send another request on this connection. */
  readonly keepsAlive: boolean;
}

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const del = 0x7f;

/** How far a head has come. */
export type HeadScan =
  | { readonly kind: "open" }
  | { readonly kind: "complete"; readonly length: number }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Looks for the end of a head. What can never become one is told at once: somebody who speaks TLS
 * should not have to wait for a timeout.
 *
 * @param bytes all that has come; `from` says up to where they have been looked at before
 */
export function scanHead(bytes: Uint8Array, from: number): HeadScan {
  const [first = 0] = bytes;
  if (bytes.length > 0 && (first < 0x41 || first > 0x5a)) return notHttp(first);
  for (let index = from; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    const isLineFeed = byte === lineFeed;
    if (isLineFeed !== (bytes[index - 1] === carriageReturn)) {
      return refused("has a line that does not end with CR and LF");
    }
    if (isLineFeed && bytes[index - 2] === lineFeed) return { kind: "complete", length: index + 1 };
    const isControl = byte < space || byte === del;
    if (isControl && !isLineFeed && byte !== tab && byte !== carriageReturn) {
      return refused("has a control character");
    }
  }
  return { kind: "open" };
}

function refused(clause: string): HeadScan {
  return { kind: "refused", refusal: new Refusal(400, `The head of the request ${clause}`) };
}

function notHttp(first: number): HeadScan {
  const isTls = first === 0x16;
  const text = isTls ? "This port speaks HTTP without TLS: use http://" : "This is no HTTP request";
  return { kind: "refused", refusal: new Refusal(400, text) };
}

/** Reads a complete head, the empty line at its end included. */
export function parseHead(bytes: Uint8Array, limits: HttpLimits): RequestHead | Refusal {
  const [requestLine = "", ...lines] = latin1(bytes).split("\r\n").slice(0, -2);
  const line = parseRequestLine(requestLine);
  if (line instanceof Refusal) return line;
  if (lines.length > limits.headerLinesMax) {
    return new Refusal(431, `The request has more than ${limits.headerLinesMax} header lines`);
  }
  const headers = parseHeaders(lines);
  if (headers instanceof Refusal) return headers;
  const bodyBytes = bodyLength(headers, limits);
  if (bodyBytes instanceof Refusal) return bodyBytes;
  if (line.isCurrent && !headers.has("host")) {
    return new Refusal(400, "The request has no Host header");
  }
  const expectation = headers.get("expect")?.toLowerCase();
  if (expectation !== undefined && expectation !== "100-continue") {
    return new Refusal(417, "The Expect header is something else than 100-continue");
  }
  // Programs that speak HTTP/1.0 would take the word for the answer.
  const expectsGoOn = line.isCurrent && expectation !== undefined && bodyBytes > 0;
  const connection = (headers.get("connection") ?? "").toLowerCase().split(",");
  const keepsAlive = line.isCurrent && !connection.some((option) => option.trim() === "close");
  return { ...line, headers, bodyBytes, expectsGoOn, keepsAlive };
}

/** ISO 8859-1, in which each byte is the character of that number. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** What a request line says. */
interface RequestLine extends Pick<RequestHead, "method" | "path" | "query"> {
  /** True for HTTP/1.1. */
  readonly isCurrent: boolean;
}

function parseRequestLine(line: string): RequestLine | Refusal {
  const [, method, target, version] = /^([A-Z]+) ([!-~]+) (HTTP\/\d\.\d)$/.exec(line) ?? [];
  if (method === undefined || target === undefined) {
    return new Refusal(400, "The request does not begin with a line such as GET / HTTP/1.1");
  }
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") {
    return new Refusal(505, "This server speaks HTTP/1.1 alone");
  }
  if (method !== "GET" && method !== "HEAD" && method !== "POST") return notAllowed("GET, HEAD");
  if (!target.startsWith("/") || target.includes("#")) {
    return new Refusal(400, "The target of the request is not a path that begins with /");
  }
  const [, encoded = "", query = ""] = /^([^?]*)\??(.*)$/.exec(target) ?? [];
  const path = decoded(encoded);
  return path === undefined
    ? new Refusal(400, "The path of the request has a % that stands for no character")
    : { method, path, query: new URLSearchParams(query), isCurrent: version === "HTTP/1.1" };
}

/** The answer to a method that is not among those that are `allowed`. */
export function notAllowed(allowed: string): Refusal {
  return new Refusal(405, `This server answers ${allowed} alone`, { Allow: allowed });
}

/** A path with its `%XX`; none of those may be a control character. */
function decoded(path: string): string | undefined {
  try {
    const text = decodeURIComponent(path);
    // deno-lint-ignore no-control-regex
    return /[\x00-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Of these a second one would leave open which of them counts. */
const singular = new Set([
  ...["authorization", "content-length", "content-type", "expect", "host", "origin"],
  "transfer-encoding",
]);

function parseHeaders(lines: readonly string[]): Map<string, string> | Refusal {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, field, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (field === undefined || value === undefined) {
      return new Refusal(400, "The request has a header line that is not name: value");
    }
    const name = field.toLowerCase();
    const before = headers.get(name);
    if (before !== undefined && singular.has(name)) {
      return new Refusal(400, `The request has more than one ${name} header`);
    }
    const separator = name === "cookie" ? "; " : ", ";
    headers.set(name, before === undefined ? value : before + separator + value);
  }
  return headers;
}

function bodyLength(
  headers: ReadonlyMap<string, string>,
  { bodyMaxBytes }: HttpLimits,
): number | Refusal {
  if (headers.has("transfer-encoding")) {
    return new Refusal(411, "A body is read only with a Content-Length, without Transfer-Encoding");
  }
  const text = headers.get("content-length") ?? "0";
  if (!/^\d{1,15}$/.test(text)) return new Refusal(400, "The Content-Length is not a number");
  const length = Number(text);
  return length > bodyMaxBytes
    ? new Refusal(413, `The body is larger than ${bodyMaxBytes} bytes`)
    : length;
}
