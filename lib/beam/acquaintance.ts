/**
 * What is under way with one name: the link, the dial, and whether that node is just coming here.
 *
 * Both sides may dial each other at the same moment. The rule of the BEAM is that the node with the
 * greater name goes on with its own dial (`nok`), and the other one is taken in instead
 * (`ok_simultaneous`). Two things are added to it here:
 *
 * - A dial counts only when its name is on the way. Before that nobody can mean it, and a node that
 *   this one cannot reach could otherwise never come in, because it is dialled again and again.
 * - `nok` is said only when the other side has taken in our dial. Until then it might see `nok` before
 *   it sees our name, and give up.
 *
 * A name that was not proven yet never ends anything: unauthenticated peers can say any.
 *
 * @module
 */
import type { NodeName } from "../core/base/name.ts";
import type { Clock } from "../clock.ts";
import type { Dial } from "./dial.ts";
import type { Status } from "./handshake/handshake_message.ts";
import type { Link } from "./link.ts";
import type { Failure } from "./epmd/lookup.ts";

/** What this node has to do with another one. */
export class Acquaintance {
  readonly name: NodeName;
  /** The dial under way. */
  dial: Dial | undefined;
  /** The attempt to get a link, for all pings that need one. */
  connecting: Promise<Link | Failure> | undefined;
  readonly #clock: Clock;
  readonly #watchers = new Set<() => void>();
  #link: Link | undefined;
  #comingCount = 0;
  #isClosed = false;

  constructor(name: NodeName, clock: Clock) {
    this.name = name;
    this.#clock = clock;
  }

  /** The open link. */
  get link(): Link | undefined {
    return this.#link?.isOpen ? this.#link : undefined;
  }

  /** True if connections of that name came in and have neither proven it nor gone. */
  get isComing(): boolean {
    return this.#comingCount > 0;
  }

  /** True if there is nothing to remember. */
  get isOver(): boolean {
    return this.#link === undefined && this.connecting === undefined && !this.isComing;
  }

  /** From now on that is the link; the one before it ends. */
  adopt(link: Link): void {
    const before = this.#link;
    this.#link = link;
    before?.close("replaced by a newer connection");
    this.#wake();
  }

  /** `link` has ended; false if it was not the one in use. */
  lose(link: Link): boolean {
    if (this.#link !== link) return false;
    this.#link = undefined;
    return true;
  }

  /** Somebody says to be that node, until `left` settles. */
  comes(left: Promise<void>): void {
    this.#comingCount++;
    void left.then(() => {
      this.#comingCount--;
      this.#wake();
    });
  }

  /** Whether somebody who says to be that node may come in; `isGreater` if our name is. */
  async admission(isGreater: boolean): Promise<Status> {
    if (this.link !== undefined) return "alive";
    const { dial } = this;
    if (!dial?.isNamed) return "ok";
    if (!isGreater) return "ok_simultaneous";
    const status = await dial.status;
    if (status === "nok") return "ok_simultaneous";
    const isTaken = status === "ok" || status === "ok_simultaneous";
    return isTaken && (this.dial === dial || this.link !== undefined) ? "nok" : "ok";
  }

  /**
   * The link that comes within `timeoutMs`, if one does.
   *
   * @param isAnnounced true to wait even if nobody has come in yet
   */
  arrival(timeoutMs: number, isAnnounced: boolean): Promise<Link | undefined> {
    const isSettled = (): boolean =>
      this.link !== undefined || this.#isClosed || !(this.isComing || isAnnounced);
    if (isSettled() || timeoutMs <= 0) return Promise.resolve(this.link);
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#watchers.delete(look);
        resolve(this.link);
      };
      const look = (): void => {
        if (isSettled()) done();
      };
      const cancel = this.#clock.after(timeoutMs, done);
      this.#watchers.add(look);
    });
  }

  /** Ends everything that is under way, with `outcome` for those who wait. */
  close(outcome: Failure): void {
    this.#isClosed = true;
    this.dial?.stop(outcome);
    this.link?.close(outcome.detail, outcome);
    this.#wake();
  }

  /** Lets those who wait for a link look again. */
  #wake(): void {
    for (const look of [...this.#watchers]) look();
  }
}
