/**
 * Signed requests to one bucket.
 *
 * Each request is tried once: whoever calls knows when to try again. Only keys that have expired are
 * read anew at once, because whoever renews them does so in the same place. After a failure all
 * connections are given up, so that none that leads nowhere is used again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import type { Clock } from "../../clock.ts";
import { readText } from "../common/http_body.ts";
import { HttpPool } from "../common/http_pool.ts";
import { networkFault, refused, S3Fault, slowDownCodes, staleKeyCodes } from "./s3_fault.ts";
import type { S3Action } from "./s3_fault.ts";
import { readCredentials, readRegion } from "./s3_credentials.ts";
import type { S3Credentials } from "./s3_keys.ts";
import type { Environment } from "../common/environment.ts";
import type { S3Place } from "./s3_url.ts";
import { element } from "./s3_xml.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** One request. */
export interface S3Request {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Key of the object; empty for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What it is for, told if it is refused. */
  readonly action: S3Action;
  /** Which refusals, by status and code, are answers and no faults. */
  readonly accept?: (status: number, code: string) => boolean;
  /** Most bytes of the answer; of what is longer, `text` is `undefined`. */
  readonly bytesMax: number;
  readonly signal: AbortSignal;
}

/** An answer that is no fault. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string | undefined;
  /** The server's own code for what it refuses; empty if it does not. */
  readonly code: string;
}

/** Most bytes of an answer that says why something is refused. */
const refusalBytesMax = 64 * 1024;

/** Keys that end within this time are renewed, in milliseconds. */
const renewBeforeMs = 5 * 60_000;

/** Talks to one bucket. Closed by its owner, after the last request has ended. */
export class S3Client implements Disposable {
  readonly #place: S3Place;
  readonly #clock: Clock;
  readonly #environment: Environment;
  /** Keys for signing, which hold for a day, by everything that they depend on. */
  readonly #signingKeys = new Map<string, ArrayBuffer>();
  readonly #pool: HttpPool;
  #credentials: S3Credentials | undefined;
  #region: string | undefined;

  constructor(place: S3Place, clock: Clock, environment: Environment) {
    this.#place = place;
    this.#clock = clock;
    this.#environment = environment;
    const files = { caPath: place.caFile, certPath: undefined, keyPath: undefined };
    this.#pool = new HttpPool(files, environment);
  }

  /**
   * The answer of the server.
   *
   * @throws {S3Fault} if it refuses, cannot be reached, or there are no keys for it
   * @throws the abort reason when `signal` is aborted
   */
  async send(request: S3Request): Promise<S3Answer> {
    const before = await this.#currentCredentials(request.signal);
    try {
      return await this.#sendAs(before, request);
    } catch (error) {
      if (!(error instanceof S3Fault) || !staleKeyCodes.has(error.code)) throw error;
      const renewed = this.#credentials = await this.#read(request.signal);
      if (!differ(before, renewed)) throw error;
      return await this.#sendAs(renewed, request);
    }
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }

  /** Those that end soon are asked for anew, and used as long as they hold if none are given. */
  async #currentCredentials(signal: AbortSignal): Promise<S3Credentials> {
    const known = this.#credentials;
    const leftMs = (known?.expiresAtMs ?? Infinity) - this.#clock.wallTime();
    if (known !== undefined && leftMs > renewBeforeMs) return known;
    try {
      return this.#credentials = await this.#read(signal);
    } catch (error) {
      if (!(error instanceof S3Fault) || known === undefined || leftMs <= 0) throw error;
      return known;
    }
  }

  async #read(signal: AbortSignal): Promise<S3Credentials> {
    return await readCredentials(this.#environment, signal, await this.#currentRegion());
  }

  async #currentRegion(): Promise<string> {
    return this.#region ??= this.#place.region ?? await readRegion(this.#environment);
  }

  async #sendAs(credentials: S3Credentials, request: S3Request): Promise<S3Answer> {
    const region = await this.#currentRegion();
    const url = requestUrl(this.#place, region, request);
    const signed = await this.#signed(credentials, region, url, request);
    const { method, body, signal } = request;
    const client = await this.#pool.client(url.href, signal);
    const proxy = this.#pool.proxyOf(url.href);
    try {
      const response = await fetch(url, {
        method,
        headers: signed,
        ...(body === undefined ? {} : { body }),
        redirect: "manual",
        signal,
        client,
      });
      const text = await readText(response, response.ok ? request.bytesMax : refusalBytesMax);
      const { status, headers } = response;
      const code = response.ok ? "" : element("Code", text ?? "") ?? "";
      // Anything can answer 404; only S3 says what it has not found.
      const isAnswer = request.accept?.(status, code) && code !== "NoSuchBucket" &&
        (status !== 404 || code !== "");
      if (response.ok || isAnswer) return { status, headers, text, code };
      if (isElsewhere(status, code)) this.#pool.renew(client);
      throw refused({
        action: request.action,
        status,
        code: /^[\w.]{1,60}$/.test(code) ? code : "",
        bucket: this.#place.bucket,
        host: url.host,
        proxy,
        accessKeyId: credentials.accessKeyId,
        region: regionOf(status, code, headers, text ?? ""),
        aheadMs: this.#aheadMs(headers),
      });
    } catch (error) {
      if (error instanceof StorageFault) throw error;
      this.#pool.renew(client);
      if (signal.aborted) throw signal.reason;
      throw networkFault(error, url.host, proxy);
    }
  }

  async #signed(
    credentials: S3Credentials,
    region: string,
    url: URL,
    { method, headers, body }: S3Request,
  ): Promise<Headers> {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const contentHash = createHash("sha256").update(body ?? "").digest("hex");
    if (this.#signingKeys.size > 10) this.#signingKeys.clear();
    // The wall clock is part of what is signed: the server compares it with its own.
    const wallTime = new Date(this.#clock.wallTime()).toISOString();
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, "x-amz-content-sha256": contentHash },
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: "s3",
      region,
      datetime: wallTime.replace(/[-:]|\.\d{3}/g, ""),
      cache: this.#signingKeys,
    });
    return (await signer.sign()).headers;
  }

  #aheadMs(headers: Headers): number | undefined {
    const serverMs = Date.parse(headers.get("date") ?? "");
    return Number.isNaN(serverMs) ? undefined : serverMs - this.#clock.wallTime();
  }
}

/**
 * True if another server would do better: this one fails, is none for the bucket, or sends elsewhere.
 * What is open would lead to it for ever. Who only asks to slow down is not meant.
 */
function isElsewhere(status: number, code: string): boolean {
  return [301, 307, 308, 421].includes(status) || (status >= 500 && !slowDownCodes.has(code));
}

function differ(one: S3Credentials, other: S3Credentials): boolean {
  return one.accessKeyId !== other.accessKeyId ||
    one.secretAccessKey !== other.secretAccessKey || one.sessionToken !== other.sessionToken;
}

/**
 * Where a request goes. Amazon wants the bucket in the host name, except if its dots would not fit
 * the certificate; other servers have it in the path.
 */
export function requestUrl(
  { bucket, endpoint }: S3Place,
  region: string,
  { key, query }: Pick<S3Request, "key" | "query">,
): URL {
  const path = key.split("/").map(encodeURIComponent).join("/");
  const amazon = `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  const isInHost = endpoint === undefined && !bucket.includes(".");
  const base = isInHost
    ? `https://${bucket}.${amazon}`
    : `${endpoint?.replace(/\/+$/, "") ?? `https://${amazon}`}/${bucket}`;
  const url = new URL(`${base}/${path}`);
  // Without a slash: the signature of some servers leaves it out.
  if (key === "" && !isInHost) url.pathname = url.pathname.replace(/\/$/, "");
  for (const [name, text] of Object.entries(query ?? {})) url.searchParams.set(name, text);
  return url;
}

function regionOf(
  status: number,
  code: string,
  headers: Headers,
  text: string,
): string | undefined {
  const isElsewhere = [301, 307, 308].includes(status) || code === "AuthorizationHeaderMalformed";
  const region = element("Region", text) ?? headers.get("x-amz-bucket-region") ?? "";
  return isElsewhere && /^[a-z0-9-]{1,64}$/.test(region) ? region : undefined;
}
