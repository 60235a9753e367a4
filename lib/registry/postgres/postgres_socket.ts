/**
 * The way to a PostgreSQL server: TCP, and TLS on top of it where the URL asks for it.
 *
 * Built here and not by the driver, so that whoever loses patience can tear it down at any moment,
 * and so that each fault on the way is heard.
 *
 * @module
 */
import net from "node:net";
import type { Socket } from "node:net";
import tls from "node:tls";
import { untilResolved } from "../../sockets/system_lookup.ts";
import { readTlsFiles } from "../common/certificates.ts";
import type { PostgresHost, PostgresSettings } from "./postgres_url.ts";

/** "May we speak TLS?", before anything else is said; the server answers with one letter. */
const encryptionRequest = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);

/** After how long without traffic the system looks whether the other side still lives. */
const keepAliveMs = 10_000;

/** A way to the server that can be torn down from its first moment on. */
export class PostgresSocket {
  readonly #settings: PostgresSettings;
  readonly #host: PostgresHost;
  #tcp: Socket | undefined;
  #encrypted: Socket | undefined;
  readonly #giveUp = new AbortController();
  #isReady = false;
  #isOver = false;
  #onClosed: () => void = () => {};
  /** Resolves when nothing is left of it. */
  readonly closed: Promise<void> = new Promise((resolve) => void (this.#onClosed = resolve));

  constructor(settings: PostgresSettings, host: PostgresHost) {
    this.#settings = settings;
    this.#host = host;
  }

  /** True from the end of the handshake to the end of all. */
  get isOpen(): boolean {
    return this.#isReady && !this.#isOver;
  }

  /** How many bytes the server has sent so far, encrypted or not. */
  get bytesHeard(): number {
    return this.#tcp?.bytesRead ?? 0;
  }

  /** Connects; once only, because a driver that tries again by itself would never come to an end. */
  async open(): Promise<Socket> {
    if (this.#isOver || this.#tcp) throw endedEarly();
    const { host, port } = this.#host;
    const isLocal = host.startsWith("/");
    if (!isLocal) await untilResolved(host, this.#giveUp.signal);
    if (this.#isOver) throw endedEarly();
    const tcp = net.connect(isLocal ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    this.#tcp = tcp;
    tcp.once("close", () => this.#finish());
    tcp.on("error", ignore);
    await happened(tcp, "connect");
    if (!isLocal) {
      tcp.setNoDelay(true);
      tcp.setKeepAlive(true, keepAliveMs);
    }
    // As with libpq, nothing is encrypted that never leaves the machine.
    const isPlain = isLocal || this.#settings.sslmode === "disable";
    const top = isPlain ? tcp : await this.#encrypt(tcp);
    if (this.#isOver) throw endedEarly();
    this.#isReady = true;
    return top;
  }

  /** Tears it down at once. */
  destroy(): void {
    this.#isOver = true;
    this.#giveUp.abort(endedEarly());
    this.#encrypted?.destroy();
    this.#tcp?.destroy();
    if (!this.#tcp) this.#onClosed();
  }

  #finish(): void {
    this.destroy();
    this.#onClosed();
    // The driver takes all listeners away at the end, and an error of an earlier write may follow.
    queueMicrotask(() => this.#encrypted?.on("error", ignore));
    queueMicrotask(() => this.#tcp?.on("error", ignore));
  }

  async #encrypt(tcp: Socket): Promise<Socket> {
    const options = await tlsOptions(this.#settings, this.#host);
    const answer = new Promise<string>((resolve, reject) => {
      tcp.once("close", () => reject(endedEarly()));
      tcp.once("data", (bytes: Uint8Array) => {
        stopReading(tcp);
        resolve(new TextDecoder().decode(bytes));
      });
    });
    tcp.write(encryptionRequest);
    const letter = await answer;
    // More than one letter would be words that somebody slipped in before the encryption.
    if (letter === "N" && this.#settings.sslmode === "prefer") {
      startReading(tcp);
      return tcp;
    }
    if (letter !== "S") {
      const code = letter === "N" ? "NO_TLS" : "NO_POSTGRES";
      throw Object.assign(new Error("TLS was not granted"), { code });
    }
    const encrypted = tls.connect({ socket: tcp, ...options });
    this.#encrypted = encrypted;
    encrypted.on("error", ignore);
    // With Deno 2.4, of the two only the one that is destroyed first tells that it is closed.
    encrypted.once("close", () => this.#finish());
    await happened(encrypted, "secureConnect");
    return encrypted;
  }
}

/** Errors of a socket are told by whoever waits for it; without a listener they would end all. */
function ignore(): void {}

function endedEarly(): Error {
  return new Error("the connection ended early");
}

/** Resolves with the event, rejects with the error or the end that comes instead. */
function happened(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => settle(() => reject(endedEarly()));
    const onError = (error: Error): void => settle(() => reject(error));
    const onEvent = (): void => settle(resolve);
    const settle = (then: () => void): void => {
      socket.off(event, onEvent).off("error", onError).off("close", onEnd);
      then();
    };
    socket.once(event, onEvent).once("error", onError).once("close", onEnd);
  });
}

/** Keeps TCP from swallowing the first words of TLS, which Deno 2.4 would otherwise do. */
function stopReading(tcp: Socket): void {
  const { _handle: handle } = tcp as { _handle?: { readStop?(): void; reading?: boolean } };
  handle?.readStop?.();
  if (handle) handle.reading = false;
  tcp.pause();
}

/** Takes back what {@linkcode stopReading} has done. */
function startReading(tcp: Socket): void {
  const { _handle: handle } = tcp as { _handle?: { readStart?(): void; reading?: boolean } };
  if (handle) handle.reading = true;
  handle?.readStart?.();
  tcp.resume();
}

async function tlsOptions(
  { sslmode, sslrootcert, sslcert, sslkey }: PostgresSettings,
  { host }: PostgresHost,
): Promise<tls.ConnectionOptions> {
  const paths = { caPath: sslrootcert, certPath: sslcert, keyPath: sslkey };
  const files = await readTlsFiles(paths, { ca: "sslrootcert", cert: "sslcert", key: "sslkey" });
  const names = net.isIP(host) ? { host } : { host, servername: host };
  switch (sslmode) {
    case "disable":
    case "prefer":
    case "require":
      return { ...files, ...names, rejectUnauthorized: false };
    case "verify-ca":
      // Whoever has a certificate of that authority will do, whatever name is in it.
      return { ...files, ...names, checkServerIdentity: () => undefined };
    case "verify-full":
      return { ...files, ...names };
    default:
      return sslmode satisfies never;
  }
}
