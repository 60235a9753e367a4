import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import { NameTakenError, RegistryError, UsageError } from "../../lib/core/base/errors.ts";
import { optionEntries, optionsOf } from "../../lib/options/option_table.ts";
import type { NodeOptions } from "../../lib/options/options.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { softwareVersion } from "../../lib/version.ts";
import { run } from "./fake_context.ts";
import type { Run } from "./fake_context.ts";

function optionsIn({ calls }: Run): NodeOptions {
  return calls[0]?.options as NodeOptions;
}

Deno.test("main() runs start when no command is given", async () => {
  for (const args of [[], ["start"]]) {
    const result = await run(args);
    equal(result.code, 0);
    equal(result.calls[0]?.name, "start");
  }
  const named = await run(["--name", "n1@10.0.0.5", "10.0.0.6", "--interval=2s", "10.0.0.7"]);
  const { name, addresses, intervalMs } = optionsIn(named);
  deepEqual([name, addresses, intervalMs], ["n1@10.0.0.5", ["10.0.0.6", "10.0.0.7"], 2000]);
});

Deno.test("main() hands arguments and flags of each command over", async () => {
  const local = (await run(["local", "5"])).calls[0];
  deepEqual([local?.name, local?.argument], ["local", 5]);
  const members =
    (await run(["members", "--json", "--status", "down", "--status=suspect"])).calls[0];
  deepEqual(members?.flags, {
    from: undefined,
    json: true,
    names: [],
    noHeaders: false,
    output: undefined,
    sort: undefined,
    statuses: ["down", "suspect"],
    tags: [],
    watch: false,
  });
  const ping = (await run(["ping", "n2", "-c", "3", "--interval", "20ms"])).calls[0];
  deepEqual([ping?.argument, ping?.flags], [[{ local: "n2" }], {
    count: 3,
    deadlineMs: undefined,
    intervalMs: 20,
    json: false,
    quiet: false,
  }]);
  const several = (await run(["ping", "n2@h", "n3", "-i", ".2", "-w1.5", "-q"])).calls[0];
  deepEqual([several?.argument, several?.flags], [["n2@h", { local: "n3" }], {
    count: undefined,
    deadlineMs: 1500,
    intervalMs: 200,
    json: false,
    quiet: true,
  }]);
  equal((await run(["forget", "n3@h"])).calls[0]?.argument, "n3@h");
  deepEqual(optionsIn(await run(["leave", "--name", "n1"])).name, { local: "n1" });
  const ofCluster = await run(["health", "--cluster", "blue"], {
    environment: { CLUSTERNODE_NAME: "n1" },
  });
  deepEqual(ofCluster.calls[0]?.explicit, new Set(["cluster"]), "the surroundings do not count");
  const files = { "/node.json": '{"name":"n1@10.0.0.5"}' };
  const ofFile = await run(["health", "--config", "/node.json"], { files });
  deepEqual(ofFile.calls[0]?.explicit, new Set(["config", "name"]));
  const doctor = await run(["doctor", "--json", "--listen", "10.0.0.5:4000"]);
  deepEqual([doctor.calls[0]?.name, doctor.calls[0]?.flags], ["doctor", { json: true }]);
  deepEqual(optionsIn(doctor).listen, { host: "10.0.0.5", port: 4000 });
});

Deno.test("main() returns the exit code of the command", async () => {
  equal((await run(["ping", "n2"], { code: 1 })).code, 1);
});

Deno.test("main() turns errors that users can cause into exit codes", async () => {
  const failures = [
    [new UsageError(["--x: wrong"]), 2],
    [new NameTakenError("held by 10.0.0.9"), 3],
    [new RegistryError("away"), 4],
  ] as const;
  for (const [failure, code] of failures) {
    const result = await run([], { failure });
    equal(result.code, code);
    match(result.stderr, /^clusternode: /);
  }
  await rejects(run([], { failure: new TypeError("bug") }), TypeError);
});

Deno.test("main() puts cookies of files behind those of flags", async () => {
  const files = { "/a": "from a\n", "/b": "from b\r\n" };
  const args = ["--cookie-file", "/a", "--cookie", "given", "--cookie-file", "/b"];
  deepEqual(optionsIn(await run(args, { files })).cookies, ["given", "from a", "from b"]);
});

Deno.test("main() tells which cookie file cannot be used, and why", async () => {
  const files = { "/empty": "\n", "/long": "x".repeat(2000), "/lines": "a\nb\n" };
  const environment = { CLUSTERNODE_COOKIE_FILE: "/empty:/long:/lines:/none" };
  const { code, stderr } = await run([], { files, environment });
  equal(code, 2);
  match(stderr, /CLUSTERNODE_COOKIE_FILE "\/empty": the cookie in it .* it has 0\n/);
  match(stderr, /CLUSTERNODE_COOKIE_FILE "\/long": the cookie in it .* it has 2000\n/);
  match(stderr, /CLUSTERNODE_COOKIE_FILE "\/lines": the cookie in it .* must be one line/);
  match(stderr, /CLUSTERNODE_COOKIE_FILE "\/none": it cannot be read \(No such file\)/);
});

Deno.test("main() refuses a cookie file that others can write", async () => {
  const files = { "/theirs": "a cookie\n" };
  const args = ["members", "--cookie-file", "/theirs"];
  const { code, stderr, calls } = await run(args, { files, openFiles: ["/theirs"] });
  equal(code, 2);
  match(
    stderr,
    /--cookie-file "\/theirs": \/theirs can be written by all users, so others may know/,
  );
  deepEqual(calls, []);
});

Deno.test("main() reads the token of a file, but of none that others can write", async () => {
  const files = { "/token": "correct-horse-battery\n", "/theirs": "correct-horse-battery\n" };
  const started = (path: string): Promise<Run> =>
    run(["--http", "0.0.0.0:0", "--http-token-file", path], { files, openFiles: ["/theirs"] });
  equal(optionsIn(await started("/token")).httpToken, "correct-horse-battery");
  const { code, stderr, calls } = await started("/theirs");
  equal(code, 2);
  match(
    stderr,
    /--http-token-file "\/theirs": \/theirs can be written by all users, so others may know/,
  );
  deepEqual(calls, []);
});

Deno.test("main() reads the configuration file named by flag or environment", async () => {
  const files = { "/c.json": '{"cluster": "blue"}', "/bad.json": "{" };
  equal(optionsIn(await run(["--config", "/c.json"], { files })).cluster, "blue");
  const environment = { CLUSTERNODE_CONFIG: "/c.json" };
  equal(optionsIn(await run(["members"], { files, environment })).cluster, "blue");
  match((await run(["--config", "/bad.json"], { files })).stderr, /"\/bad.json": it is not JSON/);
  match((await run(["--config", "/no.json"], { files })).stderr, /"\/no.json": it cannot be read/);
});

Deno.test("main() prints version, commit and Deno version", async () => {
  equal(softwareVersion, denoJson.version);
  for (const args of [["--version"], ["-V"], ["version"], ["--name", "n1", "--version"]]) {
    const { code, stdout } = await run(args);
    equal(code, 0);
    match(stdout, /^clusternode \d+\.\d+\.\d+ \(commit \S+, Deno \d+\.\d+\.\d+\)\n$/);
  }
});

Deno.test("main() shows examples and all commands in help that fits 80 columns and 24 rows", async () => {
  const { code, stdout, stderr } = await run(["--help"]);
  deepEqual([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  deepEqual(lines.filter((line) => line.length > 80), []);
  ok(lines.length <= 23, `the prompt takes a row, and the help ${lines.length}`);
  for (const [name] of commandEntries) {
    match(stdout, new RegExp(`^(  |Also: .*\\b)${name}\\b`, "m"));
  }
  match(stdout, /^[^\n]+\n\nExamples:\n {2}clusternode /);
  equal((await run(["--name", "--help"])).stdout, stdout);
  equal((await run(["help"])).stdout, stdout);
});

Deno.test("main() tells of all options and exit codes where help names them", async () => {
  const { stdout } = await run(["help", "options"]);
  const text = stdout.replace(/\s+/g, " ");
  for (const [, { flag, variable, type, help }] of optionEntries) {
    match(stdout, new RegExp(`^  ${flag}${type.isSwitch ? "" : " <"}`, "m"));
    match(text, new RegExp(`\\b${variable}\\)`));
    ok(text.includes(help.replace(/\s+/g, " ")), flag);
  }
  deepEqual(stdout.split("\n").filter((line) => line.length > 80), []);
  const codes = (await run(["help", "exit-codes"])).stdout;
  match(codes, /^Exit codes:\n {2}0 /m);
  match(codes, /^ {2}129, 130, 143 /m);
});

Deno.test("main() helps with a command, examples first, whichever way it is asked", async () => {
  for (const [name, { examples }] of commandEntries) {
    const asked = await run([name, "--help"]);
    equal(asked.code, 0);
    equal((await run(["help", name])).stdout, asked.stdout);
    equal((await run(["--help", name])).stdout, asked.stdout);
    match(asked.stdout, new RegExp(`^Usage: clusternode ${name === "start" ? "\\[start" : name}`));
    deepEqual(asked.stdout.split("\n").filter((line) => line.length > 83), [], name);
    if (examples.length > 0) match(asked.stdout, /^[^\n]+\n\n[^\n]+\n\nExamples:\n/);
  }
  equal((await run(["-h", "ls"])).stdout, (await run(["help", "members"])).stdout);
  const { stdout } = await run(["matrix", "-h"]);
  for (const [, { flag }] of optionEntries) {
    const taken = optionsOf("matrix").some(([, entry]) => entry.flag === flag);
    const isShown = stdout.includes(`  ${flag} `);
    const isNamed = new RegExp(`^Also: [^]*${flag}[,;]`, "m").test(stdout);
    deepEqual([isShown || isNamed, isShown && isNamed], [taken, false], flag);
  }
  match(stdout, /^ {2}--registry <url> /m);
});

Deno.test("keygen prints 256 bits that never begin with a hyphen", async () => {
  const drawn = Uint8Array.from({ length: 32 }, (_, index) => (index * 151 + 7) % 256);
  const draws = [Uint8Array.from([0xfb, ...drawn.slice(1)]), drawn];
  const bytes = (): Uint8Array => draws.shift() ?? new Uint8Array(32);
  const { code, stdout } = await run(["keygen"], { randomBytes: bytes });
  equal(code, 0);
  equal(stdout, `${drawn.toBase64({ alphabet: "base64url", omitPadding: true })}\n`);
});

Deno.test("main() knows commands by their other words", async () => {
  deepEqual((await run(["ls", "-o", "wide"])).calls[0]?.name, "members");
  match(
    (await run(["help", "status"])).stdout,
    /^Usage: clusternode members .*\bcalled status, ls\./s,
  );
  match((await run(["--profile", "lan", "status"])).stderr, /command "status": it must come first/);
});

Deno.test("main() takes further addresses of a node for doctor, as for start", async () => {
  const called = await run(["doctor", "--name", "n1@10.0.0.5", "fd00::5"]);
  deepEqual(optionsIn(called).addresses, ["fd00::5"]);
  const { code, stderr } = await run(["doctor", "here"]);
  equal(code, 2);
  match(stderr, /operand "here": it must be an IP address/);
});
