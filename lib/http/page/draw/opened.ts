/**
 * The bundles that are open. The map and the matrix show the same ones.
 *
 * @module
 */
import { signal } from "@preact/signals";

/** Keys of the open bundles, in the order in which they were opened. */
export const openedBundles = signal<ReadonlySet<string>>(new Set());

/** Opens a bundle; with one that is open closes it, and those that were opened within. */
export function toggleBundle(key: string): void {
  const opened = openedBundles.value;
  openedBundles.value = opened.has(key)
    ? new Set([...opened].filter((other) => other !== key && !other.startsWith(`${key}\n`)))
    : new Set([...opened, key]);
}
