/**
 * What systemd is told of a node, where it has asked for that by `NOTIFY_SOCKET`.
 *
 * The node is up once it is registered, and one that carries a service once that is ready. That its
 * loop turns is told by the loop itself; systemd ends a node whose loop hangs.
 *
 * @module
 */
import { type Clock, sleep } from "../../clock.ts";
import { countsAsAlive } from "../../core/members/member.ts";
import type { MemberService } from "../../core/members/service.ts";
import type { Log } from "../../log/log.ts";
import type { ClusterNode } from "../../node/node.ts";
import type { Libc } from "../../service/libc.ts";
import { notifyAddress, SystemdNotifier } from "../../service/notify.ts";

/** Between two looks at the members, in milliseconds. */
const lookMs = 1000;

/**
 * True if systemd itself has started this process, and not something that it has started before. Of a
 * unit that has left as it was told to, systemd wants to hear 0: another code is a failure to it.
 *
 * @param pid this process
 */
export function isMainProcess(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): boolean {
  return environment["SYSTEMD_EXEC_PID"] === `${pid}`;
}

/** The unit of systemd that this process is. */
export class SystemdUnit implements Disposable {
  readonly #notifier: SystemdNotifier;
  readonly #over = new AbortController();
  #isReady = false;
  #status = "";
  #members = "";
  #service = "";

  /** How often the loop has to say that it turns, in milliseconds; not at all if left out. */
  readonly turnEveryMs: number | undefined;

  private constructor(notifier: SystemdNotifier, turnEveryMs: number | undefined) {
    this.#notifier = notifier;
    this.turnEveryMs = turnEveryMs;
  }

  /** `undefined` if this process is none, or systemd cannot be told, which the log says then. */
  static of(
    environment: Readonly<Record<string, string | undefined>>,
    libc: () => Libc | string,
    log: Log,
  ): SystemdUnit | undefined {
    const address = notifyAddress(environment, Deno.pid);
    if (address === undefined) return undefined;
    const opened = libc();
    if (typeof opened !== "string") {
      const notifier = new SystemdNotifier(
        address,
        (path, bytes) => opened.sendDatagram(path, bytes),
      );
      return new SystemdUnit(notifier, address.watchdogMs);
    }
    log.warning(`Cannot notify systemd: ${opened}`);
    return undefined;
  }

  /** To be called from the loop of the node. */
  turned(): void {
    this.#notifier.watchdog();
  }

  /** The node is registered, or the service that it carries is ready. */
  ready(): void {
    if (!this.#isReady) this.#notifier.ready();
    this.#isReady = true;
  }

  /** The node is about to end. */
  stopping(): void {
    this.#over.abort();
    this.#notifier.stopping();
  }

  /** The service has another state. */
  service({ state, reason }: MemberService): void {
    this.#service = `; the service is ${state}: ${reason}`;
    if (state === "ready") this.ready();
    this.#tell();
  }

  /** Says how many members are alive, each time that this changes, until the end. Never rejects. */
  async follow(node: ClusterNode, clock: Clock): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      const members = node.members();
      const alive = members.filter(({ status }) => countsAsAlive(status)).length;
      this.#members = `${alive} of ${members.length} members are alive`;
      this.#tell();
      await sleep(clock, lookMs, signal).catch(() => {});
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  #tell(): void {
    const status = `${this.#members}${this.#service}`;
    if (status !== this.#status) this.#notifier.status(status);
    this.#status = status;
  }
}
