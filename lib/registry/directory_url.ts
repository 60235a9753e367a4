/**
 * The URL of a directory registry: `file:///path/of/a/folder`, or just the path.
 *
 * @module
 */
import { decoded, percentFault } from "./url_parts.ts";
import type { UrlFault } from "./url_parts.ts";

/** True for the path of a folder, which begins with `/`, `./` or `../`. */
export function isPath(text: string): boolean {
  return /^\.{0,2}\//.test(text) || text === "." || text === "..";
}

/** The path that `text` means, or why it means none. */
export function parseDirectoryUrl(text: string): { readonly location: string } | UrlFault {
  const path = isPath(text) ? text : pathOf(text);
  if (typeof path !== "string") return path;
  return path.includes("\0") ? { fault: "there is a zero byte in it" } : { location: path };
}

function pathOf(text: string): string | UrlFault {
  if (!/^file:\/\//i.test(text)) return { fault: "it lacks the slashes of file:///path" };
  if (!URL.canParse(text)) return { fault: "it is not a well-formed URL" };
  const { host, pathname, search, hash } = new URL(text);
  if (host !== "") {
    return { fault: `it names the host "${host}"; a path has three slashes, file:///path` };
  }
  if (search !== "" || hash !== "") {
    return { fault: "a path with ? or # in it is written with %3F or %23" };
  }
  return decoded(pathname) ?? { fault: percentFault };
}
