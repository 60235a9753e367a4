/**
 * The packages in `dist/`, and tests of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { archiveName } from "../../scripts/package/archives.ts";
import { dist } from "../../scripts/common/script.ts";
import { isOwn, platformName, platforms } from "../../scripts/package/platforms.ts";
import { succeeds } from "../integration/process.ts";
import { needing, permitted } from "../permissions.ts";

const ownPlatform = platforms.find(isOwn) ?? assert.fail("no packages are made for this platform");

/** Paths of the packages for this machine; `undefined` where one was not made. */
export const packages = {
  /** The small package of npm. */
  main: found("npm", /^clusternode-\d.*\.tgz$/),
  /** That with the binary. */
  platform: found("npm", new RegExp(`^clusternode-cli-${platformName(ownPlatform)}-.*\\.tgz$`)),
  debian: found("", new RegExp(`^clusternode_.*_${ownPlatform.debian}\\.deb$`)),
  archive: found("", new RegExp(`^${archiveName(ownPlatform).replaceAll(".", "\\.")}$`)),
  formula: found("", /^clusternode\.rb$/),
};

function found(folder: string, name: RegExp): string | undefined {
  const path = `${dist}/${folder}`;
  if (!permitted("read")) return undefined;
  try {
    const files = [...Deno.readDirSync(path)].filter((entry) => name.test(entry.name));
    assert.ok(files.length <= 1, `packages of several versions in ${path}: rm -r dist`);
    return files[0] && `${path}/${files[0].name}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A package that must be there in a test. */
export function made(kind: keyof typeof packages): string {
  return packages[kind] ?? assert.fail(`no ${kind} package in dist/`);
}

/** What a test needs. */
export interface Wants {
  readonly packages: readonly (keyof typeof packages)[];
  /** Programs, by the arguments with which they only tell that they are there. */
  readonly programs?: Readonly<Record<string, readonly string[]>>;
  /** Why it cannot run for another reason. */
  readonly otherwise?: () => Promise<string | undefined>;
}

async function whyNot({ packages: kinds, programs = {}, otherwise }: Wants): Promise<
  string | undefined
> {
  const missing = kinds.filter((kind) => packages[kind] === undefined);
  if (missing.length > 0) return `deno task package has not made: ${missing.join(", ")}`;
  for (const [program, args] of Object.entries(programs)) {
    if (!await succeeds(program, ...args)) return `${program} is not installed`;
  }
  return await otherwise?.();
}

/** A test of packages; skipped by name where something is missing, but never with `CI=true`. */
export async function packageTest(
  name: string,
  wants: Wants,
  fn: (test: Deno.TestContext) => Promise<void>,
): Promise<void> {
  const options = needing(name, "read", "write", "run", "env", "net", "sys");
  if (options.ignore) return Deno.test({ ...options, fn });
  const reason = await whyNot(wants);
  if (reason === undefined) return Deno.test({ ...options, fn });
  assert.notEqual(Deno.env.get("CI"), "true", `${reason}, and with CI=true nothing is skipped`);
  Deno.test({ name: `${name} (skipped: ${reason})`, ignore: true, fn });
}

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, however that is. */
export async function ended(
  command: string,
  args: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Promise<Ended> {
  const all: Deno.CommandOptions = { stdin: "null", ...options, args: [...args] };
  const { code, stdout, stderr } = await new Deno.Command(command, all).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a program that must succeed; what it printed on standard output. */
export async function output(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ended(command, args);
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
