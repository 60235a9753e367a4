/**
 * `local` in a real terminal: a live table, and what stays behind it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster } from "../integration/cluster.ts";
import { eventually, programCommand } from "../integration/process.ts";
import { Terminal, terminalTest } from "./terminal.ts";

/** Runs `local` in `cluster`; the terminal stays open behind it, and shows how it has ended. */
async function runLocal(cluster: Cluster, ...more: string[]): Promise<Terminal> {
  const terminal = new Terminal(`${cluster.folder.path}/tmux`);
  const { command, args } = programCommand();
  const options = [...cluster.options, "--log-file", "none", ...more];
  const shell = `trap : INT; "$@"; echo "code: $?"; read -r _end`;
  await terminal.run("sh", "-c", shell, "sh", command, ...args, "local", ...options);
  return terminal;
}

terminalTest(
  "local shows a live table, a death that stays, and leaves nothing behind",
  async () => {
    await using cluster = new Cluster();
    await using terminal = await runLocal(cluster, "3");
    const shows = (pattern: RegExp) => async (): Promise<boolean> =>
      pattern.test(await terminal.screen());
    await eventually(shows(/^3 of 3 alive$/m), 40_000, "the table is there");
    await eventually(
      shows(/^\S+ +3 members: n1, n2, n3: each joined/m),
      20_000,
      "they have joined",
    );
    const screen = await terminal.screen();
    const pids = [1, 2, 3].map((number) =>
      Number(new RegExp(`^ +n${number}@\\S+ +alive .* (\\d+)$`, "m").exec(screen)?.[1])
    );
    assert.ok(pids.every((pid) => pid > 1), screen);
    Deno.kill(pids[1] as number, "SIGKILL");
    await eventually(shows(/^2 of 3 alive; n2 down /m), 20_000, "the summary names it");
    await eventually(shows(/^✗ {2}n2@\S+ +down .* - .*connection refused/m), 5000, "it is first");
    await eventually(shows(/ ✗ .*: n2 is down: /), 5000, "the change stands below");
    assert.match(await terminal.screen(), / n2: its process has ended by SIGKILL$/m);
    await terminal.press("C-c");
    await eventually(shows(/^code: 130$/m), 30_000, "it has ended");
    const last = await terminal.screen();
    assert.match(last, /^all have ended$/m, "the last picture stays");
    assert.match(last, / ✗ .*: n2 is down: /);
    assert.deepEqual(cluster.files(), []);
  },
);

terminalTest("local --plain prints lines on a terminal, too", async () => {
  await using cluster = new Cluster();
  await using terminal = await runLocal(cluster, "1", "--plain");
  const line = /^node_1 \| \S+ \[info\] n1@127\.0\.0\.1\["n1@127\.0\.0\.1": true\]$/m;
  await eventually(async () => line.test(await terminal.screen()), 40_000, "a status line");
  await terminal.press("C-c");
  await eventually(
    async () => (await terminal.screen()).includes("code: 130"),
    30_000,
    "it has ended",
  );
});

terminalTest("local tells in full why its nodes could not start", async () => {
  await using cluster = new Cluster();
  // All users could write into it.
  await Deno.mkdir(cluster.registry);
  await Deno.chmod(cluster.registry, 0o777);
  await using terminal = await runLocal(cluster, "2");
  const shows = async (): Promise<boolean> => (await terminal.screen()).includes("code: 4");
  await eventually(shows, 40_000, "it has ended");
  const [, told = ""] = (await terminal.screen()).split("WHAT CHANGED");
  assert.equal(told.split("Cannot read or create the cookie").length, 3, "on screen and in full");
  // The terminal wraps what does not fit.
  const whole = /\nclusternode: n\d@127\.0\.0\.1: [^]* chmod go-w [^]*\(or all\)[^]*\ncode: 4/;
  assert.match(told, whole);
});
