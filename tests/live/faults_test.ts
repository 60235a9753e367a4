/**
 * What people do wrong with registries, and what registries do to people: a node that starts says it
 * in one sentence and ends with 4, one that runs says it once, goes on, and mends it by itself.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, assertNeverFalse, linesWith, shown } from "../integration/cluster.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { diskTest } from "../integration/disk.ts";
import type { SmallDisk } from "../integration/disk.ts";
import type { Program } from "../integration/process.ts";
import { run } from "../servers/program.ts";
import { postgresNeeds, PostgresServer } from "../servers/postgres_server.ts";
import { needingServer, whyMissing } from "../servers/server.ts";
import { bounds, contextOf, registryIn } from "./back_end.ts";
import type { Trouble } from "./back_end.ts";
import { backEnds } from "./back_ends.ts";
import { Figures } from "./figures.ts";
import { ServerCluster } from "./server_cluster.ts";

/** How long a start waits for its registry, and when it must have ended, in milliseconds. */
const startTimeout = ["--start-timeout", "1s"];
const endMs = 4_000;

/** How soon a node that runs has noticed, in milliseconds. */
const noticeMs = 5_000;

const figures = new Figures("Troubles of registries, measured and promised:");

for (const backEnd of backEnds()) {
  Deno.test({
    ...needingServer(`${backEnd.title}: what is wrong is told in one sentence`, backEnd.needs),
    fn: async (t) => {
      await using server = await backEnd.lend();
      await server.wipe();
      await using cluster = new ServerCluster(server);
      // Whoever may only read finds all that others have made.
      await leaveAgain(await startFirst(cluster));
      const ofStarts = server.troubles.filter(({ isForAll }) => !isForAll);
      await t.step(
        `${ofStarts.map(({ what }) => what).join(", ")}: each ends a start`,
        async () => {
          await Promise.all(
            ofStarts.map((trouble, at) => endStart(cluster, trouble, `n${at + 2}`)),
          );
        },
      );
      for (const trouble of server.troubles.filter(({ isForAll }) => isForAll)) {
        await t.step(`${trouble.what}: ends a start, and no node that runs`, async () => {
          await endureTrouble(backEnd.title, cluster, trouble);
        });
      }
      await cluster.assertNothingLeaked();
    },
  });
}

postgresDiskTest(
  "postgres: a full disk is told in one sentence, and ends a start",
  async (disk) => {
    await using server = await PostgresServer.create();
    const tables = `${disk.path}/tables`;
    await Deno.mkdir(tables);
    if (Deno.uid() === 0) await run("chown", ["-R", "postgres:", disk.path]);
    await server.query(`create tablespace small location '${tables}'`);
    await server.query("alter role postgres set default_tablespace = small");
    await disk.fill();
    const environment = registryIn(server.url());
    const open = (): Promise<Registry> => openRegistry(server.url(), contextOf());
    await using cluster = new ServerCluster({ environment, secrets: [], open });
    const node = cluster.start("n1@127.0.0.1", environment, ...startTimeout);
    await assertEndsWithSentence(node, "a full disk", /the disk of the server at \S+ is full/);
  },
);

async function startFirst(cluster: ServerCluster): Promise<Program> {
  const node = cluster.start("n1@127.0.0.1");
  await shown([node], allTrue(1), node.startedAt, 20_000);
  return node;
}

async function leaveAgain(node: Program): Promise<void> {
  node.kill("SIGTERM");
  assert.equal(await node.ended(), 143, node.text);
}

/** A node that starts in the trouble ends. */
async function endStart(cluster: ServerCluster, trouble: Trouble, user: string): Promise<void> {
  const environment = await trouble.begin();
  try {
    const node = cluster.start(`${user}@127.0.0.1`, environment, ...startTimeout);
    await assertEndsWithSentence(node, trouble.what, trouble.sentence);
  } finally {
    await trouble.end();
  }
}

/** One that runs does not, and says that once. */
async function endureTrouble(
  title: string,
  cluster: ServerCluster,
  trouble: Trouble,
): Promise<void> {
  const { what, sentence } = trouble;
  const first = await startFirst(cluster);
  const since = performance.now();
  const environment = await trouble.begin();
  try {
    const newcomer = cluster.start("n2@127.0.0.1", environment, ...startTimeout);
    await assertEndsWithSentence(newcomer, what, sentence);
    const isTold = (text: string): boolean => text.includes("[warning]") && sentence.test(text);
    await first.line(isTold, noticeMs, `it says: ${sentence}`, since);
  } finally {
    await trouble.end();
  }
  const mendedAt = performance.now();
  const isBack = (text: string): boolean =>
    text.includes(": The registry is available again after");
  const back = await first.line(isBack, bounds.backMs + 1000, "it is back", since);
  figures.note(`${title}: used again after ${what}`, back.at - mendedAt, bounds.backMs);
  const warnings = linesWith(first, "[warning]", since).map(({ text }) => text);
  assert.equal(warnings.length, 1, warnings.join("\n"));
  assertNeverFalse([first]);
  await leaveAgain(first);
}

async function assertEndsWithSentence(
  node: Program,
  what: string,
  sentence: RegExp,
): Promise<void> {
  assert.equal(await node.ended(), 4, node.text);
  const tookMs = performance.now() - node.startedAt;
  assert.ok(tookMs <= endMs, `the end of a start with ${what} took ${tookMs} ms`);
  const errors = linesWith(node, "[error]").map(({ text }) => text);
  assert.equal(errors.length, 1, node.text);
  assert.match(errors[0] ?? "", /The registry could not be used within the start timeout: Cannot /);
  assert.match(errors[0] ?? "", sentence);
  const told = node.printed("stderr");
  // Deno 2.4 complains about what the PostgreSQL driver does.
  assert.equal(told.replace(/^\(node:\d+\) \[DEP0181\] .*\n/m, ""), `${errors[0]}\n`);
}

/**
 * A test with a small disk and PostgreSQL. A disk that fills up under rows that are there costs
 * nothing, as they move within their pages; one without room for the journal ends the server.
 */
function postgresDiskTest(name: string, fn: (disk: SmallDisk) => Promise<void>): void {
  if (whyMissing(postgresNeeds) === undefined) return diskTest(name, 256, fn);
  Deno.test({ ...needingServer(name, postgresNeeds), fn: () => {} });
}
