/**
 * Connections over HTTP that can be thrown away: a pool of them that is replaced as a whole.
 *
 * A connection to a host that has vanished looks well until somebody has waited for it in vain, so
 * after a fault none of the old ones is used again.
 *
 * @module
 */
import { untilResolved } from "../sockets/system_lookup.ts";
import { readTlsFiles } from "./certificates.ts";
import type { TlsTexts } from "./certificates.ts";
import { StorageFault } from "./storage_fault.ts";
import type { TlsFiles } from "./url_parts.ts";

/** How long a connection is kept without being used, in milliseconds. */
const idleMs = 30_000;

/** Idle connections that are kept for one host. */
const idleMax = 16;

/** The HTTP clients of one handle, one after the other. */
export class HttpPool implements Disposable {
  readonly #files: TlsFiles;
  #texts: TlsTexts | undefined;
  #client: Deno.HttpClient | undefined;
  /** Hosts for which the system has answered since connections were made anew. */
  readonly #resolved = new Set<string>();
  #isClosed = false;

  /** @param files certificates that are trusted beside the usual ones, and what proves who we are */
  constructor(files: TlsFiles) {
    this.#files = files;
  }

  /**
   * The client to use for one request.
   *
   * @param url where the request goes
   * @throws the abort reason if `signal` is aborted before the system has answered for the host
   * @throws {StorageFault} if a file with certificates cannot be used, or the pool is closed
   */
  async client(url: string, signal: AbortSignal): Promise<Deno.HttpClient> {
    await this.#resolve(new URL(url).hostname, signal);
    this.#texts ??= await readTlsFiles(this.#files);
    // From here on nothing waits, so that no two make clients of their own, or one too late.
    if (this.#isClosed) throw new StorageFault("the registry is closed");
    return this.#client ??= this.#create(this.#texts);
  }

  /** A proxy may know hosts that the system does not: the client finds out. */
  async #resolve(hostname: string, signal: AbortSignal): Promise<void> {
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    if (this.#resolved.has(host)) return;
    await untilResolved(host, signal).catch(() => signal.throwIfAborted());
    this.#resolved.add(host);
  }

  /** Makes new connections from now on, unless `failed` has been replaced before; others go on. */
  renew(failed: Deno.HttpClient): void {
    if (this.#client === failed) this.#drop();
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#drop();
  }

  #drop(): void {
    this.#resolved.clear();
    this.#client?.close();
    this.#client = undefined;
  }

  #create({ ca, cert, key }: TlsTexts): Deno.HttpClient {
    const caCerts = ca === undefined ? [] : [ca];
    const ownCertificate = cert === undefined || key === undefined ? {} : { cert, key };
    try {
      // Where requests are signed, the header `host` is, too, and HTTP/2 has none.
      const limits = { poolIdleTimeout: idleMs, poolMaxIdlePerHost: idleMax };
      return Deno.createHttpClient({ caCerts, ...ownCertificate, http2: false, ...limits });
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
}
