/**
 * The URL of a registry in memory: `memory:name`.
 *
 * @module
 */
import type { UrlFault } from "../common/url_parts.ts";

/** The name in `text`, which may be empty, or why it is none. */
export function parseMemoryUrl(text: string): { readonly location: string } | UrlFault {
  const name = text.slice("memory:".length);
  return /^[\w.-]{0,64}$/.test(name)
    ? { location: name }
    : { fault: "the name after memory: may hold letters, digits, _ . - and have 64 characters" };
}
