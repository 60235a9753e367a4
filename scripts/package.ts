/**
 * Makes the packages of a release in `dist/`: `deno task package`.
 *
 * - `npm/*.tgz`: a small package, and one with the binary for each platform
 * - `*.deb`: for Debian and its descendants
 * - `clusternode-TARGET.tar.gz`, for Windows `.zip`: what the following three download
 * - `install.sh`, `clusternode.rb` for Homebrew, `clusternode.json` for Scoop: from their templates
 *
 * Packages are made for this machine, and for all platforms whose binary `deno task build --target`
 * has put into `dist/`. Options:
 * - `--all`: builds what is missing for the other platforms; names those it cannot build, and goes on
 * - `--release-url URL`: the address of the archives; by default the release of this version on
 *   GitHub, if GitHub's own variables tell the repository. Without either, formula and manifest have
 *   an address of a domain that never exists, and `install.sh` has none
 *
 * @module
 */
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../deno.json" with { type: "json" };
import {
  dist,
  print,
  repositoryAddress,
  root,
  run,
  runScript,
  ScriptError,
  sourceTimeSeconds,
} from "./common/script.ts";
import { archiveName, makeArchive, sha256 } from "./package/archives.ts";
import { makeDebianPackage } from "./package/debian.ts";
import { platformOf } from "./package/executable.ts";
import { makeNpmPackages } from "./package/npm.ts";
import { binaryPath, isOwn, platformName, platforms } from "./package/platforms.ts";
import type { Built, Platform } from "./package/platforms.ts";
import { filled, formula, scoopManifest } from "./package/templates.ts";
import type { Download } from "./package/templates.ts";

const { version } = manifest;

/** Where the project and this release of it are to be found, as far as that is known. */
interface Addresses {
  readonly homepage: string | undefined;
  readonly release: string | undefined;
}

function addresses(given: string | undefined): Addresses {
  const homepage = repositoryAddress();
  const onGitHub = homepage && `${homepage}/releases/download/v${version}`;
  return { homepage, release: (given ?? onGitHub)?.replace(/\/$/, "") };
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

/** Builds the binary for a platform. */
async function build({ target }: Platform): Promise<void> {
  const script = join(root, "scripts", "build.ts");
  await run(Deno.execPath(), ["run", "-A", script, "--target", target]);
}

/** The binary for a platform, or why there is none. */
async function binaryFor(platform: Platform, mayBuild: boolean): Promise<Built | string> {
  const binary = binaryPath(platform);
  if (!await exists(binary)) {
    if (!mayBuild) return "its binary is not in dist/ (--all builds it)";
    try {
      await build(platform);
    } catch (error) {
      if (!(error instanceof ScriptError) || isOwn(platform)) throw error;
      return `its binary cannot be built here (deno task build --target ${platform.target})`;
    }
  }
  const found = await platformOf(binary);
  if (found !== platformName(platform)) {
    await Deno.remove(binary);
    return `its binary was built on a base runtime for ${found ?? "something else"} (DENORT_BIN)`;
  }
  if (isOwn(platform)) await assertVersion(binary);
  return { platform, binary };
}

/** An old binary must not get into packages with a new number. */
async function assertVersion(binary: string): Promise<void> {
  const text = (await run(binary, ["--version"])).trim();
  if (text.startsWith(`clusternode ${version} `)) return;
  throw new ScriptError(`${binary} is ${text}, not ${version}: deno task build makes it anew`);
}

/** Writes the formula, the manifest and the script of installation. */
async function fillTemplates(
  archives: readonly { readonly platform: Platform; readonly file: string }[],
  { homepage, release }: Addresses,
): Promise<void> {
  const base = release ?? `https://clusternode.invalid/v${version}`;
  if (release === undefined) {
    await print(
      "no address of a release is known: formula and manifest have one that never exists",
    );
  }
  const downloads = await Promise.all(
    archives.map(async ({ platform, file }): Promise<Download> => ({
      platform,
      url: `${base}/${basename(file)}`,
      sha256: await sha256(file),
    })),
  );
  const facts = { version, homepage: homepage ?? "https://clusternode.invalid" };
  const read = (...path: string[]): Promise<string> =>
    Deno.readTextFile(join(root, "packaging", ...path));
  const write = async (name: string, text: string): Promise<void> => {
    await Deno.writeTextFile(join(dist, name), text);
    await print(`dist/${name}`);
  };
  const script = filled(await read("install.sh"), { RELEASE_URL: release ?? "" });
  await write("install.sh", script);
  await write(
    "clusternode.rb",
    formula(await read("homebrew", "clusternode.rb"), facts, downloads),
  );
  const windows = downloads.find(({ platform }) => platform.os === "win32");
  if (windows === undefined) return await print("skipped: clusternode.json for Scoop, no binary");
  const scoop = await read("scoop", "clusternode.json");
  await write("clusternode.json", scoopManifest(scoop, facts, windows));
}

/** Packages of other versions are not to be taken for those made now. */
async function removeOld(): Promise<void> {
  await Deno.remove(join(dist, "npm"), { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  for await (const { name } of Deno.readDir(dist)) {
    if (/^clusternode_.*\.deb$/.test(name)) await Deno.remove(join(dist, name));
  }
}

async function makePackages(all: boolean, releaseUrl: string | undefined): Promise<void> {
  const built: Built[] = [];
  for (const platform of platforms) {
    const found = await binaryFor(platform, all || isOwn(platform));
    if (typeof found === "string") await print(`skipped: ${platform.target}, ${found}`);
    else built.push(found);
  }
  if (built.length === 0) throw new ScriptError("Cannot make packages without any binary");
  await removeOld();
  const where = addresses(releaseUrl);
  const seconds = await sourceTimeSeconds();
  for (const file of await makeNpmPackages(built, where.homepage)) {
    await print(`dist/npm/${basename(file)}`);
  }
  for (const each of built.filter(({ platform }) => platform.debian !== undefined)) {
    await print(`dist/${basename(await makeDebianPackage(each, seconds, where.homepage))}`);
  }
  const archives = [];
  for (const each of built) {
    archives.push({ platform: each.platform, file: await makeArchive(each, seconds) });
    await print(`dist/${archiveName(each.platform)}`);
  }
  await fillTemplates(archives, where);
}

if (import.meta.main) {
  await runScript("package", async () => {
    const { values } = parseArgs({
      args: Deno.args,
      options: { all: { type: "boolean" }, "release-url": { type: "string" } },
    });
    await makePackages(values.all ?? false, values["release-url"]);
  });
}
