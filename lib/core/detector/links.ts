/**
 * The links from this node to the members, one for each name.
 *
 * @module
 */
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

  /** Another process has that name from now on, or none. */
  forget(name: NodeName): void {
    this.#links.delete(name);
  }

  /** Where to ask a member, the address that answered last first. */
  addressee({ name, instance, addresses }: MemberRecord): Addressee {
    const best = this.#links.get(name)?.answersAt;
    if (best === undefined) return { name, instance, addresses };
    const others = addresses.filter(({ host, port }) => host !== best.host || port !== best.port);
    return { name, instance, addresses: [best, ...others] };
  }
}
