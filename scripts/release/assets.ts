/**
 * The files of a release, and their checksums.
 *
 * @module
 */
import { basename, join } from "node:path";
import { ScriptError } from "../common/script.ts";
import { archiveName, sha256 } from "../package/archives.ts";
import { platformName } from "../package/platforms.ts";
import type { Platform } from "../package/platforms.ts";

/** Name of the file with the checksums. */
export const sumsFile = "SHA256SUMS";

/** Which files of the folder in which everything is made belong to a release. */
const patterns: readonly RegExp[] = [
  /^clusternode-[\w-]+\.(tar\.gz|zip)$/,
  /^npm\/[\w.-]+\.tgz$/,
  /^clusternode_[\w.~-]+\.deb$/,
  /^(install\.sh|clusternode\.(rb|json))$/,
  /^clusternode\.cdx\.json$/,
];

/** Paths of the files below `folder` that belong to a release, in order. */
export async function assetsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const below of ["", "npm"]) {
    try {
      for await (const { name, isFile } of Deno.readDir(join(folder, below))) {
        const path = below === "" ? name : `${below}/${name}`;
        if (isFile && patterns.some((pattern) => pattern.test(path))) found.push(path);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.sort();
}

/** Which of the files are missing that the release of `version` for `platforms` must have. */
export function missingAssets(
  paths: readonly string[],
  version: string,
  platforms: readonly Platform[],
): string[] {
  const expected = [
    ...["clusternode.cdx.json", "clusternode.json", "clusternode.rb", "install.sh"],
    `npm/clusternode-${version}.tgz`,
    ...platforms.flatMap((platform) => [
      archiveName(platform),
      `npm/clusternode-cli-${platformName(platform)}-${version}.tgz`,
      ...platform.debian === undefined ? [] : [`clusternode_${version}-1_${platform.debian}.deb`],
    ]),
  ];
  return expected.filter((path) => !paths.includes(path));
}

/**
 * Copies the files of a release from `from` to the empty folder `to`, side by side, with their
 * checksums.
 *
 * @returns the text of the file with the checksums
 * @throws {ScriptError} if there are none, or if two have the same name
 */
export async function collect(from: string, to: string): Promise<string> {
  const paths = await assetsIn(from);
  if (paths.length === 0) throw new ScriptError(`No file of a release is in ${from}`);
  const names = paths.map((path) => basename(path));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ScriptError(`Two files of a release are called ${twice}`);
  await Deno.remove(to, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(to, { recursive: true });
  for (const path of paths) await Deno.copyFile(join(from, path), join(to, basename(path)));
  const sums = await sumsOf(to, names.sort());
  await Deno.writeTextFile(join(to, sumsFile), sums);
  return sums;
}

/** Checksums as `sha256sum --check` reads them. */
async function sumsOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = names.map(async (name) => `${await sha256(join(folder, name))}  ${name}\n`);
  return (await Promise.all(lines)).join("");
}
