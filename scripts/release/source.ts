/**
 * What a release is made from.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The folder of the project, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** The folder in which everything lies that is made, with a slash at its end. */
export const dist = `${root}dist/`;

/** A command that has not succeeded, or a wrong wish: told without a stack trace. */
export class ReleaseError extends Error {
  override name = "ReleaseError";
}

/** What `command` prints, run in the folder of the project. */
export async function output(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    ...{ args, cwd: root, stdin: "null" },
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new ReleaseError(`${command} ${args.join(" ")} failed:\n${decoder.decode(stderr)}`);
}

/**
 * When the sources were committed, in milliseconds since 1970: what the variable of reproducible
 * builds says, or the last commit.
 */
export async function sourceTimeMs(): Promise<number> {
  const seconds = Deno.env.get("SOURCE_DATE_EPOCH") ||
    await output("git", "log", "-1", "--format=%ct");
  return Number(seconds) * 1000;
}

/** Runs a script; a {@linkcode ReleaseError} is told as one line on standard error. */
export async function runScript(name: string, script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    const misused = error instanceof TypeError && "code" in error;
    if (!(error instanceof ReleaseError) && !misused) throw error;
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
