/**
 * The lease that the rows of one handle go with.
 *
 * Rows of nodes that died together with everyone who could have removed them vanish by themselves an
 * hour after the last write. It takes one request more every twenty minutes. Nothing is decided by
 * it: that a row has vanished is a change like any other.
 *
 * The number of the lease is also what tells two histories of the storage apart: when its data has
 * been wiped or put back to an older state, revisions begin to repeat, but etcd gives no number of a
 * lease twice.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { Asker, EtcdClient } from "./etcd_client.ts";
import { digitsOf } from "./etcd_json.ts";

/** How long rows outlive the last write of their handle, in seconds. */
export const leaseSeconds = 3600;

/** Keeps one lease, from the first write on. */
export class EtcdLease {
  readonly #client: EtcdClient;
  readonly #clock: Clock;
  #id: string | undefined;
  #renewedAt = 0;

  constructor(client: EtcdClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** The lease to write with, in digits; asks for it or renews it when it is time. */
  async current(asker: Asker): Promise<string> {
    const now = this.#clock.now();
    const id = this.#id;
    if (id !== undefined) {
      if (now - this.#renewedAt < leaseSeconds * 1000 / 3) return id;
      const { json } = await this.#client.post("lease/keepalive", { ID: id }, asker);
      if (digitsOf(json["TTL"]) !== "0") {
        this.#renewedAt = now;
        return id;
      }
    }
    const { json } = await this.#client.post("lease/grant", { TTL: `${leaseSeconds}` }, asker);
    // Two calls at once may both have asked: the lease that is not used expires.
    this.#id = digitsOf(json["ID"]);
    this.#renewedAt = now;
    return this.#id;
  }

  /** Takes a new lease next time, because `id` is lost or not to be trusted any more. */
  forget(id: string | undefined = this.#id): void {
    if (this.#id === id) this.#id = undefined;
  }
}
