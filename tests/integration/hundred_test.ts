/**
 * A hundred real nodes on one machine, as the binary: from source, each costs too much for that. They
 * are watched for five minutes, and it takes more than two processors to start them one after another:
 * so it is tried only with `CLUSTERNODE_LONG=1`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing, permitted } from "../permissions.ts";
import { Cluster, namesOf, within } from "./cluster.ts";
import { allLeave, allShownTrue, failureKnown, startInTurns, stayTrue } from "./many_nodes.ts";
import { isCompiled } from "./process.ts";
import type { Program } from "./process.ts";

const count = 100;
const isLong = permitted("env") && Deno.env.get("CLUSTERNODE_LONG") === "1";
const watchedMinutes = 5;

const title = "a hundred nodes stay true, see one die and one freeze, and leave no row behind";
const canRun = isLong && permitted("env") && isCompiled();
const needed = needing(title, "read", "write", "run", "env", "net", "sys");
Deno.test({
  name: canRun ? needed.name : `${needed.name} (needs CLUSTERNODE_BINARY and CLUSTERNODE_LONG=1)`,
  ignore: needed.ignore || !canRun,
  async fn() {
    await using cluster = new Cluster();
    const nodes = await startInTurns(cluster, count);
    const last = nodes.at(-1) as Program;
    await allShownTrue(nodes, count, last.startedAt, 30_000);
    await stayTrue(nodes, 60 * watchedMinutes);
    const names = namesOf(count);
    const [killed, frozen] = [names[36] as string, names[60] as string];
    const inMiddle = nodes.toSpliced(36, 1);
    const others = inMiddle.toSpliced(59, 1);

    const killedAt = performance.now();
    nodes[36]?.kill("SIGKILL");
    within("a kill, known by all", await failureKnown(inMiddle, killed, killedAt), 1000);

    const frozenAt = performance.now();
    nodes[60]?.kill("SIGSTOP");
    within("a freeze, known by all", await failureKnown(others, frozen, frozenAt), 6000);
    nodes[60]?.kill("SIGCONT");

    // A row of the dead stays for minutes, as they may come back.
    const { code, stderr } = await cluster.command("forget", killed);
    assert.equal(code, 0, stderr);
    await allShownTrue(inMiddle, count - 1, performance.now(), 30_000);
    await allLeave(cluster, inMiddle);
  },
});
