/**
 * How long a leaving node tries to take its row along.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DirectoryLayout } from "../../lib/registry/directory/directory_layout.ts";
import { Cluster, linesPass, linesWith } from "../integration/cluster.ts";
import { processTest } from "../integration/process.ts";

const name = "n1@127.0.0.1";

/** Takes the lock of the row of {@linkcode name}, as a process that is held up in the middle does. */
async function lockRow(cluster: Cluster): Promise<Deno.FsFile> {
  const { locks } = new DirectoryLayout(cluster.registry, "default", "inside");
  const file = await Deno.open(`${locks}/${name}`, { read: true, write: true, create: true });
  await file.lock(true);
  return file;
}

processTest("a leaving node waits for its row for some seconds", async () => {
  await using cluster = new Cluster();
  const [leaver, other] = await cluster.startMany(2, "--leave-timeout", "60s", "--status", "every");
  assert.ok(leaver && other);
  {
    using _lock = await lockRow(cluster);
    leaver.kill("SIGTERM");
    await linesPass([other], 4);
    assert.ok(leaver.isRunning);
  }
  assert.equal(await leaver.ended(60_000), 143);
  assert.deepEqual(cluster.files(), ["n2@127.0.0.1"]);
});

processTest("a leaving node names the row that it has to leave behind", async () => {
  await using cluster = new Cluster();
  const [leaver] = await cluster.startMany(1, "--leave-timeout", "500ms");
  assert.ok(leaver);
  using _lock = await lockRow(cluster);
  leaver.kill("SIGTERM");
  assert.equal(await leaver.ended(), 143);
  const told = linesWith(leaver, `[warning] ${name}: The row of ${name} stays in the registry: `);
  assert.equal(told.length, 1, leaver.text);
});
