/** The trial of a binary before a release: three nodes of it meet. */
import assert from "node:assert/strict";
import { softwareVersion } from "../../lib/version.ts";
import { ScriptError } from "../../scripts/common/script.ts";
import { tryOut } from "../../scripts/release/trial.ts";
import { processTest, programCommand } from "../integration/process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

/** A file that runs the program under test, before `last`. */
async function binaryIn(folder: TemporaryFolder, last: string): Promise<string> {
  const { command, args } = programCommand();
  const file = `${folder.path}/clusternode`;
  const words = [command, ...args].map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(file, `#!/bin/sh\nexec ${words} ${last}\n`, { mode: 0o755 });
  return file;
}

processTest("tryOut() starts nodes of a binary, waits for them, and ends them", async () => {
  await using folder = new TemporaryFolder();
  const told = await tryOut(await binaryIn(folder, '"$@"'));
  assert.match(told, new RegExp(`^clusternode ${softwareVersion.replaceAll(".", "\\.")} `));
  assert.match(told, /\b3\b/);
});

processTest("tryOut() tells what a binary prints that does not run", async () => {
  await using folder = new TemporaryFolder();
  const failing = await binaryIn(folder, "--no-such-option");
  await assert.rejects(
    tryOut(failing),
    (error) => error instanceof ScriptError && /unknown option/.test(error.message),
  );
  await assert.rejects(tryOut(`${folder.path}/none`), /none does not start/);
});
