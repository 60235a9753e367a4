/**
 * Where examples of the library stand: the page about it, and the exports that they explain.
 *
 * @module
 */

/** Paths from the project's folder on; `tests/slow/examples_test.ts` runs what is in them. */
export const exampleFiles: readonly string[] = [
  "docs/library.md",
  "lib/mod.ts",
  "lib/running_node.ts",
  "lib/registry/mod.ts",
  "lib/core/mod.ts",
  "lib/core/membership.ts",
  "lib/core/base/random.ts",
];
