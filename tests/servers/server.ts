/**
 * Tests with a real server, of a program that may or may not be installed.
 *
 * One rule for all: a test whose server is missing is skipped under a name that says so. Where the
 * variable `CI` is `true` everything has to be tested, and it fails instead.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing, permitted } from "../permissions.ts";
import type { Need } from "../permissions.ts";

/** What has to be there for a server of some kind. */
export interface ServerNeeds {
  /** Permissions of tests with it. */
  readonly permissions: readonly Need[];
  /** Names of programs that have to be installed; of `one|other` either will do. */
  readonly programs: readonly string[];
  /** Where they may lie beside the usual folders. */
  readonly folders?: () => readonly string[];
}

/** Options of a test with such a server: `Deno.test({ ...needingServer("put()", etcdNeeds), fn })`. */
export function needingServer(
  name: string,
  needs: ServerNeeds,
): { name: string; ignore: boolean } {
  const { name: fullName, ignore } = needing(name, ...needs.permissions);
  const reason = whyMissing(needs);
  return reason === undefined
    ? { name: fullName, ignore }
    : { name: `${fullName} (skipped: ${reason})`, ignore: true };
}

/**
 * Why there can be no server here, or `undefined` if there can, or if permissions are missing, which
 * the name of the test tells anyway.
 *
 * @param mustRun true where everything has to be tested; by default the variable `CI` says so
 * @throws where everything has to be tested
 */
export function whyMissing(needs: ServerNeeds, mustRun?: boolean): string | undefined {
  if (!permitted(...needs.permissions)) return undefined;
  const missing = needs.programs.find((program) => pathOf(program, needs) === undefined);
  if (missing === undefined) return undefined;
  const reason = `${missing.split("|")[0]} is not installed`;
  const isSkipped = !(mustRun ?? Deno.env.get("CI") === "true");
  assert.ok(isSkipped, `${reason}, and with CI=true nothing is skipped`);
  return reason;
}

/** The path of an installed program, one of those in `needs`. */
export function programPath(program: string, needs: ServerNeeds): string {
  return pathOf(program, needs) ?? assert.fail(`${program} is not installed`);
}

function pathOf(program: string, { folders }: ServerNeeds): string | undefined {
  const onPath = (Deno.env.get("PATH") ?? "").split(":");
  const all = [...folders?.() ?? [], ...onPath, "/usr/local/bin", "/usr/bin", "/usr/sbin"];
  const paths = program.split("|").flatMap((name) => all.map((folder) => `${folder}/${name}`));
  return paths.find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * One server for all tests of a file: started when the first one asks for it, ended after the last.
 * Its processes must not be children of the test in which it starts.
 */
export function sharedServer<T extends AsyncDisposable>(
  create: () => Promise<T>,
): () => Promise<T> {
  let running: Promise<T> | undefined;
  Deno.test.afterAll(async () => await (await running)?.[Symbol.asyncDispose]());
  return () => running ??= create();
}
