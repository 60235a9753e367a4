/**
 * What the scripts that make packages and releases have in common.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** The folder in which everything lies that is made. */
export const dist: string = join(root, "dist");

/** Something that the user can mend; told without a stack trace. */
export class ScriptError extends Error {
  override name = "ScriptError";
}

/** What to run a program with. */
export interface RunOptions {
  /** The folder of the project if left out. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program; what it printed on standard output.
 *
 * @throws {ScriptError} if it does not start, or fails
 */
export async function run(
  command: string,
  args: readonly string[],
  { cwd = root, env = {} }: RunOptions = {},
): Promise<string> {
  let ended: Deno.CommandOutput;
  try {
    ended = await new Deno.Command(command, {
      ...{ args: [...args], cwd, stdin: "null" },
      env: { NO_COLOR: "1", ...env },
    }).output();
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "it is not installed" : String(cause);
    throw new ScriptError(`${command} does not start: ${reason}`, { cause });
  }
  const decoder = new TextDecoder();
  const stdout = decoder.decode(ended.stdout);
  if (ended.success) return stdout;
  const text = `${stdout}${decoder.decode(ended.stderr)}`.trim();
  throw new ScriptError(`Cannot run ${command} ${args.join(" ")}:\n${text}`);
}

/**
 * When the sources were committed, in seconds since 1970: what the variable of reproducible builds
 * says, or the last commit.
 *
 * @throws {ScriptError} if neither tells
 */
export async function sourceTimeSeconds(): Promise<number> {
  return Number(
    Deno.env.get("SOURCE_DATE_EPOCH") || await run("git", ["log", "-1", "--format=%ct"]),
  );
}

/** The address of the repository, where GitHub's own variables tell it. */
export function repositoryAddress(): string | undefined {
  const [server, name] = [Deno.env.get("GITHUB_SERVER_URL"), Deno.env.get("GITHUB_REPOSITORY")];
  return server && name ? `${server}/${name}` : undefined;
}

/** Runs a script; a {@linkcode ScriptError} is told as one line on standard error. */
export async function runScript(name: string, script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    const misused = error instanceof TypeError && "code" in error;
    if (!(error instanceof ScriptError) && !misused) throw error;
    await print(`${name}: ${error.message}`, Deno.stderr);
    Deno.exit(1);
  }
}

/** Writes a line. */
export async function print(
  text: string,
  stream: { write(bytes: Uint8Array): Promise<number> } = Deno.stdout,
): Promise<void> {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let written = 0; written < bytes.length;) {
    written += await stream.write(bytes.subarray(written));
  }
}
