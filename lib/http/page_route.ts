/**
 * The page: one document that asks for nothing else.
 *
 * @module
 */
import { unlessKnown } from "./etag.ts";
import { pageBundle } from "./page_bundle.ts";
import { pageHashes } from "./page_hashes.ts";
import type { Route } from "./route.ts";
import { SharedBody } from "./server/shared_body.ts";

/** The page at `/`. */
export function pageRoute(): Route {
  const { gzip } = pageBundle;
  const { scriptHash, styleHash } = pageHashes;
  const etag = `"${scriptHash.slice(-16)}${styleHash.slice(-16)}"`;
  let body: SharedBody | undefined;
  return {
    path: "/",
    summary: "the page that shows the cluster",
    types: ["text/html"],
    hasEtag: true,
    answer: (request) => {
      const headers = { "Content-Type": "text/html; charset=utf-8" };
      return unlessKnown(() => body ??= SharedBody.ofGzip(bytesOf(gzip)), etag, request, headers);
    },
  };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
}
