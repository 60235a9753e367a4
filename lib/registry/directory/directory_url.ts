/**
 * The URL of a directory registry: `file:///path/of/a/folder`, or just the path. A folder that several
 * users share on purpose says so: `file:///path?shared=group`.
 *
 * @module
 */
import type { Sharing } from "../../files/trusted_path.ts";
import { decoded, percentFault } from "../common/url_parts.ts";
import type { UrlFault } from "../common/url_parts.ts";

/**
 * True for the path of a folder, which begins with `/`, `./` or `../`. A URL that has lost its scheme
 * is none: there may be a password in it.
 */
export function isPath(text: string): boolean {
  if (/^\/\/[^/]*@/.test(text)) return false;
  return /^\.{0,2}\//.test(text) || text === "." || text === "..";
}

/** A folder, and which other users are trusted with it; missing if none are. */
export interface DirectoryLocation {
  readonly location: string;
  readonly sharing?: Exclude<Sharing, "none">;
}

/** The folder that `text` means, or why it means none. */
export function parseDirectoryUrl(text: string): DirectoryLocation | UrlFault {
  if (isPath(text) && /\?shared=(group|all)$/.test(text)) {
    // As a path it would be a folder of that name, shared with nobody.
    return {
      fault: "behind a path alone nothing is read: write file:///path?shared=group (or all)",
    };
  }
  const parsed = isPath(text) ? { location: text } : locationOf(text);
  if ("fault" in parsed) return parsed;
  return parsed.location.includes("\0") ? { fault: "there is a zero byte in it" } : parsed;
}

function locationOf(text: string): DirectoryLocation | UrlFault {
  if (!/^file:\/\//i.test(text)) return { fault: "it lacks the slashes of file:///path" };
  if (!URL.canParse(text)) return { fault: "it is not a well-formed URL" };
  const { host, pathname, search, searchParams, hash } = new URL(text);
  if (host !== "") {
    return { fault: `it names the host "${host}"; a path has three slashes, file:///path` };
  }
  const sharing = searchParams.get("shared");
  const isShared = sharing === "group" || sharing === "all";
  if (hash !== "" || (search !== "" && (!isShared || searchParams.size > 1))) {
    return {
      fault: "behind its path only ?shared=group or ?shared=all is legal; " +
        "a path with ? or # in it is written with %3F or %23",
    };
  }
  const location = decoded(pathname);
  if (location === undefined) return { fault: percentFault };
  return isShared ? { location, sharing } : { location };
}
