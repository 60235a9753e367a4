/**
 * Tells systemd how its unit is: the protocol of `sd_notify(3)`, one datagram a message.
 *
 * @module
 */
import { encodeUtf8 } from "../core/base/text.ts";

/** What systemd has put into the environment of a unit. */
export interface NotifyAddress {
  /** Path of its socket; with an `@` in front its name is abstract. */
  readonly socket: string;
  /** How often it wants to hear of the unit: half of the time after which it kills it. */
  readonly watchdogMs: number | undefined;
}

/** Variables that speak of this process, and not of the ones that it starts. */
export const notifyVariables: readonly string[] = [
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  "WATCHDOG_PID",
];

/**
 * Reads the environment; `undefined` if there is no systemd, or one behind a socket that is no Unix
 * socket.
 *
 * @param pid this process
 */
export function notifyAddress(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): NotifyAddress | undefined {
  const socket = environment["NOTIFY_SOCKET"] ?? "";
  if (!/^[/@]./.test(socket)) return undefined;
  const forPid = environment["WATCHDOG_PID"] ?? "";
  const isForUs = forPid === "" || forPid === String(pid);
  const text = environment["WATCHDOG_USEC"] ?? "";
  const watchdogUs = isForUs && /^\d{1,15}$/.test(text) ? Number(text) : 0;
  const watchdogMs = watchdogUs > 0 ? Math.max(1, Math.floor(watchdogUs / 2000)) : undefined;
  return { socket, watchdogMs };
}

/** Sends one datagram without waiting; false if it could not be sent. */
export type SendDatagram = (path: string, bytes: Uint8Array<ArrayBuffer>) => boolean;

/** Longest status, in characters. */
const statusMax = 256;

/** Speaks to systemd. What cannot be sent goes out with the next message. */
export class SystemdNotifier {
  readonly #socket: string;
  readonly #send: SendDatagram;
  readonly #unsent = new Map<string, string>();

  constructor({ socket }: NotifyAddress, send: SendDatagram) {
    this.#socket = socket;
    this.#send = send;
  }

  /** The unit has started; false if systemd could not be told yet. */
  ready(): boolean {
    return this.#say("READY", "1");
  }

  /** What `systemctl status` shows, a line. */
  status(text: string): boolean {
    const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
    return this.#say("STATUS", line.length > statusMax ? `${line.slice(0, statusMax - 1)}…` : line);
  }

  /** The loop turns; to be called from the loop itself, every `watchdogMs` at least. */
  watchdog(): boolean {
    return this.#say("WATCHDOG", "1");
  }

  /** The unit is about to end. */
  stopping(): boolean {
    return this.#say("STOPPING", "1");
  }

  #say(name: string, value: string): boolean {
    this.#unsent.set(name, value);
    const lines = [...this.#unsent].map(([key, text]) => `${key}=${text}\n`).join("");
    const sent = this.#send(this.#socket, encodeUtf8(lines));
    if (sent) this.#unsent.clear();
    return sent;
  }
}
