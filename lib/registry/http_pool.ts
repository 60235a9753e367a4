/**
 * Connections over HTTP that can be thrown away: a pool of them that is replaced as a whole.
 *
 * A connection to a host that has vanished looks well until somebody has waited for it in vain, so
 * after a fault none of the old ones is used again.
 *
 * @module
 */
import { readCertificates } from "./certificates.ts";
import { StorageFault } from "./storage_fault.ts";

/** How long a connection is kept without being used, in milliseconds. */
const idleMs = 30_000;

/** Idle connections that are kept for one host. */
const idleMax = 16;

/** The HTTP clients of one handle, one after the other. */
export class HttpPool implements Disposable {
  readonly #caPath: string | undefined;
  #caCerts: readonly string[] | undefined;
  #client: Deno.HttpClient | undefined;
  #isClosed = false;

  /** @param caPath a file with certificates that are trusted beside the usual ones */
  constructor(caPath: string | undefined) {
    this.#caPath = caPath;
  }

  /**
   * The client to use for one request.
   *
   * @throws {StorageFault} if the file with certificates cannot be used, or the pool is closed
   */
  async client(): Promise<Deno.HttpClient> {
    const path = this.#caPath;
    this.#caCerts ??= path === undefined ? [] : [await readCertificates(path, "tls_ca")];
    // From here on nothing waits, so that no two make clients of their own, or one too late.
    if (this.#isClosed) throw new StorageFault("the registry is closed");
    return this.#client ??= this.#create([...this.#caCerts]);
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
    this.#client?.close();
    this.#client = undefined;
  }

  #create(caCerts: string[]): Deno.HttpClient {
    try {
      // Where requests are signed, the header `host` is, too, and HTTP/2 has none.
      const limits = { poolIdleTimeout: idleMs, poolMaxIdlePerHost: idleMax };
      return Deno.createHttpClient({ caCerts, http2: false, ...limits });
    } catch {
      this.#caCerts = undefined;
      throw new StorageFault(`the file ${this.#caPath} of tls_ca holds no legal certificate`);
    }
  }
}
