/**
 * What is asked and answered over HTTP, for those who have something to show.
 *
 * The server behind it is strict and small: it reads requests without surprises, keeps out whoever
 * has no business here, and drops clients that do not read. A handler sees only requests that have
 * passed, so it has nothing to defend itself against; and it knows nothing of sockets:
 *
 * ```ts
 * const handler: HttpHandler = ({ path }) =>
 *   path === "/livez" ? { status: 200, body: "alive" } : sentence(404, `There is no ${path}`);
 * ```
 *
 * @module
 */

/** A request that has passed all checks. */
export interface HttpRequest {
  /** `POST` only where that was allowed. */
  readonly method: "GET" | "HEAD" | "POST";
  /** The decoded path; begins with `/`. Without the query. */
  readonly path: string;
  /** The decoded query; empty if there is none. */
  readonly query: URLSearchParams;
  /** The value of a header, whatever case its name has; several of one name are joined by commas. */
  header(name: string): string | undefined;
  /** The body of a `POST`, at most 4 KB; else empty. */
  readonly body: string;
  /** Aborted when the client has gone or the server ends: then no answer is needed any more. */
  readonly signal: AbortSignal;
}

/** An answer that is over once it was sent. */
export interface HttpDocument {
  readonly status: number;
  /**
   * Besides those that the server sends with each answer: length, date, security, and by default
   * `Content-Type: text/plain` and `Cache-Control: no-store`.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes must not change any more. Not sent to `HEAD`, but its length is told. */
  readonly body: string | Uint8Array;
}

/** An answer that goes on until one side ends it: server-sent events. */
export interface HttpStream {
  /** Called once, when the head of the answer is on its way; not for `HEAD`. It must not throw. */
  readonly stream: (client: StreamClient) => void;
  readonly headers?: Readonly<Record<string, string>>;
}

export type HttpAnswer = HttpDocument | HttpStream;

/** Answers a request. What it throws is a mistake of this program: the client gets a 500. */
export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** One who listens to a stream. Sending never waits. */
export interface StreamClient {
  /**
   * Sends a piece of the stream as it is: whole events, `event: …\ndata: …\n\n`. What many are sent
   * is better encoded once, by the caller. A client that is too far behind is dropped.
   *
   * @returns false if the client has gone, or was dropped
   */
  send(piece: string | Uint8Array): boolean;
  /** Aborted when the client has gone, was dropped or ended, or the server ends. */
  readonly signal: AbortSignal;
  /** Ends the stream; what was sent before still goes out. */
  end(): void;
}

/** A server that answers. */
export interface HttpServer extends AsyncDisposable {
  /** The port on which it listens. */
  readonly port: number;
  /** Connections that are open now, without those of streams. */
  readonly connectionCount: number;
  /** Streams that are open now. */
  readonly streamCount: number;
}

/** Whom the server lets in, and what browsers may do with what it sends. */
export interface HttpSecurity {
  /**
   * Host names under which it may be asked, besides IP addresses and `localhost`. Under any other
   * name it may be a page of another site that has this machine's address in its own DNS.
   */
  readonly hosts: readonly string[];
  /** Who does not know it is refused; `undefined` if whoever reaches the port may ask. */
  readonly token?: string | undefined;
  /** Paths that need no token when asked over loopback. */
  readonly openPaths?: readonly string[];
  /** Paths that are answered on connections beyond the limits, too: quick ones, of few bytes. */
  readonly healthPaths?: readonly string[];
  /** True if `POST` is read, too. */
  readonly allowsPost?: boolean;
  /** Hashes of what is inline in the page, as in a content security policy: `sha256-…`. */
  readonly scriptHashes?: readonly string[];
  readonly styleHashes?: readonly string[];
}

/** An answer of one sentence, without a full stop, as plain text. */
export function sentence(
  status: number,
  text: string,
  headers?: Readonly<Record<string, string>>,
): HttpDocument {
  return { status, body: `${text}\n`, ...headers && { headers } };
}
