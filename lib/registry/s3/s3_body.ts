/**
 * What stands in an object: a text, and behind it which write it was.
 *
 * S3 names a content by its ETag, usually a checksum: the same text written twice, or written again
 * after it was removed, would look as if nothing had happened. So each write adds a line that no
 * other write has, and the ETag alone tells one write from another, in a listing, too. The line is
 * JSON like the row, so that tools which read one value after the other can read both:
 *
 *     {"version":1,"name":"n1@10.0.0.5", …}
 *
 *     "write 6f1d…"
 *
 * Texts that people or other programs have put there lack the line, and are taken as they are.
 *
 * @module
 */
import { rowMaxBytes } from "../../core/members/row.ts";

/** What an object holds. */
export type Content =
  | { readonly kind: "text"; readonly text: string }
  /** Nothing any more: it is about to be removed. */
  | { readonly kind: "removed" };

/** Most bytes of an object that is read: the largest row, and the line behind it. */
export const bodyMaxBytes: number = rowMaxBytes + 64;

/** Stands for what is too long to be read, and is too long for a row itself. */
const tooLong = "~".repeat(rowMaxBytes + 1);

/** @param random a text that no other write has, 1 to 40 letters and digits */
export function textBody(text: string, random: string): string {
  return `${text}\n"write ${random}"\n`;
}

/** Stands where something was removed, until it is. */
export function removedBody(random: string): string {
  return `"removed ${random}"\n`;
}

/** @param body `undefined` if it was too long to be read */
export function contentOf(body: string | undefined): Content {
  if (body === undefined) return { kind: "text", text: tooLong };
  if (/^"removed [0-9A-Za-z]{1,40}"\n$/.test(body)) return { kind: "removed" };
  return { kind: "text", text: body.replace(/\n"write [0-9A-Za-z]{1,40}"\n$/, "") };
}
