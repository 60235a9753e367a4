/**
 * Templates, and how their places are filled.
 *
 * @module
 */
import { ScriptError } from "../common/script.ts";
import type { Platform } from "./platforms.ts";

/** An archive as it can be downloaded. */
export interface Download {
  readonly platform: Platform;
  readonly url: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** What a formula and a manifest tell beside the archives. */
export interface ReleaseFacts {
  readonly version: string;
  readonly homepage: string;
}

/**
 * Puts values into the places of a template: `@NAME@`.
 *
 * @throws {ScriptError} if a place has no value, or a value no place
 */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  const unused = new Set(Object.keys(values));
  const text = template.replace(/@([A-Z][A-Z0-9_]*)@/g, (_, name: string) => {
    unused.delete(name);
    const value = values[name];
    if (value === undefined) throw new ScriptError(`There is no value for the place @${name}@`);
    return value;
  });
  if (unused.size > 0) throw new ScriptError(`There is no place for ${[...unused].join(", ")}`);
  return text;
}

/** The names of the places of one archive. */
function places({ platform, url, sha256 }: Download): Record<string, string> {
  const name = platform.target.replaceAll("-", "_").toUpperCase();
  return { [`URL_${name}`]: url, [`SHA256_${name}`]: sha256 };
}

function values(
  { version, homepage }: ReleaseFacts,
  downloads: readonly Download[],
): Record<string, string> {
  const each = downloads.map(places);
  return Object.assign({ VERSION: version, HOMEPAGE: homepage }, ...each);
}

/** The formula for Homebrew: without the platforms that there is no archive for. */
export function formula(
  template: string,
  facts: ReleaseFacts,
  downloads: readonly Download[],
): string {
  const known = downloads.filter(({ platform }) => platform.os !== "win32");
  const given = values(facts, known);
  const withoutMissing = template
    .replace(/^ {4}on_\w+ do\n(?: {6}.*\n)+ {4}end\n/gm, (block) => {
      const url = /@(URL_\w+)@/.exec(block)?.[1];
      return url !== undefined && url in given ? block : "";
    })
    .replace(/^ {2}on_\w+ do\n {2}end\n\n/gm, "");
  return filled(withoutMissing, given);
}

/** The manifest for Scoop, which is for Windows alone. */
export function scoopManifest(template: string, facts: ReleaseFacts, download: Download): string {
  return filled(template, values(facts, [download]));
}
