/**
 * Real nodes with every kind of registry: they find each other, see each other die and return, go on
 * without it, and mend it when it is back.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  assertNeverFalse,
  linesPass,
  linesWith,
  namesOf,
  shown,
  showsDead,
} from "../integration/cluster.ts";
import { isCompiled } from "../integration/process.ts";
import type { Program } from "../integration/process.ts";
import { needing } from "../permissions.ts";
import { needingServer } from "../servers/server.ts";
import { swiftNeeds } from "../servers/swift_server.ts";
import { bounds } from "./back_end.ts";
import type { BackEnd, NodeServer } from "./back_end.ts";
import { backEnds } from "./back_ends.ts";
import { Figures } from "./figures.ts";
import { ServerCluster } from "./server_cluster.ts";

/** How many nodes there are. */
const count = 5;

/** How many status lines a node writes while its registry is away: one a second. */
const linesAway = 20;

/** How soon a killed node is shown as dead, in milliseconds. */
const deathMs = 1_000;

/** A node that runs for longer is not young any more, in milliseconds. */
const youngMs = 11_000;

/** What no node may say while all of them live, as part of a line. */
const wrongWords =
  /: false|\[error\]| is (suspected|unreachable|down)| left:| was (replaced|forgotten)|isolated/;

const figures = new Figures("Five nodes, measured and promised:");

const all = backEnds();

/** Those that are away at the same time. */
const awayTogether = [["directory", "postgres", "redis"], ["etcd", "swift", "s3 with conditions"]];

for (const backEnd of all) {
  Deno.test({
    ...needingServer(
      `${backEnd.title}: five nodes meet, and see a death and a loss`,
      backEnd.needs,
    ),
    fn: async (t) => {
      await using server = await backEnd.lend();
      await server.wipe();
      await using cluster = new ServerCluster(server);
      const steps: [string, () => Promise<void>][] = [
        ["five fresh nodes show each other", () => meet(backEnd, cluster)],
        [
          "a killed one is false within 1 s, and true again when it is back",
          () => dieAndReturn(backEnd, cluster),
        ],
        [
          "rows that are lost are written again, and nobody minds",
          () => lose(backEnd, cluster, server),
        ],
        ["nothing that is said holds a secret", () => sayAll(cluster)],
      ];
      for (const [what, work] of steps) {
        // What follows a failure would fail of it, too.
        if (!await t.step(what, work)) return;
      }
    },
  });
}

for (const titles of awayTogether) {
  Deno.test({
    ...needing(`nodes go on without ${titles.join(", ")}`, ...swiftNeeds.permissions),
    fn: async (t) => {
      const inTurn = oneAtATime();
      const steps = titles.map((title) => {
        const backEnd = all.find((other) => other.title === title) ?? assert.fail();
        return t.step({
          ...needingServer(`${title} is away for ${linesAway} s`, backEnd.needs),
          fn: async () => await goOnWithout(backEnd, inTurn),
          // Steps that run together cannot be told apart by what they open.
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
        });
      });
      const successes = await Promise.all(steps);
      assert.ok(successes.length > 0);
    },
  });
}

async function meet(backEnd: BackEnd, cluster: ServerCluster): Promise<void> {
  // All but one at once, so that they are in each other's way; the last one when they have begun, as
  // five that begin at once on one machine would show how quick that is.
  const early = cluster.startMany(count - 1);
  await Promise.all(early.map((node) => node.until(() => node.lines.length > 0, 20_000, "a line")));
  const last = cluster.start(namesOf(count).at(-1) ?? "");
  const { nodes } = cluster;
  const mostMs = bounds.meetMs * startSlack();
  const tookMs = await shown(nodes, allTrue(count), last.startedAt, mostMs);
  figures.note(`${backEnd.title}: all show all after the last start`, tookMs, mostMs);
  assertNeverFalse(nodes);
  assert.deepEqual((await cluster.rows()).map(({ row }) => row.name), namesOf(count));
}

async function dieAndReturn(backEnd: BackEnd, cluster: ServerCluster): Promise<void> {
  const { title, returnSlack = 1 } = backEnd;
  const killedAt = performance.now();
  await cluster.kill(cluster.nodes[2] as Program);
  const deadMs = await shown(cluster.nodes, showsDead("n3@127.0.0.1"), killedAt, deathMs);
  figures.note(`${title}: a killed one is false`, deadMs, deathMs);
  const next = cluster.start("n3@127.0.0.1");
  const mostMs = bounds.returnMs * returnSlack * startSlack();
  const backMs = await shown(cluster.nodes, allTrue(count), next.startedAt, mostMs);
  figures.note(`${title}: it is back after its start`, backMs, mostMs);
  const rows = await cluster.rows();
  assert.deepEqual(rows.map(({ row }) => row.name), namesOf(count));
}

/**
 * What is promised is promised of the binary: from source, hundreds of modules come before a start.
 */
function startSlack(): number {
  return isCompiled() ? 1 : 2;
}

async function lose({ title }: BackEnd, cluster: ServerCluster, server: NodeServer): Promise<void> {
  const { nodes } = cluster;
  // What was told of the last death may still be on its way.
  await linesPass(nodes, 2);
  await using registry = await server.open();
  if (registry.paceMs > 0) {
    // Young nodes look more often than they will for the rest of their lives.
    const isOld = (): boolean => performance.now() - (nodes.at(-1)?.startedAt ?? 0) > youngMs;
    await nodes[0]?.until(isOld, 2 * youngMs, "all are old");
  }
  const before = await cluster.rows();
  const since = performance.now();
  await server.wipe();
  const wipedAt = performance.now();
  await cluster.rowsAreNew(namesOf(count), before, bounds.backMs);
  figures.note(`${title}: rows back after a loss`, performance.now() - wipedAt, bounds.backMs);
  await linesPass(nodes, 2);
  assertNothingWrong(nodes, since);
}

/** Lets nodes and commands tell all that they can, and looks for secrets in it. */
async function sayAll(cluster: ServerCluster): Promise<void> {
  const questions = ["members", "members --json", "explain n1", "explain n1 --json", "events"];
  const answers = await Promise.all(questions.map((words) => cluster.command(...words.split(" "))));
  for (const { code, stdout, stderr } of answers) {
    assert.equal(code, 0, stderr);
    // Of itself the node that is asked has no events to tell.
    assert.match(stdout, /n\d@127\.0\.0\.1/);
  }
  // The doctor finds fault with much on a machine of tests; here only its words matter.
  assert.match((await cluster.command("doctor")).stdout, /registry/i);
  assert.match((await cluster.command("start", "--help")).stdout, /--registry/);
  await cluster.assertNothingLeaked();
}

/** A server that is away for a while costs the nodes one warning, and nothing else. */
async function goOnWithout(backEnd: BackEnd, inTurn: KeyedMutex): Promise<void> {
  await using server = await backEnd.lend();
  await using cluster = new ServerCluster(server);
  // A start is dear; that of many is not to be the trouble of those who are without a registry.
  await inTurn(async () => {
    await server.wipe();
    const nodes = cluster.startMany(count);
    await shown(nodes, allTrue(count), performance.now(), 20_000);
    await linesPass(nodes, 1);
  });
  const { nodes } = cluster;
  const before = await cluster.rows();
  const since = performance.now();
  await server.stop();
  try {
    await linesPass(nodes, linesAway);
  } finally {
    await server.start();
  }
  const servesAt = performance.now();
  await cluster.rowsAreNew(namesOf(count), before, bounds.backMs);
  const tookMs = performance.now() - servesAt;
  figures.note(`${backEnd.title}: rows back after ${linesAway} s away`, tookMs, bounds.backMs);
  const isBack = (text: string): boolean =>
    text.includes(": The registry is available again after");
  await Promise.all(nodes.map((node) => node.line(isBack, 10_000, "it is back", since)));
  await linesPass(nodes, 2);
  for (const node of nodes) {
    const warnings = linesWith(node, "[warning]", since).map(({ text }) => text);
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0] ?? "", /Registry unavailable \(.*\); continuing with pings only/);
    assert.equal(linesWith(node, "The registry is available again", since).length, 1);
  }
  assertNothingWrong(nodes, since);
  await cluster.assertNothingLeaked();
}

/** Does what it is given, one after the other. */
type KeyedMutex = (work: () => Promise<void>) => Promise<void>;

function oneAtATime(): KeyedMutex {
  let last = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}

/** Fails if a node has said since `since` that anything had happened to another one. */
function assertNothingWrong(nodes: readonly Program[], since: number): void {
  assertNeverFalse(nodes, since);
  for (const node of nodes) {
    const wrong = node.lines.filter(({ at, text }) => at >= since && wrongWords.test(text));
    assert.deepEqual(wrong.map(({ text }) => text), []);
  }
}
