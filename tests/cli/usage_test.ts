import { deepEqual, equal, match, ok } from "node:assert/strict";
import { optionEntries } from "../../lib/options/option_table.ts";
import { wrongValues } from "../options/wrong_values.ts";
import { run } from "./fake_context.ts";

/** The faults that a run with wrong usage told, after checking that it was one. */
async function faultsOf(...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr, calls } = await run(args);
  deepEqual([code, stdout, calls], [2, "", []]);
  match(stderr, /\nFor help: clusternode --help(, or .*)?\n$/);
  return stderr.split("\n").slice(0, -2).map((line) => line.replace(/^clusternode: /, ""));
}

/** Options whose flag has a value, which can be wrong. */
const valued = optionEntries.filter(([, { type }]) => !type.isSwitch);

for (const [key, { flag, variable, type }] of optionEntries) {
  if (type.isSwitch) {
    Deno.test(`main() ends with 2 when ${variable} is wrong, and says what is legal`, async () => {
      const [value, legal] = wrongValues[key];
      const { code, stderr, calls } = await run([], { environment: { [variable]: value } });
      deepEqual([code, calls], [2, []]);
      match(stderr, new RegExp(`^clusternode: ${variable} "${value}": .*`));
      match(stderr, legal);
      deepEqual(await faultsOf(`${flag}=${value}`), [`${flag}: it takes no value`]);
    });
    continue;
  }
  Deno.test(`main() ends with 2 when ${flag} is wrong, and says what is legal`, async () => {
    const [value, legal] = wrongValues[key];
    const faults = await faultsOf(flag, value);
    ok(faults[0]?.startsWith(`${flag} ${type.secret ? "(not shown)" : '"'}`), faults[0]);
    match(faults[0] ?? "", legal);
  });
}

Deno.test("main() tells all faults at once, of every option and of unknown ones", async () => {
  const args = valued.flatMap(([key, { flag }]) => [flag, wrongValues[key][0]]);
  const faults = await faultsOf("--weight", "80", ...args, "--colour", "--interval");
  for (const [, { flag }] of valued) {
    equal(faults.filter((fault) => fault.startsWith(`${flag} `)).length >= 1, true, flag);
  }
  ok(faults.includes('unknown option "--weight"'));
  ok(faults.includes('unknown option "--colour"'));
  ok(faults.includes("--interval: its value is missing"));
});

const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["membrs"], ['unknown command "membrs", did you mean "members"?']],
  [["membrs", "--json"], ['unknown command "membrs", did you mean "members"?']],
  [["frobnicate"], ['unknown command "frobnicate"']],
  [["help", "opions"], ['no help on "opions", did you mean "options"?']],
  [["help", "membrs"], ['no help on "membrs", did you mean "members"?']],
  [["--profile", "lan", "members"], [
    'command "members": it must come first, in front of its options',
  ]],
  [["start", "members"], [
    'operand "members": it must be an IP address, a further one of this node',
  ]],
  [["--intervall", "2s"], ['unknown option "--intervall", did you mean "--interval"?']],
  [["--intervall=2s", "10.0.0.5"], ['unknown option "--intervall", did you mean "--interval"?']],
  [["members", "--jsn", "x"], [
    'unknown option "--jsn", did you mean "--json"?',
    'operand "x": members takes no such word',
  ]],
  [["members", "--json=yes"], ["--json: it takes no value"]],
  [["matrix", "--name", "n1"], [
    "--name: it is no option of matrix, but of start, members, leave, health, open, doctor",
  ]],
  [["members", "--name", "web*, n1", "--status", "up", "-o", "yaml", "--sort", "age"], [
    '--status "up": it must be one of unproven, alive, suspect, unreachable, down, wrong-cookie, ' +
    "wrong-cluster",
    '--name "web*, n1": it must be a name such as n1 or n1@10.0.0.5, or have * in it, such as web-*',
    '--sort "age": it must be one of name, status, for, round-trip',
    '--output "yaml": it must be one of wide, json, name',
  ]],
  [["ping"], [
    "ping: its argument <name> is missing: n2@10.0.0.3, or n2 if only one node has that name",
  ]],
  [["ping", "n2", "-c", "0"], ['--count "0": it must be a whole number from 1 to 1000000']],
  [["ping", "n2", "@", "-i", "200", "-w", "2 s"], [
    '<name> "@": the part before @ is empty; give a name such as n1@10.0.0.5, or n1',
    '--deadline "2 s": it must be from 10ms to 24h, such as 0.2 (seconds), 200ms or 1m30s',
  ]],
  [["explain", "n2", "n3"], ['operand "n3": explain takes no such word']],
  [["local", "-5"], ['<N> "-5": it must be a whole number from 1 to 100']],
  [["local"], ["local: its argument <N> is missing: how many nodes, up to 100"]],
  [["keygen", "x"], ['operand "x": keygen takes no such word']],
  [["completions", "tcsh"], ['<shell> "tcsh": it must be one of bash, zsh, fish']],
  [["--interval"], ["--interval: its value is missing"]],
  [["--interval", "--name", "n1"], ['--interval "--name": its value is missing']],
  [["--name", ""], ['--name "": it is empty; give a name such as n1@10.0.0.5, or n1']],
  [["-x"], ['unknown option "-x"']],
  [["ping", "n2", "-xyz", "n3"], ['unknown option "-xyz"']],
  [["members", "--", "--json"], ['operand "--json": members takes no such word']],
  [["start", "--"], ["--: the command behind it is missing"]],
  [["local", "2", "--", "sleep"], ['operand "sleep": local takes no such word']],
  [["membrs", "--", "sleep"], ['unknown command "membrs", did you mean "members"?']],
  [["start", "sleep", "--", "sleep"], [
    'operand "sleep": it must be an IP address, a further one of this node',
  ]],
  [["--ready", "tcp:8080", "--restart", "always"], [
    "--ready: it needs a service, whose command stands behind --",
    "--restart: it needs a service, whose command stands behind --",
  ]],
  [["members", "--version"], ['unknown option "--version"']],
];

for (const [args, expected] of cases) {
  Deno.test(`main() explains wrong usage: clusternode ${args.join(" ")}`, async () => {
    deepEqual(await faultsOf(...args), expected);
  });
}

Deno.test("main() hands on what stands behind -- as it is, also what looks like options", async () => {
  const command = ["./my-service", "--port", "80", "--help", "--", "-x", "10.0.0.5"];
  const { code, stderr, calls } = await run(["--ready", "tcp:80", "10.0.0.6", "--", ...command]);
  deepEqual([code, stderr], [0, ""]);
  deepEqual(calls[0]?.carried, command);
  deepEqual(calls[0]?.options.addresses, ["10.0.0.6"]);
});

Deno.test("main() ignores options of a service in the configuration file where there is none", async () => {
  const files = { "n.json": '{"restart": "always"}' };
  const { code, stderr } = await run(["--config", "n.json"], { files });
  deepEqual([code, stderr], [0, ""]);
  const { stderr: told } = await run([], { environment: { CLUSTERNODE_RESTART: "always" } });
  match(told, /CLUSTERNODE_RESTART: it needs a service, whose command stands behind --\n/);
});

const beamName = ["--beam", "--name", "n1@10.0.0.5"];

Deno.test("main() takes the Erlang cookie of --beam from its option, else from Erlang's file", async () => {
  const cookieOf = async (
    args: readonly string[],
    surroundings: Parameters<typeof run>[1],
  ): Promise<unknown> => {
    const { code, stderr, calls } = await run(args, surroundings);
    deepEqual([code, stderr, calls.length], [0, "", 1]);
    return calls[0]?.options.beamCookie;
  };
  const environment = { HOME: "/home/me" };
  const files = { "/home/me/.erlang.cookie": "FROMFILE\n" };
  equal(await cookieOf([...beamName, "--beam-cookie", "GIVEN"], { environment, files }), "GIVEN");
  equal(await cookieOf(beamName, { environment, files }), "FROMFILE");
  equal(await cookieOf([], { environment, files }), undefined);
});

Deno.test("main() ends with 2 when --beam finds no Erlang cookie, and shows none", async () => {
  deepEqual(await faultsOf(...beamName), [
    "--beam: an Erlang cookie is needed, give --beam-cookie; there is no HOME to look in",
  ]);
  const environment = { HOME: "/home/me" };
  const missing = await run(beamName, { environment });
  equal(missing.code, 2);
  match(missing.stderr, /or put one into \/home\/me\/\.erlang\.cookie \(No such file\)/);
  const secret = "s3cret".repeat(100);
  const illegal = await run(beamName, {
    environment,
    files: { "/home/me/.erlang.cookie": secret },
  });
  equal(illegal.code, 2);
  match(illegal.stderr, /longer than the 255 characters/);
  equal(illegal.stderr.includes("s3cret"), false);
});
