/**
 * `members --watch` in a real terminal.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { Cluster } from "../integration/cluster.ts";
import { eventually, programCommand } from "../integration/process.ts";
import { hasTmux, Terminal } from "./terminal.ts";

const test = needing(
  "members --watch redraws its table in place",
  ...["read", "write", "run", "env", "net", "sys"] as const,
);

Deno.test({
  name: test.name + (hasTmux || test.ignore ? "" : " (needs tmux)"),
  ignore: test.ignore || !hasTmux,
  async fn(): Promise<void> {
    await using cluster = new Cluster();
    const nodes = await cluster.startMany(3);
    await using terminal = new Terminal(`${cluster.folder.path}/tmux`);
    const { command, args } = programCommand();
    await terminal.run(command, ...args, "members", "--watch", ...cluster.options);
    const shows = async (text: string): Promise<boolean> =>
      (await terminal.screen()).includes(text);
    await eventually(() => shows("3 of 3 alive"), 10_000, "the table is there");
    nodes[1]?.kill("SIGKILL");
    await eventually(() => shows("2 of 3 alive"), 5000, "it shows the killed one");
    const lines = (await terminal.screen()).split("\n");
    assert.equal(lines.length, 6, lines.join("\n"));
    assert.match(lines[0] ?? "", /^NAME +STATE /);
    assert.match(lines[1] ?? "", /^n1@127\.0\.0\.1 +alive /);
    assert.match(lines[2] ?? "", /^n2@127\.0\.0\.1 +down /);
    assert.match(lines[5] ?? "", /^2 of 3 alive, as n[13]@127\.0\.0\.1 sees it$/);
    nodes[2]?.kill("SIGTERM");
    await eventually(() => shows("1 of 2 alive"), 5000, "it lacks the one that left");
    assert.equal((await terminal.screen()).split("\n").length, 5);
    await terminal.press("C-c");
    await eventually(async () => !await terminal.isOpen(), 3000, "it ends");
  },
});
