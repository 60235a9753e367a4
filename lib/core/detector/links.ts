/**
 * The links from this node to the members, one for each name.
 *
 * @module
 */
import { sameAddress } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import type { NodeName } from "../base/name.ts";
import type { MemberRecord } from "../members/record.ts";
import type { Addressee } from "../input.ts";
import { Link } from "../members/link.ts";

/** What this node knows of its way to each member. */
export class Links {
  readonly #links = new Map<NodeName, Link>();

  /** The link to the member of that name, if anything is known of it. */
  get(name: NodeName): Link | undefined {
    return this.#links.get(name);
  }

  /** The link to the member of that name, from now on known. */
  of(name: NodeName): Link {
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const link = new Link();
    this.#links.set(name, link);
    return link;
  }

  /** True if the last ping to any of them has failed. */
  get isAnyFailing(): boolean {
    return this.#links.values().some(({ failingSince }) => failingSince !== undefined);
  }

  /** Another process has that name from now on, or none. */
  forget(name: NodeName): void {
    this.#links.delete(name);
  }

  /** Where to ask a member, the address that answered last first if it is still one of its own. */
  addressee({ name, instance, addresses }: MemberRecord): Addressee {
    const best = this.#links.get(name)?.answersAt;
    if (best === undefined || addresses.length === 1) return { name, instance, addresses };
    const isBest = (address: Address): boolean => sameAddress(address, best);
    const others = addresses.filter((address) => !isBest(address));
    return { name, instance, addresses: [...addresses.filter(isBest), ...others] };
  }
}
