/**
 * Writes the bill of materials of this version, `dist/clusternode.cdx.json`: `deno task sbom`.
 *
 * It has every package of `deno.lock` with version, checksum, licence and package URL, which of them
 * are in the program, and the runtime that a binary contains. The same commit gives the same file.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };
import { billOfMaterials, closure, lockedPackages } from "./release/cyclonedx.ts";
import {
  dist,
  output,
  print,
  ReleaseError,
  root,
  runScript,
  sourceTimeMs,
} from "./release/source.ts";

/** Where the code of the program begins: the page is bundled into it. */
const entrances = ["main.ts", "lib/http/page/index.tsx"];

/** What is taken from the answer of `deno info --json`. */
interface Info {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, { readonly localPath?: string }>>;
}

/** The licence that the `package.json` in that folder names. */
async function licenceIn(folder: string): Promise<string | undefined> {
  try {
    const { license } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
    return typeof license === "string" ? license : license?.type;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
}

/** The bill of what lies here. */
export async function bill(): Promise<Record<string, unknown>> {
  const lock = JSON.parse(await Deno.readTextFile(`${root}deno.lock`));
  const packages = lockedPackages(lock);
  const infos: Info[] = await Promise.all(
    entrances.map(async (path) =>
      JSON.parse(await output(Deno.execPath(), "info", "--json", `${root}${path}`))
    ),
  );
  const used = infos.flatMap(({ modules }) =>
    modules.flatMap(({ npmPackage }) => npmPackage ?? [])
  );
  const licences = new Map<string, string>();
  for (const [key, { localPath }] of infos.flatMap((info) => Object.entries(info.npmPackages))) {
    const licence = localPath === undefined ? undefined : await licenceIn(localPath);
    if (licence !== undefined) licences.set(key, licence);
  }
  const direct = Object.values(manifest.imports).map((specifier) => {
    const resolved = lock.specifiers[specifier];
    if (resolved === undefined) throw new ReleaseError(`deno.lock does not fit: ${specifier}`);
    return `${specifier.replace(/^npm:/, "").replace(/@[^@]+$/, "")}@${resolved}`;
  });
  return await billOfMaterials({
    ...{ version: manifest.version, sourceTimeMs: await sourceTimeMs() },
    ...{ denoVersion: Deno.version.deno, packages, direct, licences },
    inProgram: closure(used, packages),
  });
}

if (import.meta.main) {
  await runScript("sbom", async () => {
    const file = `${dist}clusternode.cdx.json`;
    const made = await bill();
    await Deno.mkdir(dist, { recursive: true });
    await Deno.writeTextFile(file, `${JSON.stringify(made, undefined, 2)}\n`);
    await print(`${file}: ${(made.components as unknown[]).length} components`);
  });
}
