/**
 * The commands in docs/deploying/docker.md work as they are written there.
 *
 * Blocks behind `<!-- run: … -->` are run in their order, as a reader does. The comment says who must
 * see how many afterwards, all of them true.
 */
import assert from "node:assert/strict";
import { allTrue, linesPass, shown } from "../integration/cluster.ts";
import { permitted } from "../permissions.ts";
import { chapter, markedRuns } from "../docs/markdown.ts";
import { readSource } from "../docs/source_files.ts";
import { Container } from "./container.ts";
import { attempt, containersTest, docker, freshName, hasImage, output } from "./engine.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const page = permitted("read") ? readSource("docs/deploying/docker.md") : "";

/**
 * Stands in front of each block. A reader waits a moment before asking a node that has only been
 * started; here the same command is given again, for at most 20 s.
 */
const preamble = `
set -euo pipefail
docker() {
  case "$*" in
    *exec*) local deadline=$((SECONDS + 20))
      until command docker "$@"; do ((SECONDS < deadline)) || return 1; done ;;
    *) command docker "$@" ;;
  esac
}
`;

/** What containers, networks and volumes there are, by name. */
async function inventory(): Promise<string[]> {
  const lists = await Promise.all([
    docker("ps", "--all", "--format", "container {{.Names}}"),
    docker("network", "ls", "--format", "network {{.Name}}"),
    docker("volume", "ls", "--format", "volume {{.Name}}"),
  ]);
  return lists.flatMap((list) => list.split("\n")).filter(Boolean).sort();
}

/** A folder with all that the commands are given in: what a clone of the project holds. */
async function clone(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  const copied = ["Dockerfile", "compose.yaml", "deno.json", "deno.lock", "main.ts", "docs", "lib"];
  await output("cp", ["-r", ...copied, "scripts", ".dockerignore", folder.path]);
  return folder;
}

/** Where containers reach their machine: the gateway of the engine's own network. */
async function machineAddress(): Promise<string> {
  const config = "{{json (index .IPAM.Config 0)}}";
  const { Gateway: gateway, Subnet: subnet = "" } = JSON.parse(
    await docker("network", "inspect", "bridge", "--format", config),
  ) as { Gateway?: string; Subnet?: string };
  // An engine that has been started for the first time does not name it: it is the first address.
  return gateway || subnet.replace(/\.0\/\d+$/, ".1");
}

/** Runs the marked blocks of a chapter, the last of which takes away what they have made. */
async function follow(test: Deno.TestContext, title: string): Promise<void> {
  const runs = markedRuns(chapter(page, title));
  assert.ok(runs.length > 1, `${title} has blocks that are run`);
  assert.equal(runs.at(-1)?.expected, "nothing is left");
  await using folder = await clone();
  const project = freshName();
  const host = await machineAddress();
  const run = (block: string): Promise<string> =>
    output("env", [
      ...["--chdir", folder.path, `HOST=${host}`, `COMPOSE_PROJECT_NAME=${project}`],
      ...["bash", "-c", `${preamble}${block}`],
    ]);
  const before = await inventory();
  try {
    for (const { expected, block } of runs) {
      await test.step(`${title}: ${expected}`, async () => {
        await run(block);
        await assertSeen(expected, project);
      });
    }
    assert.deepEqual(await made(before, project), []);
  } finally {
    for (const thing of (await made(before, project)).sort()) {
      const [kind = "", name = ""] = thing.split(" ");
      await attempt("docker", [kind, "rm", ...kind === "network" ? [] : ["--force"], name]);
    }
  }
}

/** What this test has made and not removed; others may use the engine at the same time. */
async function made(before: readonly string[], project: string): Promise<string[]> {
  const own = new RegExp(` (node\\d|pulse\\d?|${project}\\b.*)$`);
  return (await inventory()).filter((thing) => own.test(thing) && !before.includes(thing));
}

/** Checks `node1 node2 see 2`: both of them list two members, all true. */
async function assertSeen(expected: string, project: string): Promise<void> {
  if (expected === "nothing is left") return;
  const [, who = "", count = ""] = /^(.+) sees? (\d+)$/.exec(expected) ?? assert.fail(expected);
  const names = who === "compose"
    ? [
      "ps",
      "--quiet",
      "--filter",
      `label=com.docker.compose.project=${project}`,
      "--filter",
      "label=com.docker.compose.service=node",
    ]
    : undefined;
  const ids = names === undefined ? who.split(" ") : (await docker(...names)).split("\n");
  if (names !== undefined) assert.equal(ids.length, Number(count));
  // Only reads along: what was started is removed as the reader removes it.
  const logs = ids.map((id) => new Container(id).log);
  try {
    await shown(logs, allTrue(Number(count)), performance.now(), 20_000);
    await linesPass(logs, 2);
  } finally {
    for (const log of logs) await log[Symbol.asyncDispose]();
  }
}

containersTest("the commands for containers work as documented", (test) => follow(test, "By hand"));

containersTest(
  "a service in a container of its own works as documented",
  (test) => follow(test, "Your service in a container"),
);

const database = "the commands for containers with a database work as documented";
if (permitted("run") && hasImage("clusternode") && !hasImage("redis:8-alpine")) {
  Deno.test({ name: `${database} (skipped: no image redis:8-alpine)`, ignore: true, fn() {} });
} else {
  containersTest(database, (test) => follow(test, "With a database"));
}
