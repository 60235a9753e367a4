/**
 * Calls of `deno`, for tests of what its tools say about sources.
 *
 * @module
 */

/** What runs for longer, on the busiest machine, does not end; in milliseconds. */
const deadlineMs = 120_000;

/** Runs `deno` in the folder `cwd` until it ends; what does not end is killed, and fails. */
export async function deno(
  args: readonly string[],
  cwd: string,
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const env = { NO_COLOR: "1" };
  const signal = AbortSignal.timeout(deadlineMs);
  const command = new Deno.Command(Deno.execPath(), {
    ...{ args: [...args], cwd, env, signal },
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
