/**
 * What `version --licenses` shows: under which licences the program is, and whose work it contains.
 *
 * @module
 */
import { thirdPartyText } from "./third_party.ts";

/** The whole text; it belongs into each package of the program. */
export function licensesText(): string {
  return `clusternode is under the MIT licence. Copyright (c) 2026 clusternode contributors

As a single file it contains the runtime of Deno, https://deno.com, which is under the MIT licence,
too: Copyright 2018-present the Deno authors. What Deno itself is made of, such as V8, is under
licences of its own, which are not repeated here.

It also contains these packages, each with its copyright; the texts of the licences are at the end.

${thirdPartyText}`;
}
