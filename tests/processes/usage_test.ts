/**
 * The commands that need no cluster, and what is said about a wrong command line.
 *
 * @module
 */
import assert from "node:assert/strict";
import { commandResult } from "../integration/cluster.ts";
import type { CommandResult } from "../integration/cluster.ts";
import { processTest } from "../integration/process.ts";

processTest("keygen, --version and completions print to standard output alone", async () => {
  const expected: [string[], RegExp][] = [
    [["keygen"], /^\S{32,}\n$/],
    [["--version"], /^clusternode \d+\.\d+\.\d+ \(commit \w+, Deno [\d.]+\)\n$/],
    [["version"], /^clusternode \d+\.\d+\.\d+ /],
    [["version", "--licenses"], /^== iovalkey [^]*^Permission is hereby granted/m],
    [["--help"], /^Usage: clusternode/],
    [["completions", "bash"], /clusternode/],
    [["completions", "zsh"], /^#compdef clusternode/],
    [["completions", "fish"], /^complete -c clusternode/m],
  ];
  await Promise.all(expected.map(async ([args, shape]) => {
    const { code, stdout, stderr } = await commandResult(args);
    assert.deepEqual({ args, code, stderr }, { args, code: 0, stderr: "" });
    assert.match(stdout, shape);
  }));
  const keys = await Promise.all([1, 2].map(() => commandResult(["keygen"])));
  assert.notEqual(keys[0]?.stdout, keys[1]?.stdout);
});

processTest("a misspelt command ends with 2 and a suggestion", async () => {
  const { code, stdout, stderr } = await commandResult(["membrs"]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /membrs.*\bmembers\b/);
});

processTest("a registry in memory is refused, as no other process sees it", async () => {
  for (const command of ["start", "local", "members"]) {
    const operands = command === "local" ? ["2"] : [];
    const args = [command, ...operands, "--registry", "memory:x"];
    const { code, stdout, stderr } = await commandResult(args);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" }, command);
    assert.match(stderr, /--registry .*it is the memory of one process/);
  }
});

processTest("wrong values of several options are told all at once", async () => {
  const { code, stdout, stderr } = await commandResult(
    [
      "start",
      "--interval",
      "soon",
      "--listen",
      "nowhere:99999",
      "--log-format",
      "xml",
      "--nmae=n1",
    ],
    { CLUSTERNODE_PROFILE: "moon" },
  );
  assert.equal(code, 2);
  assert.equal(stdout, "");
  const faults = [
    /--interval .*soon/,
    /--listen .*nowhere:99999/,
    /--log-format .*xml.*text.*json/,
    /--nmae.*--name/,
    /CLUSTERNODE_PROFILE .*moon.*local.*lan.*wan/,
  ];
  for (const fault of faults) assert.match(stderr, fault);
  assert.equal(stderr.match(/^clusternode: /gm)?.length, faults.length, stderr);
});

processTest("a URL of a registry that is not legal is told without the secret in it", async () => {
  const secret = "open-sesame";
  const urls = [
    `postgres://me:${secret}@db:99999/app`,
    `postgres://me:${secret}@`,
    `postgres://me:${secret}@db/app?sslmode=maybe`,
    `postgres://db/app?pass=${secret}`,
    `redis://me:${secret}@db/many`,
    `redis:me:${secret}@db`,
    `rediss://me:${secret}@db/0?token=${secret}`,
    `etcd://me:${secret}/7@db`,
    `etcd://me:${secret}@db:0`,
    `s3://key:${secret}@bucket`,
    `s3://bucket?secret=${secret}`,
    `mysql://me:${secret}@db/app`,
    `me:${secret}@db`,
  ];
  const flags = urls.flatMap((url) => ["--registry", url]);
  const [first = ""] = urls;
  const asked: [Promise<CommandResult>, number][] = [
    [commandResult(["start", ...flags]), urls.length],
    [commandResult(["members"], { CLUSTERNODE_REGISTRY: first }), 1],
  ];
  for (const [result, count] of asked) {
    const { code, stdout, stderr } = await result;
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    const faults = stderr.match(/^clusternode: (--registry|CLUSTERNODE_REGISTRY) /gm);
    assert.equal(faults?.length, count, stderr);
    assert.ok(!stderr.includes(secret), stderr);
  }
});
