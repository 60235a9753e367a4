/**
 * The keys of packages from npm in `deno.lock`.
 *
 * @module
 */

/** Name and version in a key such as `@preact/signals@2.11.4_preact@11.2.0`. */
export function identityOf(key: string): { readonly name: string; readonly version: string } {
  // Behind an underscore stands which peers it was resolved with.
  const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
  return { name, version };
}

/** The key of a package that is named with its version only where there are several. */
export function keyOf(keys: readonly string[], wanted: string): string | undefined {
  return keys.find((key) => key === wanted || identityOf(key).name === wanted);
}
