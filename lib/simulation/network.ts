/**
 * The simulated network, at the level of a ping: who reaches whom, how late, and how it fails when it
 * does not.
 *
 * @module
 */
import { sameAddress } from "../core/base/address.ts";
import type { Addressee } from "../core/input.ts";
import type { Random } from "../core/base/random.ts";
import type { SimNode } from "./sim_node.ts";

/** Retransmission of a lost packet, in milliseconds; doubles with each further loss. */
export const retransmitMs = 200;

/** Retransmission of the first packet of a connection, in milliseconds. */
const reconnectMs = 1000;

/** What stands at an address. */
export type Found =
  | { readonly kind: "node"; readonly node: SimNode }
  /** A host where nobody listens, or whose firewall says so. */
  | { readonly kind: "refused"; readonly node: SimNode }
  /** No host. */
  | { readonly kind: "nobody" };

/** Hosts, links and losses. */
export class SimNetwork {
  /** Probability that a single packet is lost. */
  loss = 0;
  /** One-way delay of a message, in milliseconds, plus up to as much again by chance. */
  latencyMs: number;
  /** What all that a host sends or gets takes longer, in milliseconds: its queues are full. */
  readonly slow = new Map<string, number>();
  /** Probability that a packet which this host sends is lost, if it is higher than that of all. */
  readonly lossy = new Map<string, number>();
  readonly #random: Random;
  /** By host and port. */
  readonly #listening = new Map<string, Map<number, SimNode>>();
  readonly #byInstance = new Map<string, SimNode>();
  readonly #cuts = new Set<string>();
  readonly #goneHosts = new Set<string>();
  readonly #rejectedHosts = new Set<string>();
  #minority: ReadonlySet<SimNode> | undefined;

  constructor(random: Random, latencyMs: number) {
    this.#random = random;
    this.latencyMs = latencyMs;
  }

  add(node: SimNode): void {
    const { host, port } = node.address;
    const onHost = this.#listening.get(host) ?? new Map<number, SimNode>();
    this.#listening.set(host, onHost.set(port, node));
    this.#byInstance.set(node.instance, node);
    this.#goneHosts.delete(host);
  }

  /** Nobody is at the address of `node` any more. */
  remove(node: SimNode): void {
    this.#listening.get(node.address.host)?.delete(node.address.port);
  }

  byInstance(instance: string): SimNode | undefined {
    return this.#byInstance.get(instance);
  }

  /** Takes a host away: nothing there refuses, nothing answers. */
  unplug({ address }: SimNode): void {
    this.#goneHosts.add(address.host);
  }

  /** Brings a host back. */
  plug({ address }: SimNode): void {
    this.#goneHosts.delete(address.host);
  }

  /** Puts a firewall around a host: every connection from and to it is answered with a reset. */
  reject({ address }: SimNode): void {
    this.#rejectedHosts.add(address.host);
  }

  /** True unless its host is gone. */
  isPlugged({ address }: SimNode): boolean {
    return !this.#goneHosts.has(address.host);
  }

  /** Takes the firewall around a host away again. */
  admit(host: string): void {
    this.#rejectedHosts.delete(host);
  }

  /** True if its host is behind a firewall, or at the end of a bad line. */
  isHampered({ address: { host } }: SimNode): boolean {
    return this.#rejectedHosts.has(host) || this.slow.has(host) || this.lossy.has(host);
  }

  cut(from: SimNode, to: SimNode): void {
    this.#cuts.add(link(from, to));
  }

  /** Takes {@linkcode cut} back. */
  mend(from: SimNode, to: SimNode): void {
    this.#cuts.delete(link(from, to));
  }

  /** From now on `minority` and all others do not reach each other. */
  divide(minority: ReadonlySet<SimNode>): void {
    this.#minority = minority;
  }

  /** True if one of them is cut off from the other by {@linkcode divide}. */
  isApart(one: SimNode, other: SimNode): boolean {
    return this.#minority !== undefined && this.#minority.has(one) !== this.#minority.has(other);
  }

  /** They do again. */
  unite(): void {
    this.#minority = undefined;
  }

  heal(): void {
    this.#minority = undefined;
    this.#cuts.clear();
    this.#goneHosts.clear();
    this.#rejectedHosts.clear();
    this.slow.clear();
    this.lossy.clear();
  }

  /** True if something that `from` sends arrives at `to`. */
  reaches(from: SimNode, to: SimNode): boolean {
    if (this.#goneHosts.size > 0) {
      if (this.#goneHosts.has(from.address.host) || this.#goneHosts.has(to.address.host)) {
        return false;
      }
    }
    if (this.isApart(from, to)) return false;
    return this.#cuts.size === 0 || !this.#cuts.has(link(from, to));
  }

  /** What answers at the addresses of `to`. */
  find(from: SimNode, { addresses }: Addressee): Found {
    let refused: SimNode | undefined;
    for (const address of addresses) {
      // An address of one's own leads to oneself, whoever else has it, too.
      const node = sameAddress(address, from.address)
        ? from
        : this.#listening.get(address.host)?.get(address.port);
      if (node === undefined || !this.reaches(from, node) || !this.reaches(node, from)) continue;
      if (node.state !== "dead" && !this.rejects(from, node)) return { kind: "node", node };
      refused ??= node;
    }
    return refused === undefined ? { kind: "nobody" } : { kind: "refused", node: refused };
  }

  /** Delay of one message on an open connection: latency, chance, retransmissions. */
  delay(from: SimNode, to: SimNode): number {
    return this.#delay(retransmitMs, from, to);
  }

  /** Delay of a message there and of its answer. */
  roundTrip(from: SimNode, to: SimNode): number {
    return this.delay(from, to) + this.delay(to, from);
  }

  /** Time that a new connection takes until a request can be sent on it. */
  connectDelay(from: SimNode, to: SimNode): number {
    return this.#delay(reconnectMs, from, to) + this.#delay(reconnectMs, to, from) +
      this.delay(from, to) + this.delay(to, from);
  }

  /** True if a firewall answers with a reset whatever is sent between them. */
  rejects(from: SimNode, to: SimNode): boolean {
    return this.#rejectedHosts.has(from.address.host) || this.#rejectedHosts.has(to.address.host);
  }

  #delay(lostMs: number, { address: from }: SimNode, { address: to }: SimNode): number {
    let delayMs = this.latencyMs * (1 + this.#random.below(1000) / 1000);
    if (this.slow.size > 0) {
      delayMs += (this.slow.get(from.host) ?? 0) + (this.slow.get(to.host) ?? 0);
    }
    const loss = Math.max(this.loss, this.lossy.get(from.host) ?? 0);
    if (loss === 0) return delayMs;
    for (let waitMs = lostMs; this.#random.below(1_000_000) < loss * 1_000_000; waitMs *= 2) {
      delayMs += waitMs;
    }
    return delayMs;
  }
}

function link(from: SimNode, to: SimNode): string {
  return `${from.instance}>${to.instance}`;
}
