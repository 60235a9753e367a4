/**
 * What the build knows: it writes its own copy of this file.
 *
 * @module
 */

/** Commit that the program was built from; `source` when it runs from its sources. */
export const commit: string = "source";
