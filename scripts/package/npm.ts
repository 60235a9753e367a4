/**
 * Packages for npm: a small one, and one per platform with the binary.
 *
 * npm installs of the latter only the one that fits, by its `os`, `cpu` and `libc`. None has a script
 * that runs at installation. Both kinds start by the same launcher, so that a platform's package also
 * works alone: given as a file, where no registry has it.
 *
 * @module
 */
import { join } from "node:path";
import manifest from "../../deno.json" with { type: "json" };
import { licensesText } from "../../lib/cli/licenses.ts";
import { dist, root, run } from "../common/script.ts";
import { platformName, programFile } from "./platforms.ts";
import type { Built, Platform } from "./platforms.ts";

const { version } = manifest;

const description = "Nodes that find each other in a shared registry and watch each other's pulse";

/** The name of the package for a platform. */
export function platformPackage(platform: Platform): string {
  return `@clusternode/cli-${platformName(platform)}`;
}

/** What all manifests have in common. */
function commonManifest(name: string, homepage: string | undefined): Record<string, unknown> {
  return {
    ...{ name, version, description, license: manifest.license, type: "module" },
    ...(homepage === undefined ? {} : { homepage, repository: `git+${homepage}.git` }),
    bin: { clusternode: "bin/clusternode.js" },
    engines: { node: ">=18" },
    files: ["bin", "THIRD_PARTY"],
    publishConfig: { access: "public" },
  };
}

/** The small package: it names those that were made with it, and no others. */
export function mainManifest(
  made: readonly Platform[],
  homepage?: string,
): Record<string, unknown> {
  const names = made.map((platform) => [platformPackage(platform), version]);
  return {
    ...commonManifest("clusternode", homepage),
    keywords: ["cluster", "membership", "swim", "gossip", "failure-detector", "service-discovery"],
    optionalDependencies: Object.fromEntries(names),
  };
}

/** A package with the binary for one platform. */
export function platformManifest(platform: Platform, homepage?: string): Record<string, unknown> {
  const { os, cpu, libc } = platform;
  return {
    ...commonManifest(platformPackage(platform), homepage),
    description: `${description}: the program for ${os} on ${cpu}`,
    ...{ os: [os], cpu: [cpu] },
    ...(libc === undefined ? {} : { libc: [libc] }),
  };
}

/** Lays out a package in a folder of its own, and packs it; the path of the file. */
async function pack(packageManifest: Record<string, unknown>, built?: Built): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "clusternode-npm-" });
  try {
    const templates = join(root, "packaging", "npm");
    await Deno.mkdir(join(folder, "bin"));
    const text = JSON.stringify(packageManifest, null, 2);
    await Deno.writeTextFile(join(folder, "package.json"), `${text}\n`);
    await Deno.copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
    await Deno.copyFile(join(templates, "README.md"), join(folder, "README.md"));
    const launcher = join(folder, "bin", "clusternode.js");
    await Deno.copyFile(join(templates, "launcher.js"), launcher);
    await Deno.chmod(launcher, 0o755);
    if (built !== undefined) {
      const program = join(folder, "bin", programFile(built.platform));
      await Deno.copyFile(built.binary, program);
      await Deno.writeTextFile(join(folder, "THIRD_PARTY"), licensesText());
      await Deno.chmod(program, 0o755);
    }
    const output = join(dist, "npm");
    await Deno.mkdir(output, { recursive: true });
    const args = ["pack", "--silent", "--ignore-scripts", "--pack-destination", output];
    return join(output, (await run("npm", args, { cwd: folder })).trim());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes `dist/npm/*.tgz`; their paths, the small one first. */
export async function makeNpmPackages(
  built: readonly Built[],
  homepage?: string,
): Promise<string[]> {
  const files = [await pack(mainManifest(built.map(({ platform }) => platform), homepage))];
  for (const each of built) files.push(await pack(platformManifest(each.platform, homepage), each));
  return files;
}
