/**
 * The packages of npm, with npx on a machine with nothing but Node.
 *
 * @module
 */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { allTrue, statusOf } from "../integration/cluster.ts";
import { eventually } from "../integration/process.ts";
import type { Program } from "../integration/process.ts";
import { hasTmux, Terminal } from "../processes/terminal.ts";
import { assertFailed, NodeMachine, NpmRegistry } from "./node_machine.ts";
import { made, output, packageTest } from "./packages.ts";

const wants = {
  packages: ["main", "platform"],
  programs: { node: ["--version"], npx: ["--version"] },
} as const;

/** Five nodes that keep to the machine. */
function localFive(machine: NodeMachine): string[] {
  return ["local", "5", "--registry", `file://${machine.home}/registry`, "--log-file", "none"];
}

/** True if nothing of the machine runs any more, and all nodes have left. */
function isOver(machine: NodeMachine): boolean {
  const rows = [...Deno.readDirSync(`${machine.home}/registry`)].filter(({ isFile }) => isFile);
  return machine.processes().length === 0 && rows.length === 0;
}

await packageTest(
  "npx with the platform's package as a file, no registry: five nodes, exit code, signals",
  { ...wants, otherwise: () => Promise.resolve(hasTmux ? undefined : "tmux is not installed") },
  async (test) => {
    const file = `./${basename(made("platform"))}`;
    await using machine = await NodeMachine.create(made("platform"));
    const words = ["npx", "--yes", file, ...localFive(machine)];

    await test.step("local 5 sees five; a signal to all of them lets them leave", async () => {
      const program = machine.start(...words);
      const seesFive = (text: string): boolean => {
        const status = statusOf(text.replace(/^\S+ \| /, ""));
        return status !== undefined && allTrue(5).holds(status);
      };
      await program.line(seesFive, 60_000, "a status line with five");
      Deno.kill(-program.pid, "SIGINT");
      assert.equal(await program.ended(), 130);
      assert.equal(program.lines.filter(({ text }) => / has stopped after /.test(text)).length, 5);
      assert.equal(isOver(machine), true);
    });

    await test.step("the exit code of a command that fails", async () => {
      assertFailed(await machine.run("npx", "--yes", file, "ping"), 2, /<name> is missing/);
    });

    await test.step("Ctrl-C in a terminal", async () => {
      await using terminal = new Terminal(`${machine.home}/tmux`);
      await terminal.run(...machine.env, ...words);
      const alive = async (): Promise<boolean> =>
        (await terminal.screen()).startsWith("5 of 5 alive\n");
      await eventually(alive, 60_000, "five nodes on the screen").catch(async (error) => {
        assert.fail(`${error.message}\n${await terminal.screen()}`);
      });
      await terminal.press("C-c");
      await eventually(async () => !await terminal.isOpen(), 20_000, "npx ends");
      assert.equal(isOver(machine), true);
    });
  },
);

await packageTest("npx gets the package of the platform from the registry", wants, async () => {
  await using registry = await NpmRegistry.of(made("main"), made("platform"));
  await using machine = await NodeMachine.create();
  machine.registry = registry.url;
  const { code, stdout, stderr } = await machine.run("npx", "--yes", "clusternode", "--version");
  assert.equal(code, 0, stderr);
  const name = basename(made("main"), ".tgz");
  assert.equal(stdout.split(" ").slice(0, 2).join("-"), name);
  assertFailed(await machine.run("npx", "clusternode", "ping"), 2, /<name> is missing/);
});

await packageTest(
  "npx works with both packages as files, and without a registry",
  wants,
  async () => {
    const files = [made("main"), made("platform")];
    await using machine = await NodeMachine.create(...files);
    const packages = files.map((file) => `--package=./${basename(file)}`);
    const result = await machine.run("npx", "--yes", ...packages, "clusternode", "ping");
    assertFailed(result, 2, /<name> is missing/);
  },
);

await packageTest(
  "the launcher tells of a package of the platform that is missing",
  wants,
  async () => {
    await using registry = await NpmRegistry.of(made("main"));
    await using machine = await NodeMachine.create();
    machine.registry = registry.url;
    const unpublished = await machine.run("npx", "--yes", "clusternode", "--version");
    const file = basename(made("platform")).replaceAll(".", "\\.");
    assertFailed(unpublished, 1, new RegExp(`is not installed\\. .*: npx \\./${file}\n$`));

    await output("tar", "-xzf", made("main"), "-C", machine.home);
    const launcher = `${machine.home}/package/bin/clusternode.js`;
    const elsewhere = `Object.defineProperty(process, "platform", { value: "sunos" });`;
    await Deno.writeTextFile(`${machine.home}/sunos.cjs`, elsewhere);
    const { stderr, code } = await machine.run("node", "--require=./sunos.cjs", launcher);
    assert.match(
      stderr,
      /^clusternode: Cannot start as there is no package for sunos-\w+, only for /,
    );
    assert.equal(code, 1);
  },
);

await packageTest("the launcher passes on a signal, and how the program ended", wants, async () => {
  await using machine = await NodeMachine.create();
  await output("tar", "-xzf", made("platform"), "-C", machine.home);
  const launcher = `${machine.home}/package/bin/clusternode.js`;
  const registry = `file://${machine.home}/registry`;
  const options = ["--name", "n1@127.0.0.1", "--registry", registry, "--log-file", "none"];
  const start = (): Program => machine.start("node", launcher, "start", ...options);
  const isUp = (text: string): boolean => statusOf(text) !== undefined;

  const asked = start();
  await asked.line(isUp, 20_000, "a status line");
  asked.kill("SIGTERM");
  assert.equal(await asked.ended(), 143);
  assert.match(asked.text, /has stopped after .*SIGTERM has come/);
  assert.equal(isOver(machine), true);

  const killed = start();
  await killed.line(isUp, 20_000, "a status line");
  const [pid] = machine.processes();
  Deno.kill(pid ?? assert.fail("no node"), "SIGKILL");
  assert.equal(await killed.ended(), 128 + 9);
});
