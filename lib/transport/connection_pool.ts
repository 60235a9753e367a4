/**
 * Who is connected, and which of several connections to one peer is used.
 *
 * Two nodes that dial each other at the same moment end up with two connections. Both sides keep the
 * one dialled by the smaller instance id, without asking each other; the dialler of the other one
 * drains it.
 *
 * @module
 */
import type { InstanceId } from "../core/members/row.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Connection } from "./connection.ts";
import type { Target } from "./transport.ts";

/** Connections in one direction to one peer; a peer that needs more has forgotten to close them. */
const perPeerMax = 4;

/** Idle checks without traffic after which the dialler, and much later the other side, drains. */
const idleChecksDialler = 4;
const idleChecksOther = 12;

/** How many idle checks there are in the idle timeout. */
export const checksPerIdleTimeout = idleChecksDialler;

/** All identified connections. */
export class ConnectionPool {
  readonly #own: InstanceId;
  readonly #max: number;
  /** The newest connection of a peer stands last. */
  readonly #byInstance = new Map<InstanceId, Connection[]>();
  readonly #instancesOf = new Map<NodeName, Set<InstanceId>>();
  #size = 0;

  /**
   * @param own instance id of this node
   * @param max most connections
   */
  constructor(own: InstanceId, max: number) {
    this.#own = own;
    this.#max = max;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#size;
  }

  /** All connections. */
  all(): Connection[] {
    return [...this.#byInstance.values()].flat();
  }

  /** Connections to an instance. */
  of(instance: InstanceId): readonly Connection[] {
    return this.#byInstance.get(instance) ?? [];
  }

  /** Adds a connection; those it makes superfluous are drained. */
  add(connection: Connection): void {
    if (this.#size >= this.#max) this.#drainLongestIdle();
    const { instance, name } = connection.peer;
    const list = this.#byInstance.get(instance) ?? [];
    list.push(connection);
    this.#byInstance.set(instance, list);
    const instances = this.#instancesOf.get(name) ?? new Set();
    this.#instancesOf.set(name, instances.add(instance));
    this.#size++;
    this.#settle(instance, list);
  }

  /** Removes a connection that has ended; true if it was the last one to that instance. */
  delete(connection: Connection): boolean {
    const { instance, name } = connection.peer;
    const list = this.#byInstance.get(instance);
    const index = list?.indexOf(connection) ?? -1;
    if (list === undefined || index < 0) return false;
    list.splice(index, 1);
    this.#size--;
    if (list.length > 0) return false;
    this.#byInstance.delete(instance);
    const instances = this.#instancesOf.get(name);
    instances?.delete(instance);
    if (instances?.size === 0) this.#instancesOf.delete(name);
    return true;
  }

  /** The connection over which to ask `target`. */
  find(target: Target): Connection | undefined {
    const { name, instance } = target;
    if (instance !== undefined) {
      const found = this.#preferred(instance);
      return found?.peer.name === name ? found : undefined;
    }
    for (const candidate of this.#instancesOf.get(name) ?? []) {
      const found = this.#preferred(candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The connection over which to send a notice: a client can be told something too. */
  findForNotice(instance: InstanceId): Connection | undefined {
    return this.#preferred(instance) ?? this.of(instance).findLast((one) => one.usable);
  }

  /** Makes an idle check: drains what nobody has used for many of them. */
  checkIdle(): void {
    for (const connection of this.all()) {
      connection.idleChecks++;
      const limit = connection.dialled ? idleChecksDialler : idleChecksOther;
      if (connection.idleChecks > limit && !connection.busy) connection.drain();
    }
  }

  #preferred(instance: InstanceId): Connection | undefined {
    const list = this.#byInstance.get(instance);
    if (list === undefined) return undefined;
    const keptIsDialled = this.#own < instance;
    let found: Connection | undefined;
    for (const one of list) {
      if (!one.usable || !one.reusable) continue;
      if (found === undefined || one.dialled === keptIsDialled) found = one;
    }
    return found;
  }

  #settle(instance: InstanceId, list: readonly Connection[]): void {
    const keptIsDialled = this.#own < instance;
    const usable = list.filter((one) => one.usable && one.reusable);
    const kept = usable.filter((one) => one.dialled === keptIsDialled);
    const others = usable.filter((one) => one.dialled !== keptIsDialled);
    // Only its dialler drains a connection: it knows that the other one stands on both sides.
    if (kept.length > 0) { for (const one of others) if (one.dialled) one.drain(); }
    for (const one of kept.slice(0, -perPeerMax)) one.drain();
    for (const one of others.slice(0, -perPeerMax)) one.drain();
  }

  #drainLongestIdle(): void {
    let longest: Connection | undefined;
    for (const one of this.all()) {
      if (longest === undefined || one.idleChecks > longest.idleChecks) longest = one;
    }
    void longest?.leave("reset", `more than ${this.#max} connections`);
  }
}
