/**
 * What the test run may do.
 *
 * Bare `deno test` runs without any permission and must still pass: a test that needs more says so
 * and is skipped by name. `deno task test` grants what is needed and skips nothing.
 *
 * @module
 */

/** A permission that a test can ask for. */
export type Need = "read" | "write" | "net" | "run" | "env" | "sys" | "ffi";

/** True if every permission in `needs` was granted to this run, without asking the user. */
export function permitted(...needs: Need[]): boolean {
  return needs.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

/**
 * Options of a test that needs permissions: `Deno.test({ ...needing("listen()", "net"), fn })`.
 * Without them the test is skipped under a name that says how to run it.
 */
export function needing(name: string, ...needs: Need[]): { name: string; ignore: boolean } {
  const ignore = !permitted(...needs);
  const flags = needs.map((need) => `--allow-${need}`).join(" ");
  return { name: ignore ? `${name} (needs ${flags}; run: deno task test)` : name, ignore };
}
