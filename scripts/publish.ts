/**
 * Publishes the library to JSR: `deno task publish`, with the arguments of `deno publish`, such as
 * `--dry-run`.
 *
 * The package has what its exports need, and no more: commands, page sources and the simulator stay
 * out. It is laid out in a temporary folder, with a configuration without workspace, as
 * `deno publish` leaves the members of a workspace out of a package.
 *
 * @module
 */
import { dirname, join } from "node:path";
import manifest from "../deno.json" with { type: "json" };
import { repositoryAddress, root, run, runScript, ScriptError } from "./common/script.ts";
import { readmeForPackage } from "./release/readme.ts";

/** What a package has besides its modules. */
const documents = ["README.md", "CHANGELOG.md", "LICENSE"];

/** What is taken from the answer of `deno info --json`. */
interface Info {
  readonly modules: readonly { readonly specifier: string; readonly npmPackage?: string }[];
}

/** What the exports of the library need. */
export interface PackageContent {
  /** Paths of modules, from the project's folder on, in order. */
  readonly modules: readonly string[];
  /** The part of the import map that they use. */
  readonly imports: Readonly<Record<string, string>>;
}

/** Looks for what the exports need. */
export async function packageContent(): Promise<PackageContent> {
  const infos: Info[] = await Promise.all(
    Object.values(manifest.exports).map(async (path) =>
      JSON.parse(await run(Deno.execPath(), ["info", "--json", path]))
    ),
  );
  const found = infos.flatMap(({ modules }) => modules);
  const own = new URL("../", import.meta.url).href;
  const modules = found.map(({ specifier }) => specifier).filter((url) => url.startsWith(own));
  const packages = new Set(found.flatMap(({ npmPackage }) => npmPackage?.split("_")[0] ?? []));
  const imports = Object.entries(manifest.imports).filter(([, specifier]) =>
    packages.has(specifier.replace(/^npm:/, ""))
  );
  return {
    modules: [...new Set(modules)].map((url) => decodeURI(url.slice(own.length))).sort(),
    imports: Object.fromEntries(imports),
  };
}

/** Lays the package out in the empty folder `folder`. */
export async function layOut(folder: string): Promise<void> {
  const { modules, imports } = await packageContent();
  for (const path of [...modules, ...documents, "deno.lock"]) {
    await Deno.mkdir(join(folder, dirname(path)), { recursive: true });
    await Deno.copyFile(join(root, path), join(folder, path));
  }
  const readme = await Deno.readTextFile(join(root, "README.md"));
  await Deno.writeTextFile(
    join(folder, "README.md"),
    readmeForPackage(readme, repositoryAddress(), `v${manifest.version}`),
  );
  const { name, version, license, exports, compilerOptions } = manifest;
  const config = { name, version, license, exports, imports, compilerOptions };
  const publish = { exclude: ["deno.lock"] };
  const text = JSON.stringify({ ...config, publish }, undefined, 2);
  await Deno.writeTextFile(join(folder, "deno.json"), `${text}\n`);
}

/** Publishes, with the arguments `args` of `deno publish`; its exit code. */
async function publish(args: readonly string[]): Promise<number> {
  if (!args.includes("--dry-run") && await run("git", ["status", "--porcelain"]) !== "") {
    throw new ScriptError("Cannot publish as files are changed that no commit has");
  }
  const folder = await Deno.makeTempDir({ prefix: "clusternode-publish-" });
  try {
    await layOut(folder);
    const command = { args: ["publish", ...args], cwd: folder };
    return (await new Deno.Command(Deno.execPath(), command).spawn().status).code;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  await runScript("publish", async () => {
    Deno.exitCode = await publish(Deno.args);
  });
}
