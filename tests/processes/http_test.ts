/**
 * What real nodes show over HTTP: what the commands print, to those who may read it, and for as long
 * as the node runs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { schemaFaults } from "../http/api/json_schema.ts";
import { Cluster, commandResult } from "../integration/cluster.ts";
import type { CommandResult } from "../integration/cluster.ts";
import { eventually, processTest, Program } from "../integration/process.ts";
import { reportIn } from "../report/lines.ts";

/** Where a node says that it is shown. */
async function urlOf(node: Program): Promise<string> {
  const { text } = await node.line((line) => line.includes("page and API at "), 20_000, "its URL");
  return /page and API at (\S+)/.exec(text)?.[1] ?? assert.fail(text);
}

async function textAt(url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(url, { headers });
  const text = await answer.text();
  assert.equal(answer.status, 200, `${url}: ${text}`);
  return text;
}

/** Another moment, or another ping, and another value. */
const ofTheMoment = new Set([
  "time",
  "agoMs",
  "forMs",
  "roundTripUs",
  "timeoutMs",
  "heartbeatAgeMs",
  "pings",
  "localHealth",
]);

/** A report without what is another at each moment. */
function lasting(line: string): unknown {
  return JSON.parse(line, (key, value) => {
    if (ofTheMoment.has(key)) return undefined;
    return key === "reason" ? value.replace(/\d+(\.\d+)? (µs|ms|s|min)\b/g, "") : value;
  });
}

processTest("the API answers what the commands print, as /openapi.json says", async () => {
  await using cluster = new Cluster();
  const names = ["n1", "n2", "n3"].map((name) => `${name}@127.0.0.1`);
  const [first, , third] = names.map((name) => cluster.start(name, "--http", "0", "--tag", "a=b"));
  assert.ok(first && third);
  const url = await urlOf(first);
  await first.line((text) => text.includes('"n3@127.0.0.1": true'), 20_000, "all are there");
  third.kill("SIGKILL");
  const down = await cluster.command("wait", "--member", "n3", "--status", "down");
  assert.equal(down.code, 0, down.stderr);
  const document = JSON.parse(await textAt(`${url}openapi.json`));
  const questions: readonly (readonly [string, readonly string[]])[] = [
    ["v1/members", ["members", "--from", "n1"]],
    ["v1/matrix", ["matrix"]],
    ["v1/explain/n3", ["explain", "n3", "--from", "n1"]],
    ["v1/explain/n2", ["explain", "n2", "--from", "n1"]],
    ["v1/events", ["events", "--from", "n1"]],
  ];
  for (const [path, command] of questions) {
    let difference = "";
    // A heartbeat may move between the two questions.
    const isSame = async (): Promise<boolean> => {
      const shown = (await textAt(url + path)).trimEnd().split("\n");
      for (const line of shown) {
        const shape = document.components.schemas[reportIn(line).schema];
        assert.deepEqual(schemaFaults(JSON.parse(line), shape, document), [], path);
      }
      const { stdout } = await cluster.command(...command, "--json");
      const both = [shown, stdout.trimEnd().split("\n")].map((lines) =>
        JSON.stringify(lines.map(lasting), undefined, 1)
      );
      difference = both.join("\nand the command prints\n");
      return both[0] === both[1];
    };
    await eventually(isSame, 15_000, `${path} is what ${command[0]} prints`).catch((error) => {
      throw new Error(`${error}\n${difference}`);
    });
  }
});

processTest("the API tells those who wait of a death, and how the node itself is", async () => {
  await using cluster = new Cluster();
  const first = cluster.start("n1@127.0.0.1", "--http", "0", "--interval", "300ms");
  const second = cluster.start("n2@127.0.0.1", "--interval", "300ms");
  const url = await urlOf(first);
  await first.line((text) => text.includes('"n2@127.0.0.1": true'), 20_000, "both are there");
  const members = await fetch(`${url}v1/members`);
  const index = members.headers.get("X-Clusternode-Index");
  assert.equal(JSON.parse(await members.text()).aliveCount, 2);
  const blocked = textAt(`${url}v1/members?index=${index}&wait=60s`);
  second.kill("SIGKILL");
  assert.equal(JSON.parse(await blocked).asked, "n1@127.0.0.1");
  await eventually(
    async () => JSON.parse(await textAt(`${url}v1/members`)).aliveCount === 1,
    20_000,
    "n2 is down",
  );
  const node = JSON.parse(await textAt(`${url}v1/node`));
  assert.deepEqual([node.phase, node.healthy, node.simulated], ["joined", true, false]);
  assert.deepEqual(node.registries, [`file://${cluster.registry}`]);
  first.kill("SIGTERM");
  assert.equal(await first.ended(), 143);
});

processTest("a node goes on while the port for its page is taken, and shows it then", async () => {
  await using cluster = new Cluster();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  // A name of its own: the nodes of other tests run under the same user.
  const name = `one-${crypto.randomUUID().slice(0, 8)}`;
  const open = (): Promise<CommandResult> => commandResult(["open", "--name", name]);
  const node = cluster.start(`${name}@127.0.0.1`, "--http", `${port}`);
  await node.line((text) => text.includes(`"${name}@127.0.0.1": true`), 20_000, "it has joined");
  const isWarning = (text: string): boolean => text.includes("[warning]");
  const warnings = node.lines.filter(({ text }) => isWarning(text)).map(({ text }) => text);
  assert.equal(warnings.length, 1, node.text);
  assert.match(warnings[0] ?? "", /Cannot listen for HTTP on \S+ as another program listens/);
  assert.ok(!node.text.includes(`http://127.0.0.1:${port}`), "it does not tell of another's page");
  const isTold = (told: CommandResult): boolean => /shows no page: /.test(told.stderr);
  await eventually(async () => isTold(await open()), 20_000, "it shows nothing yet");
  listener.close();
  await node.line((text) => text.includes("The page and the API are at "), 20_000, "it shows it");
  assert.match(await textAt(`http://127.0.0.1:${port}/`), /<!doctype html>/i);
  assert.equal((await open()).stdout, `http://127.0.0.1:${port}/\n`);
  assert.equal(node.lines.filter(({ text }) => isWarning(text)).length, 1, node.text);
});

processTest("elsewhere than on loopback a page wants a token, or to be open", async () => {
  await using cluster = new Cluster();
  const words = ["start", "--name", "n1@127.0.0.1", "--http", "0.0.0.0:0", ...cluster.options];
  const refused = await commandResult(words);
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /--http "0\.0\.0\.0": .*--http-token-file.*--http-open/);
  const token = "correct-horse-battery";
  const file = `${cluster.folder.path}/token`;
  await Deno.writeTextFile(file, `${token}\n`, { mode: 0o600 });
  const node = cluster.start("n1@127.0.0.1", "--http", "0.0.0.0:0", "--http-token-file", file);
  const url = await urlOf(node);
  assert.equal(new URL(url).hostname, "127.0.0.1", "by the name of the node");
  const strange = await fetch(`${url}v1/members`);
  assert.equal(strange.status, 401);
  await strange.body?.cancel();
  await textAt(`${url}v1/members`, { Authorization: `Bearer ${token}` });
  assert.doesNotMatch(node.text, new RegExp(token));
});

processTest("health asks over HTTP first, without registry, cookie and socket", async () => {
  await using cluster = new Cluster();
  const name = `one-${crypto.randomUUID().slice(0, 8)}`;
  const env = { XDG_RUNTIME_DIR: cluster.folder.path };
  const words = ["--name", `${name}@127.0.0.1`, "--log-file", "none", "--http", "0"];
  const node = Program.run(["start", ...words, ...cluster.options], env);
  cluster.nodes.push(node);
  const { port } = new URL(await urlOf(node));
  await node.line((text) => text.includes(": true"), 20_000, "it has joined");
  const folder = `${cluster.folder.path}/clusternode-${Deno.uid()}`;
  await eventually(() => socketIn(folder) !== undefined, 20_000, "it has a socket");
  const socket = `${folder}/${socketIn(folder)}`;
  await Deno.remove(socket);
  // In its place one that takes connections and never says a word.
  using _mute = Deno.listen({ transport: "unix", path: socket });
  const away = { ...env, CLUSTERNODE_REGISTRY: "/nowhere/at/all" };
  const mute = await commandResult(["health", "--name", name], away);
  assert.deepEqual([mute.code, mute.stdout], [1, ""]);
  const asked = { ...away, CLUSTERNODE_HTTP: `127.0.0.1:${port}` };
  const { code, stdout, stderr } = await commandResult(["health", "--name", name], asked);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^one-\S+@127\.0\.0\.1 is healthy: it is registered/);
});

function socketIn(folder: string): string | undefined {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name)
      .find((name) => name.endsWith(".sock"));
  } catch {
    return undefined;
  }
}
