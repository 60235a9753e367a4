/**
 * Writes the bill of materials of this version, `dist/clusternode.cdx.json`: `deno task sbom`.
 *
 * It has every package of `deno.lock` with version, checksum, licence and package URL, which of them
 * are in the program, and the runtime that a binary contains. The same commit gives the same file.
 *
 * @module
 */
import { join } from "node:path";
import manifest from "../deno.json" with { type: "json" };
import {
  dist,
  print,
  root,
  run,
  runScript,
  ScriptError,
  sourceTimeSeconds,
} from "./common/script.ts";
import { licensedPackages } from "./licenses.ts";
import { billOfMaterials, lockedPackages } from "./release/cyclonedx.ts";

/** The version of the Deno whose base runtime a binary gets that is built here. */
async function runtimeVersion(): Promise<string> {
  const compiler = Deno.env.get("COMPILE_DENO");
  if (!compiler) return Deno.version.deno;
  const told = await run(compiler, ["--version"]);
  return /^deno (\S+)/.exec(told)?.[1] ?? Deno.version.deno;
}

/** The bill of what lies here. */
export async function bill(): Promise<Record<string, unknown>> {
  const lock = JSON.parse(await Deno.readTextFile(`${root}deno.lock`));
  const known = await licensedPackages();
  const packages = lockedPackages(lock).map((one) => {
    const found = known.find(({ name, version }) => name === one.name && version === one.version);
    return { ...one, licence: found?.license, isInProgram: found?.isInProgram ?? false };
  });
  const direct = Object.values(manifest.imports).map((specifier) => {
    const resolved = lock.specifiers[specifier];
    if (resolved === undefined) throw new ScriptError(`deno.lock does not fit: ${specifier}`);
    return `${specifier.replace(/^npm:/, "").replace(/@[^@]+$/, "")}@${resolved}`;
  });
  return await billOfMaterials({
    ...{ version: manifest.version, sourceTimeMs: await sourceTimeSeconds() * 1000 },
    ...{ denoVersion: await runtimeVersion(), packages, direct },
  });
}

if (import.meta.main) {
  await runScript("sbom", async () => {
    const file = join(dist, "clusternode.cdx.json");
    const made = await bill();
    await Deno.mkdir(dist, { recursive: true });
    await Deno.writeTextFile(file, `${JSON.stringify(made, undefined, 2)}\n`);
    await print(`${file}: ${(made.components as unknown[]).length} components`);
  });
}
