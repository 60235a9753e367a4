/**
 * Connections that can be thrown away: a pool of them that is replaced as a whole.
 *
 * A connection to a host that has vanished looks well until somebody has waited for it in vain, so
 * after a fault none of the old ones is used again.
 *
 * @module
 */
import { EtcdFault } from "./etcd_faults.ts";

/** How long a connection is kept without being used, in milliseconds. */
const idleMs = 30_000;

/** The HTTP client of one handle. */
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
   * @throws {EtcdFault} if the file with certificates cannot be used
   */
  async client(): Promise<Deno.HttpClient> {
    this.#caCerts ??= this.#caPath === undefined ? [] : [await readCertificates(this.#caPath)];
    if (this.#isClosed) throw new EtcdFault("final", "the registry is closed");
    return this.#client ??= this.#create([...this.#caCerts]);
  }

  /** Makes new connections from now on; requests under way go on. */
  renew(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.renew();
  }

  #create(caCerts: string[]): Deno.HttpClient {
    try {
      return Deno.createHttpClient({ caCerts, http2: false, poolIdleTimeout: idleMs });
    } catch (error) {
      this.#caCerts = undefined;
      throw new EtcdFault("final", `its tls_ca ${this.#caPath} holds no legal certificate`, error);
    }
  }
}

async function readCertificates(path: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new EtcdFault("final", `its tls_ca ${path} cannot be read: ${reasonOf(error)}`, error);
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new EtcdFault("final", `its tls_ca ${path} holds no certificate`);
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) return "it needs the permission --allow-read";
  if (error instanceof Deno.errors.PermissionDenied) return "this user may not read it";
  return error instanceof Error ? error.message : String(error);
}
