/**
 * The program without any option, in a real terminal.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { eventually, programCommand } from "../integration/process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { hasTmux, Terminal } from "./terminal.ts";

const test = needing(
  "without an option a terminal is told what is about to run, and with one it is not",
  ...["read", "write", "run", "env", "net", "sys"] as const,
);

Deno.test({
  name: test.name + (hasTmux || test.ignore ? "" : " (needs tmux)"),
  ignore: test.ignore || !hasTmux,
  async fn(): Promise<void> {
    await using folder = new TemporaryFolder();
    const registry = `file://${folder.path}/registry`;
    // The environment of a test is no option that somebody typed.
    const environment = [`CLUSTERNODE_REGISTRY=${registry}`, "CLUSTERNODE_LOG_FILE=none"];
    const { command, args } = programCommand();
    const first = async (name: string, ...flags: string[]): Promise<string> => {
      await using terminal = new Terminal(`${folder.path}/${name}`);
      await terminal.run("env", ...environment, command, ...args, ...flags);
      const shown = async (): Promise<string> => (await terminal.screen()).replaceAll("\n", "");
      await eventually(async () => /": true/.test(await shown()), 20_000, "its status line");
      const screen = await shown();
      await terminal.press("C-c");
      await eventually(async () => !await terminal.isOpen(), 10_000, "it ends");
      return screen;
    };
    const note =
      `[info] No option is given: starting a node of the cluster "default" in ${registry} ` +
      "that listens on all addresses; clusternode --help shows what else there is";
    // A line ends at the edge of the screen, maybe with a space that is not to be seen.
    const dense = (text: string): string => text.replaceAll(" ", "");
    assert.ok(dense(await first("bare")).includes(dense(note)));
    assert.doesNotMatch(await first("named", "--interval", "1s"), /No option/);
  },
});
