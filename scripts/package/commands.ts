/**
 * Other programs, run to their end.
 *
 * @module
 */

/** Something that the user can mend; told without a stack trace. */
export class PackageError extends Error {
  override name = "PackageError";
}

/** What to run a program with. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program; what it printed on standard output.
 *
 * @throws {PackageError} if it is missing, or fails
 */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: RunOptions = {},
): Promise<string> {
  const options: Deno.CommandOptions = {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    ...(cwd === undefined ? {} : { cwd }),
  };
  const decoder = new TextDecoder();
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, options).output();
    if (success) return decoder.decode(stdout);
    const text = `${decoder.decode(stdout)}${decoder.decode(stderr)}`.trim();
    throw new PackageError(`Cannot run ${command} ${args.join(" ")}:\n${text}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new PackageError(`Cannot run ${command} as it is not installed`);
  }
}
