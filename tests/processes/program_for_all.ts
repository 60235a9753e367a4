/**
 * The program where every user of the machine can read it: the checkout and Deno's cache are often
 * closed to all but one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isCompiled, Program, programCommand, succeeds } from "../integration/process.ts";
import { projectRoot } from "../docs/source_files.ts";
import { SharedFolder, victim } from "../files/users.ts";

/** The program under test, to be run as any user, from source or as the compiled binary. */
export class ProgramForAll implements AsyncDisposable {
  readonly #folder: SharedFolder;
  readonly #command: readonly string[];

  private constructor(folder: SharedFolder, command: readonly string[]) {
    this.#folder = folder;
    this.#command = command;
  }

  static async create(): Promise<ProgramForAll> {
    const folder = await SharedFolder.create();
    if (isCompiled()) {
      const program = await copied(programCommand().command, `${folder.path}/clusternode`);
      return new ProgramForAll(folder, [program]);
    }
    await copySource(folder.path);
    const deno = await isForAll(Deno.execPath())
      ? Deno.execPath()
      : await copied(Deno.execPath(), `${folder.path}/deno`);
    const flags = ["--cached-only", "--no-check", "-A", "--no-prompt", "--node-modules-dir=manual"];
    return new ProgramForAll(folder, [deno, "run", ...flags, "main.ts"]);
  }

  /** Starts it as that user, with `home` as its home. */
  run(user: number, home: string, ...args: string[]): Program {
    return this.runInGroup(user, user, home, ...args);
  }

  /** As {@linkcode ProgramForAll.run}, with another group than the user's own. */
  runInGroup(user: number, group: number, home: string, ...args: string[]): Program {
    const identity = ["--reuid", `${user}`, "--regid", `${group}`, "--clear-groups"];
    const script = 'umask 022; cd "$1"; shift; exec "$@"';
    const shell = ["sh", "-c", script, "sh", this.#folder.path, ...this.#command];
    const env = { HOME: home, DENO_DIR: `${home}/deno`, CLUSTERNODE_COOKIE: "" };
    return new Program("setpriv", [...identity, ...shell, ...args], env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Sources, and a folder of npm packages that is theirs, so that Deno needs no cache. */
async function copySource(to: string): Promise<void> {
  const files = ["main.ts", "deno.json", "deno.lock", "lib"].map((file) => `${projectRoot}${file}`);
  assert.ok(await succeeds("cp", "-r", ...files, to), "the sources are copied");
  const install = `cd ${to} && ${Deno.execPath()} install --quiet --node-modules-dir=auto`;
  assert.ok(await succeeds("sh", "-c", install), "the packages are copied");
}

async function copied(from: string, to: string): Promise<string> {
  assert.ok(await succeeds("cp", from, to), `${from} is copied`);
  return to;
}

/** True if an ordinary user can run that program. */
async function isForAll(path: string): Promise<boolean> {
  return await succeeds("setpriv", "--reuid", `${victim}`, "--clear-groups", path, "--version");
}
