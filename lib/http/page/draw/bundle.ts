/**
 * Members of a large cluster, put together so that each of them keeps its place.
 *
 * Up to 64 members are shown one by one. Above that zones are bundles; without zones, and within
 * large ones, so are runs of neighbours in the order of their names. A bundle that is opened shows
 * what is in it, and that may be bundles again.
 *
 * @module
 */
import { type Placed, zoneOf } from "./ring_order.ts";

/** Members that are shown one by one, at most. */
export const singlesMax = 64;

/** Bundles beside each other, at most. */
const bundlesMax = 24;

/** What takes one place on the ring, and one row and column of the matrix. */
export interface Slot<Member> {
  /** What it is called while it is opened and closed: a name, or the way to a bundle. */
  readonly key: string;
  /** In the order of the ring; one if it is no bundle. */
  readonly members: readonly Member[];
  /** The zone, or the first and the last name, if it is a bundle. */
  readonly bundle?: BundleName;
}

/** What a bundle is called. */
export type BundleName =
  | { readonly zone: string }
  | { readonly first: string; readonly last: string };

/**
 * `ordered` in slots.
 *
 * @param ordered members in the order of the ring
 * @param opened keys of the bundles that are open; others than those shown do nothing
 */
export function slotsOf<Member extends Placed>(
  ordered: readonly Member[],
  opened: ReadonlySet<string>,
): Slot<Member>[] {
  if (ordered.length <= singlesMax) return singles(ordered);
  const zones = [...Map.groupBy(ordered, zoneOf)];
  const hasZones = zones.length > 1 && zones.length <= bundlesMax;
  return open(
    hasZones
      ? zones.map(([zone, members]) => ({ key: `zone ${zone}`, members, bundle: { zone } }))
      : runs("all", ordered),
    opened,
  );
}

function open<Member extends Placed>(
  slots: readonly Slot<Member>[],
  opened: ReadonlySet<string>,
): Slot<Member>[] {
  return slots.flatMap((slot) => {
    if (slot.bundle === undefined || !opened.has(slot.key)) return [slot];
    const { key, members } = slot;
    return members.length <= singlesMax ? singles(members) : open(runs(key, members), opened);
  });
}

function singles<Member extends Placed>(members: readonly Member[]): Slot<Member>[] {
  return members.map((member) => ({ key: member.name, members: [member] }));
}

/** Bundles of equal size; that of a run of 25 or 50, so that one that joins changes one of them. */
function runs<Member extends Placed>(way: string, members: readonly Member[]): Slot<Member>[] {
  const size = runSize(members.length);
  const count = Math.ceil(members.length / size);
  return Array.from({ length: count }, (_, index) => {
    const part = members.slice(index * size, (index + 1) * size);
    const first = part[0]?.name ?? "";
    return {
      key: `${way}\n${index}`,
      members: part,
      bundle: { first, last: part.at(-1)?.name ?? first },
    };
  });
}

/** The smallest of 10, 25, 50, 100, 250, … that gives few enough runs. */
function runSize(count: number): number {
  for (let unit = 10;; unit *= 10) {
    for (const size of [unit, unit * 2.5, unit * 5]) {
      if (Math.ceil(count / size) <= bundlesMax) return size;
    }
  }
}
