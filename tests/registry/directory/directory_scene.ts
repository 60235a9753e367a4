/**
 * Folders, processes and checks for tests of the directory registry.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../lib/clock.ts";
import type { Clock } from "../../../lib/clock.ts";
import { RegistryError } from "../../../lib/core/base/errors.ts";
import { openDirectoryRegistry } from "../../../lib/registry/directory/directory.ts";
import type { Registry, RowVersion } from "../../../lib/registry/registry.ts";
import { nameOf, never, randomText, rowOf, writtenVersion } from "../rows.ts";

/** The node of most tests. */
export const name = nameOf("n1@10.0.0.2");

/** The one folder of ours in a registry folder. */
export const ownFolder = ".clusternode";

/** A folder for one test, and handles on the registry in it; all of it goes away at the end. */
export class Scene implements AsyncDisposable {
  readonly path: string;
  readonly #parent: string;
  readonly #stack = new AsyncDisposableStack();

  private constructor(parent: string) {
    this.#parent = parent;
    this.path = `${parent}/sync_dir`;
  }

  static async create(): Promise<Scene> {
    return new Scene(await Deno.makeTempDir());
  }

  open(options: { path?: string; clock?: Clock; timeoutMs?: number } = {}): Registry {
    return this.#stack.use(openDirectoryRegistry({
      path: this.path,
      cluster: "default",
      clock: systemClock,
      timeoutMs: 20_000,
      randomText,
      ...options,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await Deno.remove(this.#parent, { recursive: true });
  }
}

/** Writes a row of {@linkcode name} with that heartbeat; gives its version. */
export async function written(
  registry: Registry,
  heartbeat: number,
  seen?: RowVersion,
): Promise<RowVersion> {
  return await writtenVersion(registry.write(rowOf(name, heartbeat), seen, never));
}

/** Runs a script of the shell in a folder. */
export async function shell(directory: string, script: string): Promise<void> {
  const { code, stderr } = await new Deno.Command("sh", { args: ["-ec", script], cwd: directory })
    .output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

/** A program of this folder as a process. */
export function process(script: string, args: string[]): Deno.Command {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-read", "--allow-write", path, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
}

/** Checks that an error is a `RegistryError` whose message matches. */
export function failure(pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RegistryError, String(error));
    assert.match(error.message, pattern);
    return true;
  };
}

/** What lies in a folder. */
export async function namesIn(path: string): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  return names.sort();
}
