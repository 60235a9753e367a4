/**
 * Calls of `deno`, for tests of what its tools say about sources.
 *
 * @module
 */

/** Runs `deno` in the folder `cwd` until it ends. */
export async function deno(
  args: readonly string[],
  cwd: string,
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const env = { NO_COLOR: "1" };
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd, env, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
