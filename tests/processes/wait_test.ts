/**
 * `clusternode wait` with real nodes: what it waits for, what it says, how it ends.
 *
 * @module
 */
import assert from "node:assert/strict";
import { chapter } from "../docs/markdown.ts";
import { readSource } from "../docs/source_files.ts";
import { Cluster } from "../integration/cluster.ts";
import { processTest, Program } from "../integration/process.ts";

/** A wait of this cluster that goes on while nodes come and go. */
function waiting(cluster: Cluster, ...args: string[]): Program {
  return Program.run(["wait", ...args, ...cluster.options]);
}

/** The commands that the documents show for waiting, without comments. */
function shownCommands(): string[][] {
  const section = chapter(readSource("docs/services_and_hooks.md"), "Wait for a cluster");
  const [, block = ""] = /```sh\n([^`]*)```/.exec(section) ?? [];
  return [...block.matchAll(/^clusternode (wait [^#\n]*)/gm)]
    .map(([, words = ""]) => words.trim().split(/\s+/));
}

processTest("wait ends once the members are there, from before the registry is", async () => {
  await using cluster = new Cluster();
  await using wait = waiting(cluster, "--members", "2", "--agree", "--timeout", "30s");
  await wait.line((text) => text.includes("No node of the cluster"), 10_000, "nobody is there");
  cluster.start("n1@127.0.0.1");
  cluster.start("n2@127.0.0.1");
  assert.equal(await wait.ended(), 0, wait.text);
  assert.match(
    wait.printed("stdout"),
    /^2 of 2 members are alive: n1@127\.0\.0\.1, n2@127\.0\.0\.1\n2 of 2 live members agree\nReached after .* sees it\n$/,
  );
  assert.equal(wait.printed("stderr").split("\n").length, 2, "it was told once");
});

processTest("wait follows a cluster when the node that it asks is killed", async () => {
  await using cluster = new Cluster();
  const [first] = await cluster.startMany(3);
  await using wait = waiting(cluster, "--member", "n1", "--status", "down", "--timeout", "30s");
  await using last = waiting(cluster, "--members", "4", "--timeout", "3s", "--json");
  const json = JSON.parse((await last.line((text) => text.startsWith("{"), 20_000, "JSON")).text);
  assert.equal(await last.ended(), 1);
  assert.deepEqual([json.reached, json.cluster, json.memberCount], [false, "default", 3]);
  assert.deepEqual(json.missing, [
    "3 of 4 members are alive: n1@127.0.0.1, n2@127.0.0.1, n3@127.0.0.1",
  ]);
  assert.ok(wait.isRunning);
  first?.kill("SIGKILL");
  assert.equal(await wait.ended(), 0, wait.text);
  assert.match(wait.text, /^n1@127\.0\.0\.1 is down\nReached after .*, as n[23]@127\.0\.0\.1 sees/);
});

processTest("wait names what is missing when time is up, and is quiet if told so", async () => {
  await using cluster = new Cluster();
  await cluster.startMany(1, "--tag", "role=db");
  const missing = await cluster.command(
    ...["wait", "--members", "2", "--tag", "role=web", "--timeout", "1s"],
  );
  assert.equal(missing.code, 1);
  assert.equal(missing.stdout, "");
  assert.deepEqual(missing.stderr.split("\n"), [
    "clusternode: Not reached within 1.0 s, as n1@127.0.0.1 sees it:",
    "  1 of 2 members is alive: n1@127.0.0.1",
    "  0 of 1 member is alive with tag role=web; not n1@127.0.0.1 (its tag role is db)",
    "",
  ]);
  const quiet = await cluster.command("wait", "--members", "2", "--timeout", "1s", "--quiet");
  assert.deepEqual(quiet, { code: 1, stdout: "", stderr: "" });
  const reached = await cluster.command("wait", "--tag", "role=db", "--quiet");
  assert.deepEqual(reached, { code: 0, stdout: "", stderr: "" });
});

processTest(
  "wait ends with 130 on SIGINT, and with 2 when there is nothing to wait for",
  async () => {
    await using cluster = new Cluster();
    await using wait = waiting(cluster, "--members", "2");
    await wait.line((text) => text.includes("No node of the cluster"), 10_000, "nobody is there");
    wait.kill("SIGINT");
    assert.equal(await wait.ended(), 130);
    const wrong = [
      [[], /nothing to wait for: give --members, --member, --status, --service or --tag/],
      [["--members", "1", "--count", "2"], /--count: say which members with --service/],
      [["--member", "n1", "--count", "2"], /--count: it cannot go with --member/],
      [["--tag", "a=1", "--tag", "a=2"], /--tag: the key "a" is given twice/],
      [["--status", "dead"], /--status "dead": it must be one of /],
    ] as const;
    for (const [args, fault] of wrong) {
      const { code, stderr } = await cluster.command("wait", ...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, fault);
    }
  },
);

processTest(
  "each wait that the documents show is reached by the cluster that it describes",
  async () => {
    await using cluster = new Cluster();
    const nodes = await cluster.startMany(4, "--tag", "role=db");
    nodes[2]?.kill("SIGKILL");
    const shown = shownCommands();
    assert.equal(shown.length, 4);
    for (const words of shown) {
      // Nobody carries a service here: such a wait must be understood, and say so.
      const hasService = words.includes("--service");
      const { code, stderr } = await cluster.command(
        ...[...words, ...hasService ? ["--timeout", "1s"] : []],
      );
      assert.equal(code, hasService ? 1 : 0, stderr);
      assert.match(stderr, hasService ? /it carries no service/ : /^$/);
    }
  },
);
