/**
 * Publishes the library to JSR: `deno run -A scripts/publish.ts --dry-run`, with the arguments of
 * `deno publish`.
 *
 * The folders in which the compiler refuses clocks and input and output are members of a workspace,
 * and `deno publish` leaves members out of the package. They are part of it all the same, so it is
 * published with a configuration that has no workspace.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };

const root = new URL("../", import.meta.url);
const { workspace: _members, ...config } = manifest;
const file = new URL("deno.publish.json", root);
await Deno.writeTextFile(file, JSON.stringify(config), { createNew: true });
try {
  const args = ["publish", `--config=${file.pathname}`, ...Deno.args];
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).spawn().status;
  Deno.exitCode = code;
} finally {
  await Deno.remove(file);
}
