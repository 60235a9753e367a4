/**
 * Where a directory registry keeps what is ours: inside the folder, or beside it.
 *
 * Inside is simplest: one folder is all. But an Elixir node takes every entry of the folder for a
 * node and pings it, so where such nodes are expected, nothing of ours may lie there. All handles on
 * one folder have to agree, or their locks keep nobody out: what exists decides, the inside first,
 * and only who finds neither creates what it wishes. So a handle looks anew with each call. (Two that
 * begin an empty folder in the same moment and wish differently both end up inside; they may have
 * minted two cookies, and one has to be started again.)
 *
 * @module
 */
import { identityOf } from "./directory_files.ts";
import { DirectoryLayout, privatePath } from "./directory_layout.ts";
import type { Place } from "./directory_layout.ts";

/** What is said of our own folder where Elixir nodes see it. */
export const insideReason =
  "it is clusternode's own folder, and Elixir nodes take it for a node that is false; to have it " +
  "beside the registry folder, stop all clusternodes, remove it, and start those with --beam first";

/** How the folder `base` is laid out now, for those who only look, and by `wish` if nothing tells. */
export async function layoutOf(
  base: string,
  cluster: string,
  wish: Place = "inside",
): Promise<DirectoryLayout> {
  for (const place of ["inside", "beside"] as const) {
    if (await identityOf(privatePath(base, place)) !== undefined) {
      return new DirectoryLayout(base, cluster, place);
    }
  }
  return new DirectoryLayout(base, cluster, wish);
}
