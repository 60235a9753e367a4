/**
 * A bill of materials: what a release is made of, as CycloneDX 1.6 has it.
 *
 * @module
 */
import { identityOf, keyOf } from "../common/lock.ts";

/** A package from npm, as the lock file and the cache know it. */
export interface LockedPackage {
  /** Its key in the lock file, such as `valibot@1.5.0`. */
  readonly key: string;
  readonly name: string;
  readonly version: string;
  /** The checksum of its archive: `sha512-`, then Base64. */
  readonly integrity: string;
  /** Keys of the packages that it needs. */
  readonly dependencies: readonly string[];
}

/** Everything that the bill tells of. */
export interface Materials {
  readonly version: string;
  /** When the sources were committed, in milliseconds since 1970. */
  readonly sourceTimeMs: number;
  /** The version of Deno whose base runtime the binary contains. */
  readonly denoVersion: string;
  readonly packages: readonly Material[];
  /** Keys of the packages that the sources name themselves. */
  readonly direct: readonly string[];
}

/** A package, and what it is to the program. */
export interface Material extends LockedPackage {
  /** As the package calls it; of some it may be unknown. */
  readonly licence: string | undefined;
  /** True if its code is in the program; the others only test and build it. */
  readonly isInProgram: boolean;
}

/** The packages of the lock file `lock`, in its order. */
export function lockedPackages(lock: {
  readonly npm?: Readonly<
    Record<string, { readonly integrity: string; readonly dependencies?: readonly string[] }>
  >;
}): LockedPackage[] {
  const packages = lock.npm ?? {};
  const keys = Object.keys(packages);
  const known = (dependency: string): string => {
    const key = keyOf(keys, dependency);
    if (key === undefined) throw new Error(`deno.lock has no package "${dependency}"`);
    return key;
  };
  return Object.entries(packages).map(([key, { integrity, dependencies = [] }]) => ({
    ...{ key, ...identityOf(key), integrity },
    dependencies: dependencies.map(known),
  }));
}

/** The package URL of a package from npm. */
export function packageUrl({ name, version }: Pick<LockedPackage, "name" | "version">): string {
  return `pkg:npm/${name.split("/").map(encodeURIComponent).join("/")}@${version}`;
}

/** The bill itself; the same materials give the same bill. */
export async function billOfMaterials(materials: Materials): Promise<Record<string, unknown>> {
  const { version, sourceTimeMs, denoVersion, packages, direct } = materials;
  const program = `pkg:generic/clusternode@${version}`;
  const runtime = `pkg:github/denoland/deno@v${denoVersion}`;
  const urlOf = (key: string): string => {
    const found = packages.find((one) => one.key === key);
    if (found === undefined) throw new Error(`deno.lock has no package "${key}"`);
    return packageUrl(found);
  };
  const content = {
    version: 1,
    metadata: {
      timestamp: new Date(sourceTimeMs).toISOString(),
      component: {
        ...{ type: "application", "bom-ref": program, name: "clusternode", version },
        licenses: [{ license: { id: "MIT" } }],
        purl: program,
      },
    },
    components: [
      {
        ...{ type: "platform", "bom-ref": runtime, name: "deno", version: denoVersion },
        description: "The runtime that binary and image contain",
        ...{ scope: "required", licenses: [{ license: { id: "MIT" } }], purl: runtime },
      },
      ...packages.map(component),
    ],
    dependencies: [
      { ref: program, dependsOn: [runtime, ...direct.map(urlOf)] },
      ...packages.map((one) => ({
        ref: packageUrl(one),
        dependsOn: one.dependencies.map(urlOf),
      })),
    ],
  };
  return {
    ...{ bomFormat: "CycloneDX", specVersion: "1.6", serialNumber: await serialNumber(content) },
    ...content,
  };
}

function component(
  { name, version, integrity, licence, isInProgram }: Material,
): Record<string, unknown> {
  const purl = packageUrl({ name, version });
  const parts = name.split("/");
  return {
    ...{ type: "library", "bom-ref": purl },
    ...parts.length === 2 ? { group: parts[0] } : {},
    ...{ name: parts.at(-1), version },
    scope: isInProgram ? "required" : "excluded",
    hashes: [{ alg: "SHA-512", content: hexOf(integrity) }],
    ...licence === undefined ? {} : { licenses: [licenceChoice(licence)] },
    purl,
  };
}

/** A single licence by its identifier, several in one expression. */
function licenceChoice(licence: string): Record<string, unknown> {
  return /^[\w.+-]+$/.test(licence)
    ? { license: { id: licence } }
    : { expression: licence.replace(/^\((.*)\)$/, "$1") };
}

/** The checksum as hexadecimal digits. */
function hexOf(integrity: string): string {
  const base64 = /^sha512-(.+)$/.exec(integrity)?.[1];
  if (base64 === undefined) throw new Error(`Not a SHA-512: "${integrity}"`);
  return hex(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}

/** A number that is the same for the same content: a UUID of version 8, made from its hash. */
async function serialNumber(content: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  const digits = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  const variant = "89ab"[Number.parseInt(digits[16] ?? "0", 16) % 4];
  return "urn:uuid:" + [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join("-");
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
