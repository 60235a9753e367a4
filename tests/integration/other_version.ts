/**
 * Another version of the program, run from its sources: an earlier one out of the git history, or this
 * one with something changed in it.
 *
 * @module
 */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { projectRoot } from "../docs/source_files.ts";
import { permitted } from "../permissions.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { Program } from "./process.ts";

/** What a run from source needs. */
const sources: readonly string[] = ["main.ts", "lib", "deno.json", "deno.lock"];

/** A version that this one has to get along with. */
export interface EarlierVersion {
  readonly version: string;
  readonly commit: string;
}

/** What the history says: the version before this one, or why it names none. */
export type History = EarlierVersion | { readonly missing: string };

/** Calls git, and returns what it prints; for tests of the search, `folder` is another repository. */
export type Git = (...args: string[]) => { readonly ok: boolean; readonly text: string };

/** Git in this folder. */
export function gitIn(folder: string): Git {
  return (...args) => {
    try {
      const { success, stdout } = new Deno.Command("git", {
        args: ["-C", folder, ...args],
        stderr: "null",
      }).outputSync();
      return { ok: success, text: new TextDecoder().decode(stdout).trim() };
    } catch {
      return { ok: false, text: "" };
    }
  };
}

/** Versions that have no tag, with the commit that the changelog means. */
const untagged: readonly string[] = ["b69486ef7663c1ac3010010c088e4b50a3688809"];

/** The version that `deno.json` names in that commit; `undefined` if it names none. */
function versionIn(git: Git, commit: string): string | undefined {
  const { ok, text } = git("show", `${commit}:deno.json`);
  return ok ? /"version": "([^"]+)"/.exec(text)?.[1] : undefined;
}

/**
 * The version before `current`: the highest tag of another one below HEAD, else one of `untagged`,
 * else the last commit whose `deno.json` names another one.
 *
 * @throws where everything has to be tested and the clone is a shallow one, which hides it
 */
export function versionBefore(current: string, git: Git, mustRun: boolean): History {
  const shallow = git("rev-parse", "--is-shallow-repository");
  if (!shallow.ok) return { missing: "there is no git history here" };
  const tags = git("tag", "--merged", "HEAD", "--sort=-version:refname", "--list", "v*").text;
  // What was never tagged ends where the version was raised: the oldest commit that names this one.
  const raised = git("log", "--format=%H", "-S", `"version": "${current}"`, "--", "deno.json").text;
  const last = raised.split("\n").at(-1);
  const commits = [
    ...tags.split("\n").filter((tag) => tag !== ""),
    ...untagged,
    ...last ? [`${last}^`] : ["HEAD"],
  ];
  for (const name of commits) {
    const version = versionIn(git, name);
    if (version === undefined || version === current) continue;
    return { version, commit: git("rev-parse", `${name}^{commit}`).text };
  }
  const reason = shallow.text === "true"
    ? "the clone is shallow: fetch the whole history"
    : `the history has no version but ${current}`;
  const isSkipped = shallow.text !== "true" || !mustRun;
  assert.ok(isSkipped, `${reason}; with CI=true nothing is skipped for that`);
  return { missing: reason };
}

/** The version before this one; `CLUSTERNODE_EARLIER=<commit>` names another one to try. */
export function earlierVersion(): History {
  if (!permitted("read", "write", "run", "env")) return { missing: "permissions are missing" };
  const git = gitIn(projectRoot);
  const wanted = Deno.env.get("CLUSTERNODE_EARLIER");
  if (!wanted) return versionBefore(manifest.version, git, Deno.env.get("CI") === "true");
  const version = versionIn(git, wanted) ?? assert.fail(`no version in ${wanted}`);
  return { version, commit: git("rev-parse", wanted).text };
}

/** Sources in a folder of their own, for as long as a test. */
export class OtherVersion implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();

  /** The sources of that commit. */
  static async of(commit: string): Promise<OtherVersion> {
    const other = new OtherVersion();
    const archive = `${other.#folder.path}/sources.tar`;
    const { path } = other.#folder;
    await succeeds("git", ["-C", projectRoot, "archive", "-o", archive, commit, ...sources]);
    await succeeds("tar", ["-x", "-f", archive, "-C", path]);
    // The packages of its own lock: some may be no longer among those of today.
    await succeeds(Deno.execPath(), ["install", "--frozen"], path);
    return other;
  }

  /** These sources, with texts that stand in one file each once replaced by others. */
  static async with(
    ...changes: { readonly file: string; readonly from: string; readonly to: string }[]
  ): Promise<OtherVersion> {
    const other = new OtherVersion();
    const { path } = other.#folder;
    await succeeds("cp", ["-r", ...sources.map((name) => `${projectRoot}${name}`), path]);
    for (const { file, from, to } of changes) {
      const parts = (await Deno.readTextFile(`${path}/${file}`)).split(from);
      assert.equal(parts.length, 2, `${file} has once: ${from}`);
      await Deno.writeTextFile(`${path}/${file}`, parts.join(to));
    }
    return other;
  }

  /** Runs it with these arguments. */
  run(args: readonly string[]): Program {
    const { path } = this.#folder;
    const options = ["--config", `${path}/deno.json`, "--frozen", "--allow-all", "--no-prompt"];
    return new Program(Deno.execPath(), ["run", ...options, `${path}/main.ts`, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

async function succeeds(command: string, args: readonly string[], cwd?: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...cwd === undefined ? {} : { cwd },
  }).output();
  assert.ok(success, `${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
