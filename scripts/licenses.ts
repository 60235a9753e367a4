/**
 * Writes what the program tells of others' work in it, and the table of all locked packages:
 * `deno task licenses`, after each change of `deno.lock`. Their licences are read from the cache of npm,
 * where `deno install` puts them.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };
import { noticeOf } from "./licenses/notice.ts";
import { importedPackages, licenseOf, lockedPackages } from "./licenses/packages.ts";
import type { LicensedPackage, LockedPackage } from "./licenses/packages.ts";
import { table } from "./reference/markdown.ts";

const root = new URL("..", import.meta.url);

/** The file of the program that holds the notice. */
export const noticeFile = "lib/cli/third_party.ts";

/** The document with the table of all locked packages. */
export const tableFile = "docs/dependencies.md";

/** All locked packages with their licences. */
export async function licensedPackages(): Promise<readonly LicensedPackage[]> {
  const sources = await Promise.all(
    (await sourcesBelow("lib")).map((path) => Deno.readTextFile(new URL(path, root))),
  );
  const imported = importedPackages(sources, Object.keys(manifest.imports));
  const { npm } = JSON.parse(await Deno.readTextFile(new URL("deno.lock", root)));
  const locked = lockedPackages(npm, imported);
  const cache = await registryCache(locked);
  return await Promise.all(locked.map((one) => licenseOf(one, cache)));
}

/** Paths of the sources in a folder, as seen from the project's. */
async function sourcesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory) found.push(...await sourcesBelow(`${folder}/${name}`));
    else if (/\.tsx?$/.test(name)) found.push(`${folder}/${name}`);
  }
  return found;
}

/** Where the cache of npm keeps these packages: it has a folder for each registry that was ever used. */
async function registryCache(packages: readonly LockedPackage[]): Promise<string> {
  const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] });
  const { npmCache } = JSON.parse(new TextDecoder().decode((await info.output()).stdout));
  for await (const { name } of Deno.readDir(npmCache)) {
    const folder = `${npmCache}/${name}`;
    if (await hasAll(folder, packages)) return folder;
  }
  throw new Error(`${npmCache} lacks packages that are locked: deno install fills it`);
}

async function hasAll(folder: string, packages: readonly LockedPackage[]): Promise<boolean> {
  const paths = packages.map(({ name, version }) => `${folder}/${name}/${version}/package.json`);
  const found = await Promise.all(paths.map((path) => Deno.stat(path).catch(() => undefined)));
  return !found.includes(undefined);
}

/** The source of {@linkcode noticeFile}. */
export function noticeSource(packages: readonly LicensedPackage[]): string {
  const text = noticeOf(packages.filter(({ isInProgram }) => isInProgram));
  return `/**
 * Whose work the program contains: what \`version --licenses\` shows. \`deno task licenses\` writes this
 * file.
 *
 * @module
 */

/** The packages in the program with their copyrights, and the texts of their licences. */
export const thirdPartyText = \`${text.replaceAll(/[\\`$]/g, "\\$&")}
\`;
`;
}

/** {@linkcode tableFile} with the table of all locked packages at its end. */
export function tableDocument(current: string, packages: readonly LicensedPackage[]): string {
  const heading = "## Everything that is locked\n";
  const at = current.indexOf(heading);
  if (at < 0) throw new Error(`${tableFile} has no heading "${heading.trim()}"`);
  const rows = packages.map(({ name, version, license, isInProgram }) => [
    ...[`\`${name}\``, version, license, isInProgram ? "the program" : "tests, scripts"],
  ]);
  return `${current.slice(0, at)}${heading}
\`deno task licenses\` writes this table, and what \`clusternode version --licenses\` shows.

${table(["package", "version", "licence", "used by"], rows)}`;
}

if (import.meta.main) {
  const packages = await licensedPackages();
  await Deno.writeTextFile(new URL(noticeFile, root), noticeSource(packages));
  const page = new URL(tableFile, root);
  await Deno.writeTextFile(page, tableDocument(await Deno.readTextFile(page), packages));
}
