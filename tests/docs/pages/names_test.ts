/**
 * Commands, flags and variables that documents name are those of the program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { commandEntries } from "../../../lib/cli/parse/command_table.ts";
import { allFlagsOf } from "../../../lib/cli/parse/flags.ts";
import { optionEntries } from "../../../lib/options/option_table.ts";
import { variablesOfService, variablesRead } from "../../../scripts/reference/surroundings.ts";
import { needing } from "../../permissions.ts";
import { filesBelow, readSource } from "../source_files.ts";
import { callsIn, programCalls } from "./program_calls.ts";

/** Flags of other programs that stand in a text by themselves, and of which. */
const foreign: Readonly<Record<string, string>> = {
  "--allow-all": "deno",
  "--core": "scripts/swarm.ts",
  "--create-bucket-configuration": "aws",
  "--network": "docker",
  "--publish": "docker",
  "--read-only": "docker",
  "--scale": "docker compose",
  "--time": "docker stop",
};

const named = commandEntries.flatMap(([name, entry]) => [
  [name, name] as const,
  ...(entry.aliases ?? []).map((alias) => [alias, name] as const),
]);
const commands = new Map<string, (typeof named)[number][1]>(named);
const allFlags = new Set<string>(
  commandEntries.flatMap(([name]) =>
    allFlagsOf(name).flatMap(({ flag, short }) => [flag, short ?? flag])
  ),
);

/** What is wrong with a call, as sentences. */
function faultsOf(words: readonly string[]): string[] {
  const [first = "start"] = words;
  if (first === "help") {
    const [, topic = "options"] = words;
    return topic === "options" || commands.has(topic) ? [] : [`there is no help on ${topic}`];
  }
  // Without a command, `start` is meant; its words are addresses.
  const command = first.startsWith("-") ? "start" : commands.get(first);
  if (command === undefined) return [`${first} is no command`];
  const flags = new Set(allFlagsOf(command).flatMap(({ flag, short }) => [flag, short ?? flag]));
  return words.map((word) => word.split("=")[0] ?? "")
    .filter((word) => /^--?[a-zA-Z]/.test(word) && !flags.has(word as `--${string}`))
    .map((flag) => `${command} has no ${flag}`);
}

/** Documents for those who use the program, and those of its developers. */
function documents(): string[] {
  const other = filesBelow("").filter((path) => /^(docs|\.github)\/.*\.md$/.test(path));
  return ["README.md", ...other];
}

Deno.test("callsIn() finds calls of the program, and no containers of its name", () => {
  const found = (line: string): string[] => callsIn(line).map(({ text }) => text);
  assert.deepEqual(found("clusternode wait --members 3 && ./x"), ["clusternode wait --members 3"]);
  assert.deepEqual(found("docker run --name clusternode -d clusternode start --name a"), [
    "clusternode start --name a",
  ]);
  assert.deepEqual(found("docker exec node1 /clusternode members # all"), ["clusternode members"]);
  assert.deepEqual(found("x=$(clusternode keygen) y"), ["clusternode keygen"]);
  assert.deepEqual(found("clusternode start --port 1 -- sh --flag"), [
    "clusternode start --port 1",
  ]);
  assert.deepEqual(found("deno task local 5 --plain"), ["clusternode local 5 --plain"]);
  assert.deepEqual(found("kubectl create secret generic clusternode --from-env-file=x"), []);
  assert.deepEqual(found("COPY --from=clusternode /clusternode /usr/local/bin/"), []);
  assert.deepEqual(found("docker build --tag clusternode ."), []);
});

Deno.test("faultsOf() finds commands and flags that do not exist", () => {
  assert.deepEqual(faultsOf(["members", "--watch"]), []);
  assert.deepEqual(faultsOf(["--version"]), []);
  assert.deepEqual(faultsOf(["members", "--wacht"]), ["members has no --wacht"]);
  assert.deepEqual(faultsOf(["membres"]), ["membres is no command"]);
  assert.deepEqual(faultsOf(["keygen", "--name", "a"]), ["keygen has no --name"]);
  assert.deepEqual(faultsOf(["help", "nothing"]), ["there is no help on nothing"]);
});

Deno.test({
  ...needing("documents call the program by commands and flags that it has", "read"),
  fn() {
    const calls = documents().flatMap((path) =>
      programCalls(readSource(path)).map(({ words, text }) => ({ words, text: `${path}: ${text}` }))
    );
    assert.ok(calls.length > 150, `only ${calls.length} calls were found`);
    const faults = calls.flatMap(({ words, text }) =>
      faultsOf(words).map((fault) => `${text}: ${fault}`)
    );
    assert.deepEqual(faults, []);
  },
});

Deno.test({
  ...needing("flags that stand in a text by themselves are the program's", "read"),
  fn() {
    const found = documents().flatMap((path) => {
      const prose = readSource(path).replace(/^```[^]*?^```$/gm, "");
      return [...prose.matchAll(/`(--[a-z][\w-]*)[^`]*`/g)].map(([, flag = ""]) => [path, flag]);
    });
    assert.ok(found.length > 200, `only ${found.length} were found`);
    const unknown = found.filter(([, flag = ""]) => !allFlags.has(flag) && !(flag in foreign));
    assert.deepEqual(unknown, []);
    const unused = Object.keys(foreign).filter((flag) => !found.some(([, one]) => one === flag));
    assert.deepEqual(unused, [], "foreign flags that no document names any more");
  },
});

Deno.test({
  ...needing("variables that documents name are read by the program, or set by it", "read"),
  fn() {
    const known = new Set<string>([
      ...optionEntries.map(([, { variable }]) => variable),
      ...[...variablesRead, ...variablesOfService].flatMap(([names]) => names),
    ]);
    const pages = documents().filter((path) => !path.startsWith(".github/"));
    const found = pages.flatMap((path) =>
      [...readSource(path).matchAll(/\b(CLUSTERNODE|AWS|PG)_?[A-Z][A-Z_]+\b/g)]
        .map(([name]) => `${path}: ${name}`)
    );
    assert.ok(found.length > 60, `only ${found.length} were found`);
    assert.deepEqual(found.filter((one) => !known.has(one.slice(one.indexOf(": ") + 2))), []);
  },
});
