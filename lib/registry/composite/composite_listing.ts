/**
 * The listings of several registries as one.
 *
 * @module
 */
import type { NodeName } from "../../core/base/name.ts";
import { merged, timestampVersionOf } from "./composite_version.ts";
import type { Copy } from "./composite_version.ts";
import type { ForeignEntry, Listing, StoredTimestamp } from "../registry.ts";

/** All that is in `listings`, each thing once; `undefined` stands for one that is not known. */
export function mergedListing(listings: readonly (Listing | undefined)[]): Listing {
  const copies = new Map<NodeName, Copy[]>();
  const timestamps = new Map<NodeName, StoredTimestamp>();
  const foreignEntries = new Map<string, ForeignEntry>();
  for (const [index, listing] of listings.entries()) {
    for (const stored of listing?.rows ?? []) {
      const { name } = stored.row;
      const row = copies.get(name) ?? listings.map((one) => one ? "absent" : "away");
      row[index] = stored;
      copies.set(name, row);
    }
    for (const { name, version: own } of listing?.timestamps ?? []) {
      // An Elixir node has one folder, so the first registry that shows it is the one.
      if (timestamps.has(name)) continue;
      const version = timestampVersionOf(index, own);
      timestamps.set(name, { name, version, registry: index });
    }
    for (const foreignEntry of listing?.foreignEntries ?? []) {
      foreignEntries.set(`${foreignEntry.key}\n${foreignEntry.reason}`, foreignEntry);
    }
  }
  return {
    rows: [...copies.values()].map(merged).filter((row) => row !== undefined),
    timestamps: [...timestamps.values()].filter(({ name }) => !copies.has(name)),
    foreignEntries: [...foreignEntries.values()],
    // Where it is missing it is put back, so one that lacks it is enough.
    hasCookie: listings.every((listing) => listing?.hasCookie !== false),
  };
}
