/**
 * Answers that are not sent again to those who have them already.
 *
 * @module
 */
import type { HttpAnswer, HttpRequest } from "./server/http.ts";
import type { SharedBody } from "./server/shared_body.ts";

/**
 * The body, or that it has not changed.
 *
 * @param etag in quotes, what tells this version from others
 */
export async function unlessKnown(
  body: SharedBody | (() => SharedBody),
  etag: string,
  request: HttpRequest,
  given: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const headers = { ...given, "ETag": etag, "Cache-Control": "no-cache" };
  if (isKnown(request, etag)) return { status: 304, headers, body: "" };
  return await (typeof body === "function" ? body() : body).answer(request, headers);
}

/** True if the client has that version (RFC 9110, 13.1.2: compared weakly). */
function isKnown(request: HttpRequest, etag: string): boolean {
  const plain = (tag: string): string => tag.trim().replace(/^W\//, "");
  const known = (request.header("if-none-match") ?? "").split(",").map(plain);
  return known.includes("*") || known.includes(plain(etag));
}
