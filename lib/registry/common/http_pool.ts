/**
 * Connections over HTTP that can be thrown away: a pool of them that is replaced as a whole.
 *
 * A connection to a host that has vanished looks well until somebody has waited for it in vain, so
 * after a fault none of the old ones is used again.
 *
 * @module
 */
import { untilResolved } from "../../sockets/system_lookup.ts";
import { readTlsFiles } from "./certificates.ts";
import type { TlsTexts } from "./certificates.ts";
import { exceptionFor, proxyFor } from "./http_proxy.ts";
import type { Proxy } from "./http_proxy.ts";
import type { Environment } from "./environment.ts";
import { StorageFault } from "./storage_fault.ts";
import type { TlsFiles } from "./url_parts.ts";

/** How long a connection is kept without being used, in milliseconds. */
const idleMs = 30_000;

/** Idle connections that are kept for one host. */
const idleMax = 16;

/** The HTTP clients of one handle, one for each server, and one after the other. */
export class HttpPool implements Disposable {
  readonly #files: TlsFiles;
  #texts: TlsTexts | undefined;
  readonly #environment: Environment;
  /** By the origin of the server. */
  readonly #clients = new Map<string, Deno.HttpClient>();
  /** Hosts for which the system has answered since connections were made anew. */
  readonly #resolved = new Set<string>();
  #isClosed = false;

  /**
   * @param files certificates that are trusted beside the usual ones, and what proves who we are
   * @param environment says which proxy to use
   */
  constructor(files: TlsFiles, environment: Environment = ownVariable) {
    this.#files = files;
    this.#environment = environment;
  }

  /**
   * Host and port of the proxy for requests to `url`, if they go through one.
   *
   * @throws {StorageFault} if the variable that names it is not legal
   */
  proxyOf(url: string): string | undefined {
    return proxyFor(new URL(url), this.#environment)?.at;
  }

  /**
   * The client to use for one request.
   *
   * @param url where the request goes
   * @throws the abort reason if `signal` is aborted before the system has answered for the host
   * @throws {StorageFault} if a file with certificates or the variable of a proxy cannot be used, or
   *   the pool is closed
   */
  async client(url: string, signal: AbortSignal): Promise<Deno.HttpClient> {
    const server = new URL(url);
    const proxy = proxyFor(server, this.#environment);
    await this.#resolve(new URL(proxy?.options.url ?? server).hostname, signal);
    this.#texts ??= await readTlsFiles(this.#files);
    // From here on nothing waits, so that no two make clients of their own, or one too late.
    if (this.#isClosed) throw new StorageFault("the registry is closed");
    const client = this.#clients.get(server.origin) ?? this.#create(server, proxy, this.#texts);
    this.#clients.set(server.origin, client);
    return client;
  }

  /** What the system does not know, the client finds out. */
  async #resolve(hostname: string, signal: AbortSignal): Promise<void> {
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    if (this.#resolved.has(host)) return;
    await untilResolved(host, signal).catch(() => signal.throwIfAborted());
    this.#resolved.add(host);
  }

  /** Makes new connections from now on, unless `failed` has been replaced before; others go on. */
  renew(failed: Deno.HttpClient): void {
    if ([...this.#clients.values()].includes(failed)) this.#drop();
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#drop();
  }

  #drop(): void {
    this.#resolved.clear();
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #create(server: URL, proxy: Proxy | undefined, { ca, cert, key }: TlsTexts): Deno.HttpClient {
    if (proxy === undefined) this.#goStraightTo(server);
    const by = proxy === undefined ? {} : { proxy: proxy.options };
    const caCerts = ca === undefined ? [] : [ca];
    const ownCertificate = cert === undefined || key === undefined ? {} : { cert, key };
    try {
      // Where requests are signed, the header `host` is, too, and HTTP/2 has none.
      const limits = { poolIdleTimeout: idleMs, poolMaxIdlePerHost: idleMax };
      return Deno.createHttpClient({ caCerts, ...ownCertificate, ...by, http2: false, ...limits });
    } catch {
      this.#texts = undefined;
      const { caPath, certPath, keyPath } = this.#files;
      throw new StorageFault(
        certPath === undefined
          ? `the file ${caPath} of tls_ca holds no legal certificate`
          : `a certificate or key is not legal in the files ${caPath ?? ""} ${certPath} ${keyPath}`,
      );
    }
  }

  /** A client without a proxy obeys the variables by itself, and has no other switch. */
  #goStraightTo(server: URL): void {
    const exception = exceptionFor(server, this.#environment);
    if (exception !== undefined) Deno.env.set("NO_PROXY", exception);
  }
}

/** What a program that uses the library keeps from it is not there. */
function ownVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
