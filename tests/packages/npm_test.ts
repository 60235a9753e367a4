/**
 * The packages of npm, with npx on a machine with nothing but Node.
 *
 * @module
 */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { allTrue, statusOf } from "../integration/cluster.ts";
import { eventually, Program } from "../integration/process.ts";
import { hasTmux, Terminal } from "../processes/terminal.ts";
import { assertFailed, NodeMachine, NpmRegistry } from "./node_machine.ts";
import { made, packageTest } from "./packages.ts";

const wants = {
  packages: ["main", "platform"],
  programs: { node: ["--version"], npx: ["--version"] },
} as const;

/** Five nodes that keep to the machine. */
const localFive = [
  ...["local", "5", "--registry", "file:///proc/self/cwd/registry"],
  ...["--log-file", "none"],
];

await packageTest(
  "npx with the package of the platform as a file runs five nodes, passes on exit code and Ctrl-C",
  wants,
  async (test) => {
    const file = `./${basename(made("platform"))}`;
    await using machine = await NodeMachine.create(made("platform"));
    await test.step("local 5 sees five", async () => {
      const words = ["npx", "--yes", file, ...localFive];
      await using program = new Program("env", [...machine.words, "setsid", ...words]);
      const seesFive = (text: string): boolean => {
        const status = statusOf(text.replace(/^.*? \| /, ""));
        return status !== undefined && allTrue(5).holds(status);
      };
      await program.line(seesFive, 60_000, "a status line with five");
      program.kill("SIGTERM");
      await program.ended();
      await eventually(() => machine.processes().length === 0, 20_000, "all nodes have ended");
    });
    await test.step("the exit code of a command that fails", async () => {
      assertFailed(await machine.run("npx", "--yes", file, "ping"), 2, /<name> is missing/);
    });
  },
);
