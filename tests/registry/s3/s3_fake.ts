/**
 * A server that speaks as much S3 as the registry needs, inside the test.
 *
 * Signatures are verified, pages are small, and it can be as unhelpful as real ones are: know no
 * conditions, ignore them, be away, deny, send elsewhere.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { systemClock } from "../../../lib/clock.ts";
import { signatureFault } from "./s3_signature.ts";
import type { KnownKeys } from "./s3_signature.ts";

/** What a server does with a condition on a change. */
export type OnCondition = "honour" | "refuse" | "ignore";

/** Keys with which everything is allowed. */
export const fakeKeys: KnownKeys = {
  accessKeyId: "AKIAEXAMPLE0FAKE",
  secretAccessKey: "open+sesame/0123456789",
};

/** How the server behaves; may be changed at any time. */
export interface FakeBehaviour {
  onPutCondition: OnCondition;
  onDeleteCondition: OnCondition;
  /** Requests are taken, and not answered before the server is stopped. */
  isSilent: boolean;
  denies: "nothing" | "changes" | "everything";
  keys: readonly KnownKeys[];
  bucket: string;
  /** The only region, if it matters; and whether the server then redirects. */
  region: string | undefined;
  redirects: boolean;
  /** Added to the server's clock, in milliseconds. */
  skewMs: number;
  /** Most keys of a page. */
  pageMax: number;
  /** Answers every request so. */
  answers: (() => Response) | undefined;
  /** Called with each request that is allowed, before it is carried out, or answers in its place. */
  before: ((method: string, key: string) => Answer | Promise<Answer>) | undefined;
}

type Answer = Response | void;

interface Stored {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  readonly modifiedMs: number;
}

/** A running server; its one bucket is empty. */
export class FakeS3 implements AsyncDisposable {
  readonly behaviour: FakeBehaviour = {
    onPutCondition: "honour",
    onDeleteCondition: "honour",
    isSilent: false,
    denies: "nothing",
    keys: [fakeKeys],
    bucket: "meeting-place",
    region: undefined,
    redirects: false,
    skewMs: 0,
    pageMax: 3,
    answers: undefined,
    before: undefined,
  };
  /** What lies in the bucket. */
  readonly objects = new Map<string, Stored>();
  /** `GET key` and the like of each request that was signed well, in order. */
  readonly requests: string[] = [];
  readonly #tls: { readonly cert: string; readonly key: string } | undefined;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #port = 0;
  readonly #silence: (() => void)[] = [];

  /** @param tls certificate and key in PEM; without them it does not encrypt */
  constructor(tls?: { readonly cert: string; readonly key: string }) {
    this.#tls = tls;
    this.#server = this.#listen();
  }

  get endpoint(): string {
    return `${this.#tls ? "https" : "http"}://127.0.0.1:${this.#port}`;
  }

  /** Puts an object as a foreign program might. */
  put(key: string, text: string, ageMs = 0): void {
    const body = new TextEncoder().encode(text);
    const modifiedMs = systemClock.wallTime() + this.behaviour.skewMs - ageMs;
    this.objects.set(key, { body, etag: createHash("md5").update(body).digest("hex"), modifiedMs });
  }

  /** How many requests begin so. */
  count(beginning: string): number {
    return this.requests.filter((request) => request.startsWith(beginning)).length;
  }

  /** Closes the port and all connections; what is stored stays. */
  async stop(): Promise<void> {
    for (const end of this.#silence.splice(0)) end();
    await this.#server.shutdown();
  }

  /** Listens again where it did. */
  start(): void {
    this.#server = this.#listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #listen(): Deno.HttpServer<Deno.NetAddr> {
    const options = { hostname: "127.0.0.1", port: this.#port, onListen: () => {} };
    const handle = (request: Request): Promise<Response> => this.#handle(request);
    const server = Deno.serve({ ...options, ...this.#tls }, handle);
    this.#port = server.addr.port;
    return server;
  }

  async #handle(request: Request): Promise<Response> {
    const body = await request.bytes();
    const { behaviour } = this;
    if (behaviour.isSilent) {
      await new Promise<void>((resolve) => this.#silence.push(resolve));
    }
    const answer = behaviour.answers?.() ?? await this.#answer(request, body);
    const now = new Date(systemClock.wallTime() + behaviour.skewMs);
    answer.headers.set("date", now.toUTCString());
    return answer;
  }

  async #answer(request: Request, body: Uint8Array<ArrayBuffer>): Promise<Response> {
    const { behaviour } = this;
    const { pathname, searchParams } = new URL(request.url);
    const [bucket = "", ...rest] = pathname.slice(1).split("/").map(decodeURIComponent);
    const key = rest.join("/");
    if (behaviour.redirects && behaviour.region !== undefined) {
      const headers = { "x-amz-bucket-region": behaviour.region, "location": request.url };
      return refusal(301, "PermanentRedirect", "", headers);
    }
    const nowMs = systemClock.wallTime() + behaviour.skewMs;
    const fault = signatureFault(request, body, behaviour.keys, nowMs, behaviour.region);
    if (fault !== undefined) {
      const isOld = ["ExpiredToken", "InvalidToken", "AuthorizationHeaderMalformed"].includes(
        fault,
      );
      const region = fault === "AuthorizationHeaderMalformed" ? behaviour.region : undefined;
      return refusal(isOld ? 400 : 403, fault, region && `<Region>${region}</Region>`);
    }
    this.requests.push(`${request.method} ${key}${searchParams.size > 0 ? "?" : ""}`);
    if (bucket !== behaviour.bucket) return refusal(404, "NoSuchBucket");
    const isChange = request.method !== "GET";
    if (behaviour.denies === "everything" || (isChange && behaviour.denies === "changes")) {
      return refusal(403, "AccessDenied");
    }
    const instead = await behaviour.before?.(request.method, key);
    if (instead) return instead;
    switch (request.method) {
      case "GET":
        return key === "" ? this.#list(searchParams) : this.#get(key);
      case "PUT":
        return this.#change(request, key, behaviour.onPutCondition, () => {
          this.put(key, new TextDecoder().decode(body));
          return new Response(null, { headers: { etag: `"${this.objects.get(key)?.etag}"` } });
        });
      case "DELETE":
        return this.#change(request, key, behaviour.onDeleteCondition, () => {
          this.objects.delete(key);
          return new Response(null, { status: 204 });
        });
      default:
        return refusal(405, "MethodNotAllowed");
    }
  }

  #get(key: string): Response {
    const found = this.objects.get(key);
    if (found === undefined) return refusal(404, "NoSuchKey");
    const { body, etag, modifiedMs } = found;
    const lastModified = new Date(modifiedMs).toUTCString();
    return new Response(body, { headers: { etag: `"${etag}"`, "last-modified": lastModified } });
  }

  #change(request: Request, key: string, on: OnCondition, change: () => Response): Response {
    const match = request.headers.get("if-match");
    const noneMatch = request.headers.get("if-none-match");
    if (on === "ignore" || (match === null && noneMatch === null)) return change();
    if (on === "refuse") return refusal(501, "NotImplemented");
    const found = this.objects.get(key);
    if (noneMatch !== null && found !== undefined) return refusal(412, "PreconditionFailed");
    if (match !== null && found === undefined) return refusal(404, "NoSuchKey");
    if (match !== null && match !== `"${found?.etag}"`) return refusal(412, "PreconditionFailed");
    return change();
  }

  #list(query: URLSearchParams): Response {
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter") ?? "";
    const after = query.get("continuation-token") ?? "";
    const max = Math.min(Number(query.get("max-keys") ?? 1_000), this.behaviour.pageMax);
    const found = new Map<string, Stored | undefined>();
    for (const [key, stored] of this.objects) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      if (end < 0) found.set(key, stored);
      else found.set(key.slice(0, end + 1), undefined);
    }
    const rest = [...found].filter(([key]) => key > after).sort(([a], [b]) => a < b ? -1 : 1);
    const page = rest.slice(0, max);
    const show = (key: string): string => escaped(formEncoded(key));
    const entries = page.map(([key, stored]) =>
      stored === undefined
        ? `<CommonPrefixes><Prefix>${show(key)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${show(key)}</Key>` +
          `<LastModified>${new Date(stored.modifiedMs).toISOString()}</LastModified>` +
          `<ETag>&quot;${stored.etag}&quot;</ETag><Size>${stored.body.length}</Size></Contents>`
    );
    const isTruncated = rest.length > page.length;
    const token = escaped(page.at(-1)?.[0] ?? "");
    return xml(
      200,
      `<ListBucketResult><EncodingType>url</EncodingType>${entries.join("\n")}` +
        `<IsTruncated>${isTruncated}</IsTruncated>` +
        (isTruncated ? `<NextContinuationToken>${token}</NextContinuationToken>` : "") +
        "</ListBucketResult>",
    );
  }
}

/** An answer by which S3 refuses. */
export function refusal(
  status: number,
  code: string,
  more = "",
  headers: Record<string, string> = {},
): Response {
  const message = "Secrets, requests and other things that nobody wants to read";
  const text = `<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`;
  return xml(status, text, headers);
}

function xml(status: number, text: string, headers: Record<string, string> = {}): Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
  return new Response(body, { status, headers: { "content-type": "application/xml", ...headers } });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function formEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll("%20", "+").replaceAll("%2F", "/");
}
