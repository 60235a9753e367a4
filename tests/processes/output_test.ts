/**
 * Readers that go away, disks that are full, terminals that are closed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, commandResult, linesPass } from "../integration/cluster.ts";
import { eventually, processTest, Program, programCommand } from "../integration/process.ts";

const exitByClosedPipe = 141;

/**
 * Runs the program with `args` in a shell that puts `rest` behind it; its own exit code comes last.
 */
async function piped(args: readonly string[], rest: string): Promise<string[]> {
  const { command, args: before } = programCommand();
  // What does not end by itself must not outlive the test.
  const script = `{ timeout 15 "$@"; echo "code $?" >&2; } ${rest}`;
  await using shell = new Program("bash", ["-c", script, "bash", command, ...before, ...args]);
  await shell.ended();
  return shell.lines.map(({ text }) => text).sort();
}

processTest("commands end quietly with 141 when their reader has gone", async () => {
  await using cluster = new Cluster();
  await cluster.startMany(2);
  const { options } = cluster;
  const endless: [string[], RegExp][] = [
    [["ping", "n2", "--interval", "20ms", ...options], /^PING n2@127\.0\.0\.1/],
    [["members", "--watch", "--json", ...options], /^\{"schema":"members\.v1",/],
    [["local", "2", "--log-file", "none", ...options, "--cluster", "other"], /^node_\d \| /],
  ];
  await Promise.all(endless.map(async ([args, first]) => {
    const [line = "", code, ...more] = (await piped(args, "| head -n 1")).sort((one) =>
      one.startsWith("code ") ? 1 : -1
    );
    assert.match(line, first);
    assert.deepEqual([args[0], code, more], [args[0], `code ${exitByClosedPipe}`, []]);
  }));
  assert.deepEqual(
    await piped(["events", "--follow", ...options], "| true"),
    [`code ${exitByClosedPipe}`],
  );
});

processTest("the nodes of local have left when its reader has gone and it has ended", async () => {
  await using cluster = new Cluster();
  const args = ["local", "3", "--log-file", "none", ...cluster.options];
  const reader = `| while read -r line; do [[ $line == *'"n3@'* ]] && break; done`;
  assert.deepEqual(await piped(args, reader), [`code ${exitByClosedPipe}`]);
  assert.deepEqual(cluster.files(), []);
});

processTest("a full disk behind standard output is one sentence and exit code 1", async () => {
  await using cluster = new Cluster();
  await cluster.startMany(2);
  const { options } = cluster;
  const commands = [
    ["members", ...options],
    ["members", "--watch", ...options],
    ["ping", "n1", "-c", "1", ...options],
    ["matrix", ...options],
    ["explain", "n1", ...options],
    ["events", ...options],
    ["health", "--name", "n1", ...options],
    ["doctor", ...options],
    ["simulate", "--nodes", "3"],
    ["keygen"],
    ["completions", "bash"],
    ["version"],
    ["--help"],
  ];
  const sentence = "clusternode: Cannot write to standard output: No space left on device";
  for (const args of commands) {
    assert.deepEqual([args[0], await piped(args, ">/dev/full")], [
      args[0],
      [sentence, "code 1"].sort(),
    ]);
  }
});

processTest("a node goes on when the reader of its lines has gone", async () => {
  await using cluster = new Cluster();
  const [first, second] = await cluster.startMany(2);
  assert.ok(first && second);
  await first.closeOutputs();
  await linesPass([second], 3);
  assert.ok(first.isRunning);
  const { code, stdout } = await cluster.command("ping", "n1", "-c", "1");
  assert.equal(code, 0, stdout);
  first.kill("SIGTERM");
  assert.equal(await first.ended(), 143);
});

processTest("a node leaves when its terminal is closed", async () => {
  await using cluster = new Cluster();
  const { command, args } = programCommand();
  const name = "n1@127.0.0.1";
  const words = [...args, "start", "--name", name, "--log-file", "none", ...cluster.options];
  const line = [command, ...words].map((word) => `'${word}'`).join(" ");
  // What does not leave must not outlive the test.
  const bounded = `timeout --foreground --signal KILL 40 ${line}`;
  await using terminal = new Program("script", ["-qfec", bounded, "/dev/null"]);
  await terminal.line((text) => text.includes(`"${name}": true`), 20_000, "its first line");
  assert.deepEqual(cluster.files(), [name]);
  terminal.kill("SIGKILL");
  await eventually(() => cluster.files().length === 0, 5000, "its row is gone");
});

processTest("a word and a variable that are no UTF-8 are told", async () => {
  const bytes = String.raw`$'\xff'`;
  const { command, args } = programCommand();
  const script = `CLUSTERNODE_CLUSTER=${bytes} "$@"`;
  await using shell = new Program("bash", ["-c", script, "bash", command, ...args, "members"]);
  assert.equal(await shell.ended(), 2);
  assert.match(shell.text, /^clusternode: CLUSTERNODE_CLUSTER .*: it is not UTF-8$/m);
});

processTest("a misspelt variable is told", async () => {
  const { stderr } = await commandResult(["keygen"], { CLUSTERNODE_INTERVALL: "3s" });
  assert.equal(stderr, "", "keygen has no options");
  const folder = `file:///tmp/clusternode-none-${crypto.randomUUID()}`;
  const told = await commandResult(["members", "--registry", folder], {
    CLUSTERNODE_INTERVALL: "3s",
  });
  assert.match(
    told.stderr,
    /CLUSTERNODE_INTERVALL is no option, did you mean CLUSTERNODE_INTERVAL\?/,
  );
});
