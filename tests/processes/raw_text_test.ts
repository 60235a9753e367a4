/**
 * What members and rows say is shown by every command, and obeyed by no terminal.
 *
 * @module
 */
import assert from "node:assert/strict";
import { decodeRequest } from "../../lib/protocol/message.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { encodeRow } from "../../lib/core/members/row.ts";
import { Cluster } from "../integration/cluster.ts";
import { processTest } from "../integration/process.ts";
import { rowOf } from "../registry/rows.ts";
import { bytes, cookie, openNode } from "../transport/fixtures.ts";
import type { TestNode } from "../transport/fixtures.ts";

/** KeyedMutex the terminal red in three ways, reverses what follows, and writes a line of its own. */
const hostile = "a\x1b[31mb\x9b31mc\u202ed\u2067e\u200ff\u2028\x7f\r\nFORGED";

const name = "evil@127.0.0.1" as NodeName;
const view = {
  ...{ name, kind: "node", instance: "e".repeat(32), incarnation: 0, status: "down", self: false },
  ...{ linkWorks: false, forMs: 0, reason: hostile, flapping: false, startedAt: hostile },
  ...{ addresses: [], tags: {}, software: hostile },
};
const explanation = {
  ...{ name, kind: "node", status: "down", verdict: hostile, accusers: [], votesNeeded: 1 },
  ...{
    watched: true,
    pings: [],
    timeoutMs: 1,
    heartbeat: "moving",
    registryWorks: true,
    localHealth: 0,
  },
  ...{ isolated: false, failures: 0, incarnation: 0, wouldChange: [hostile] },
};

/** The answers of a member that wants to be obeyed. */
const answers: Readonly<Record<string, unknown>> = {
  ping: { kind: "pong" },
  members: { kind: "members", members: [view], more: false },
  links: { kind: "links", links: [], more: false },
  explain: { kind: "explain", explanation },
  health: { kind: "health", healthy: false, reason: hostile },
  forget: { kind: "refused", reason: hostile },
};

/** A member with the right cookie, in the registry of `cluster`. */
async function openHostile(cluster: Cluster): Promise<TestNode> {
  const node = await openNode({
    name,
    onRequest: (_from, body, answer) => {
      const request = decodeRequest(body);
      if (request?.kind === "events") {
        const event = {
          number: 1,
          agoMs: 1000,
          kind: "failed",
          ...{ name, instance: node.hello.instance, incarnation: 0 },
          status: "down",
          reason: hostile,
        };
        const more = false;
        return answer(bytes(JSON.stringify({ kind: "events", events: [event], next: 2, more })));
      }
      answer(bytes(JSON.stringify(answers[request?.kind ?? ""])));
    },
  });
  const { instance } = node.hello;
  const { addresses } = node.target;
  await write(cluster, name, encodeRow(rowOf(name, 1, { instance, addresses })));
  return node;
}

async function write(cluster: Cluster, file: string, text: string): Promise<void> {
  await Deno.mkdir(cluster.registry, { recursive: true });
  await Deno.writeTextFile(`${cluster.registry}/${file}`, text);
}

// deno-lint-ignore no-control-regex
const obeyed = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

processTest("no command writes raw what a member or a row says", async () => {
  await using cluster = new Cluster();
  await using _node = await openHostile(cluster);
  const legal = rowOf("n7@10.0.0.7", 1, { software: hostile, startedAt: hostile });
  await write(cluster, "n7@10.0.0.7", encodeRow(legal));
  await write(cluster, "n8@10.0.0.8", encodeRow({ ...legal, tags: { "a\u202e": hostile } }));
  await write(cluster, `no\u202erow\x1b[31m`, hostile);
  const commands = [
    ...["members", "explain n7", "events", "matrix", "doctor"].flatMap((
      one,
    ) => [one, `${one} --json`]),
    ...["health", "forget n7", "ping evil -c 1", "ping nobody"],
  ];
  const results = [];
  for (const command of commands) {
    const { stdout, stderr } = await cluster.command(...command.split(" "), "--cookie", cookie);
    results.push({ command, stdout, stderr });
  }
  for (const { command, stdout, stderr } of results) {
    const said = `${command}:\n${stdout}${stderr}`;
    assert.ok(!obeyed.test(stdout + stderr), JSON.stringify(said));
    assert.ok(!/^FORGED/m.test(stdout + stderr), said);
    if (command.endsWith("--json")) stdout.trim().split("\n").forEach((line) => JSON.parse(line));
  }
  // None of them is harmless only because it said nothing of it.
  const telling = results.filter(({ stdout, stderr }) => `${stdout}${stderr}`.includes("FORGED"));
  assert.deepEqual(
    telling.map(({ command }) => command),
    [
      ...["members", "members --json", "explain n7", "explain n7 --json", "events"],
      ...["events --json", "health", "forget n7"],
    ],
  );
});
