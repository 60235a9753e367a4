/**
 * What to do when the storage says no, by the words in which it says so.
 *
 * @module
 */

const remedies: readonly (readonly [RegExp, string])[] = [
  [/read-only/i, "Mount it for writing"],
  [/no space|quota|disk full/i, "Free some space there"],
  [
    /denied|not permitted|may not be read/i,
    "Run all nodes that share it as the same user, the one that owns it",
  ],
  [
    /not a directory|no folder|no such file/i,
    "Correct --registry, or mount what should be there",
  ],
  [
    /no answer within|does not answer/i,
    "See whether the storage and the network to it work; a slow one needs patience, try again",
  ],
  [/refused|unreachable|timed out|resolve/i, "See whether the server runs, and correct --registry"],
];

/** What to do about `reason`. */
export function remedyFor(reason: string): string {
  const found = remedies.find(([pattern]) => pattern.test(reason));
  return found?.[1] ?? "See whether the storage works for other programs, and correct --registry";
}
