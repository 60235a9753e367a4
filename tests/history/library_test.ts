/**
 * The history of a node that runs inside another program.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { startNode } from "../../lib/mod.ts";
import { decodeLine } from "../../lib/history/remembered.ts";
import { needing } from "../permissions.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const needed = ["read", "write", "sys", "net", "env"] as const;

Deno.test({
  ...needing("startNode({ history }) remembers its start, what it sees, and its end", ...needed),
  async fn() {
    await using folder = new TemporaryFolder();
    const historyFile = `${folder.path}/mine.jsonl`;
    const options = { registry: "memory:history", listen: "127.0.0.1:0" };
    await using _other = await startNode({ ...options, name: "n2@127.0.0.1" });
    const name = "n1@127.0.0.1";
    const node = await startNode({ ...options, name, history: "2h", historyFile });
    await node.waitFor({ members: 2 }, { timeout: "10s" });
    await node.leave();
    const lines = (await Deno.readTextFile(historyFile)).trim().split("\n").map(decodeLine);
    deepEqual(lines.map((line) => line?.event.kind), ["started", "joined", "stopped"]);
    equal(new Set(lines.map((line) => line?.run)).size, 1);
    const end = lines.at(-1)?.event;
    equal(end?.kind === "stopped" && end.reason, "its program asked it to");
  },
});

Deno.test({
  ...needing(
    "startNode({ history }) without a place for the file says so, and remembers",
    ...needed,
  ),
  async fn() {
    const warnings: string[] = [];
    const ignore = (): void => {};
    const warning = (message: string): void => void warnings.push(message);
    const log = { debug: ignore, info: ignore, warning, error: ignore };
    const options = { registry: "memory:unplaced", name: "n1@127.0.0.1", listen: "127.0.0.1:0" };
    await using _node = await startNode({ ...options, log, history: 3_600_000 });
    equal(warnings.length, 1);
    match(warnings[0] ?? "", /^The history is in memory only: without a log file, say where/);
  },
});
