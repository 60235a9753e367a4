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
import type { Sharing } from "../../files/trusted_path.ts";
import { infoOf } from "./directory_files.ts";
import { DirectoryLayout, privatePath } from "./directory_layout.ts";
import type { Place } from "./directory_layout.ts";

/** What is said of our own folder where Elixir nodes see it. */
export const insideReason =
  "it is clusternode's own folder, and Elixir nodes would list it as a dead node; to have it " +
  "beside the registry folder, stop all clusternodes, remove it, and start those with --beam first";

/** How a registry folder is laid out now. */
export interface FoundLayout {
  readonly layout: DirectoryLayout;
  /** What was seen of our own folder in it; `undefined` if it is not there yet. */
  readonly top: Deno.FileInfo | undefined;
}

/** How the folder `base` is laid out now, for those who only look, and by `wish` if nothing tells. */
export async function layoutOf(
  base: string,
  cluster: string,
  wish: Place = "inside",
  sharing: Sharing = "none",
): Promise<FoundLayout> {
  for (const place of ["inside", "beside"] as const) {
    const top = await infoOf(privatePath(base, place));
    if (top !== undefined) {
      return { layout: new DirectoryLayout(base, cluster, place, sharing), top };
    }
  }
  return { layout: new DirectoryLayout(base, cluster, wish, sharing), top: undefined };
}
