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
  "members --watch redraws in place, the worst first, and names another observer if one fails",
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
    const [, asked = ""] =
      /^as (n\d)@\S+ sees it, cluster default, [\d:]{8}$/m.exec(await terminal.screen()) ?? [];
    const killed = nodes[Number(asked.slice(1)) - 1];
    assert.ok(killed);
    killed.kill("SIGKILL");
    await eventually(() => shows("2 of 3 alive"), 5000, "it shows the killed one");
    const lines = (await terminal.screen()).split("\n");
    assert.equal(lines.length, 7, lines.join("\n"));
    assert.match(lines[0] ?? "", new RegExp(`^2 of 3 alive; ${asked} down \\d`));
    const [, other = "", lost] =
      /^as (n\d)@\S+ sees it \((n\d)@\S+ no longer answers\), cluster default, [\d:]{8}$/
        .exec(lines[1] ?? "") ?? [];
    assert.equal(lost, asked, lines[1]);
    assert.match(lines[3] ?? "", /^ {3}NAME +STATE /);
    assert.match(lines[4] ?? "", new RegExp(`^✗ +${asked}@127.0.0.1 +down `));
    for (const line of lines.slice(5)) assert.match(line, /^ {3}n\d@127\.0\.0\.1 +alive /);
    const third = nodes.find((node, index) => node !== killed && other !== `n${index + 1}`);
    third?.kill("SIGTERM");
    await eventually(() => shows("1 of 2 alive"), 5000, "it lacks the one that left");
    assert.equal((await terminal.screen()).split("\n").length, 6);
    await terminal.press("C-c");
    await eventually(async () => !await terminal.isOpen(), 3000, "it ends");
  },
});
