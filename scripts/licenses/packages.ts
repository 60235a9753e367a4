/**
 * The packages that are locked, which of them the program contains, and their licences.
 *
 * @module
 */
import { identityOf, keyOf } from "../common/lock.ts";

/** A package with the version that is locked. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** True if the program contains it; else tests and scripts alone use it. */
  readonly isInProgram: boolean;
}

/** A package as it lies in the cache. */
export interface LicensedPackage extends LockedPackage {
  /** As the package calls it: `MIT`. */
  readonly license: string;
  /** What its file says, or several of them one behind the other; empty if it has none. */
  readonly text: string;
}

/** The part of `deno.lock` about npm: what each package needs, by name or by name and version. */
export type Locked = Readonly<Record<string, { readonly dependencies?: readonly string[] }>>;

/** All that is locked, in the order of the names; `imported` are the names that the program imports. */
export function lockedPackages(
  locked: Locked,
  imported: ReadonlySet<string>,
): readonly LockedPackage[] {
  const keys = Object.keys(locked);
  const found = new Set<string>();
  const visit = (name: string): void => {
    const key = keyOf(keys, name);
    if (key === undefined) throw new Error(`${name} is not locked`);
    if (found.has(key)) return;
    found.add(key);
    for (const next of locked[key]?.dependencies ?? []) visit(next);
  };
  for (const name of imported) visit(name);
  return keys.map((key) => ({ ...identityOf(key), isInProgram: found.has(key) }));
}

/** Names of the packages in the import specifiers of sources of TypeScript. */
export function importedPackages(
  sources: readonly string[],
  known: readonly string[],
): ReadonlySet<string> {
  const specifiers = sources.flatMap((source) =>
    [...source.matchAll(/(?:from|import\()\s*"([^".][^"]*)"/g)].map(([, name = ""]) => name)
  );
  return new Set(
    known.filter((name) => specifiers.some((one) => one === name || one.startsWith(`${name}/`))),
  );
}

/** Reads the licence of a package below `cache`, a folder of a registry in the cache of npm. */
export async function licenseOf(one: LockedPackage, cache: string): Promise<LicensedPackage> {
  const folder = `${cache}/${one.name}/${one.version}`;
  const { license } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^(licen[cs]e|notice|copying)/i.test(name)) names.push(name);
  }
  const texts = await Promise.all(
    names.sort().map((name) => Deno.readTextFile(`${folder}/${name}`)),
  );
  return { ...one, license, text: texts.join("\n") };
}
