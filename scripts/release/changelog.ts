/**
 * The changelog, in the form of Keep a Changelog.
 *
 * @module
 */
import { ScriptError } from "../common/script.ts";

/** What the changelog tells of one version. */
export interface Section {
  /** `0.2.0`, or `Unreleased`. */
  readonly version: string;
  /** When it was released, as `2026-03-01`; `undefined` if not yet, or never. */
  readonly date: string | undefined;
  /** Everything below its heading, without blank lines around it. */
  readonly text: string;
}

/** The sections of a changelog, the newest first. */
export function sections(changelog: string): Section[] {
  return changelog.split(/^## /m).slice(1).map((part) => {
    const [heading = "", ...lines] = part.split("\n");
    const [, version, date] = /^\[?([^\]\s]+)\]?(?: - (\d{4}-\d\d-\d\d))?$/.exec(heading) ?? [];
    if (version === undefined) {
      throw new ScriptError(`CHANGELOG.md has a heading of another form: "${heading}"`);
    }
    return { version, date, text: lines.join("\n").trim() };
  });
}

/**
 * The notes of a release.
 *
 * @throws {ScriptError} if the changelog tells nothing of that version
 */
export function notes(changelog: string, version: string): string {
  const all = sections(changelog);
  const found = all.find((section) => section.version === version);
  if (found === undefined) {
    const known = all.map((section) => section.version).join(", ");
    throw new ScriptError(`CHANGELOG.md has no version "${version}", but: ${known}`);
  }
  if (found.text === "") throw new ScriptError(`CHANGELOG.md tells nothing of "${version}"`);
  return unfolded(found.text);
}

/** Where a line break means something: in tables, and before lists, headings and tables. */
const ownLine = /^\s*([|#]|- |\d+\. |$)/;

/** One line for each paragraph: where notes are shown each break would be one. */
function unfolded(text: string): string {
  const out: string[] = [];
  for (const line of text.split("\n")) {
    const last = out.at(-1);
    const goesOn = last !== undefined && !/^\s*([|#]|$)/.test(last) && !ownLine.test(line);
    if (goesOn) out[out.length - 1] = `${last} ${line.trim()}`;
    else out.push(line);
  }
  return out.join("\n");
}

/**
 * What is wrong with the release of `tag`; nothing if it can be made.
 *
 * @param version the version of the program
 */
export function tagFaults(tag: string, version: string, changelog: string): string[] {
  const faults: string[] = [];
  if (tag !== `v${version}`) faults.push(`the tag is "${tag}", and deno.json is v${version}`);
  const found = sections(changelog).find((section) => section.version === version);
  if (found === undefined) faults.push(`CHANGELOG.md has no section of ${version}`);
  else {
    if (found.text === "") faults.push(`CHANGELOG.md tells nothing of ${version}`);
    if (found.date === undefined) faults.push(`CHANGELOG.md has no date of ${version}`);
  }
  return faults;
}
