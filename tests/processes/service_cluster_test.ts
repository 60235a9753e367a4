/**
 * Five real nodes that carry services in five languages, and what they tell each other of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertNeverFalse, Cluster, within } from "../integration/cluster.ts";
import { type Program, succeeds } from "../integration/process.ts";
import { permitted } from "../permissions.ts";
import { freePort } from "../support/ports.ts";
import { childrenOf } from "./service_program.ts";

/** Each says `open` once its port is. */
const cSource = `#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int count, char **words) {
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16)) return 1;
  puts("open"); fflush(stdout);
  for (;;) {
    char request[4096];
    int connection = accept(listener, 0, 0);
    if (read(connection, request, sizeof request) > 0)
      dprintf(connection, "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n");
    close(connection);
  }
}
`;
const elixirSource = (port: number): string =>
  `{:ok, listener} = :gen_tcp.listen(${port}, ip: {127, 0, 0, 1}, reuseaddr: true, active: false)
   IO.puts("open")
   loop = fn loop -> {:ok, one} = :gen_tcp.accept(listener); :gen_tcp.close(one); loop.(loop) end
   loop.(loop)`;
const denoSource = (port: number): string =>
  `Deno.serve({ port: ${port}, hostname: "127.0.0.1", onListen: () => console.log("open") },
   () => new Response("fine"));`;

const has = async (program: string): Promise<boolean> =>
  permitted("run") && await succeeds(program, "--version");
const needed = ["python3", "elixir", "gcc"];
const missing = (await Promise.all(needed.map(async (one) => await has(one) ? [] : [one]))).flat();

/** Waits until each of `nodes` has told since `since` that the member `words`; until when, in ms. */
async function toldBy(
  nodes: readonly Program[],
  member: string,
  words: string,
  since: number,
): Promise<number> {
  // Of several that change at once one line tells, which names them all.
  const tells = new RegExp(`(?:${member}|\\d+ members: [^:]*\\b${member}\\b[^:]*: each) ${words}`);
  const lines = await Promise.all(
    nodes.map((node) => node.line((line) => tells.test(line), 20_000, `${member} ${words}`, since)),
  );
  return Math.max(...lines.map(({ at }) => at - since));
}

/** Fails unless `node` knew `count` others before `at`, by what it remembers itself. */
async function assertKnewBefore(
  cluster: Cluster,
  node: string,
  count: number,
  at: number,
): Promise<void> {
  const { stdout } = await cluster.command("events", "--json", "--from", node);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const joins = events.filter(({ event }) => event === "joined").map(({ time }) =>
    Date.parse(time)
  );
  assert.equal(joins.length, count, stdout);
  assert.ok(Math.max(...joins) < performance.timeOrigin + at, stdout);
}

/** The process that the node has started. */
async function serviceOf(node: Program): Promise<number> {
  const [child] = await childrenOf(node.pid);
  assert.ok(child, "the service runs");
  return child.pid;
}

Deno.test({
  name: `five nodes carry services in five languages${
    missing.length > 0 ? ` (needs ${missing.join(", ")})` : ""
  }`,
  ignore: missing.length > 0 || !permitted("read", "write", "run", "net"),
  async fn() {
    await using cluster = new Cluster();
    const [one, three, four, five] = [freePort(), freePort(), freePort(), freePort()];
    const source = `${cluster.folder.path}/server.c`;
    await Deno.writeTextFile(source, cSource);
    const server = `${cluster.folder.path}/server`;
    assert.ok(await succeeds("gcc", "-o", server, source));
    const carrying = (name: string, flags: string[], ...command: string[]): Program =>
      cluster.start(`${name}@127.0.0.1`, "--restart", "on-failure", ...flags, "--", ...command);
    const url = (port: number): string => `http://127.0.0.1:${port}/`;

    const python = carrying(
      "n1",
      ["--ready", url(one), "--port", `${one}`, "--tag", "role=web"],
      ...["python3", "-m", "http.server", `${one}`, "--bind", "127.0.0.1"],
      ...["--directory", cluster.folder.path],
    );
    const shell = carrying(
      "n2",
      ["--after", "tag:role=web", "--drain", "1s"],
      ...["sh", "-c", "trap 'echo term; exit 7' TERM; echo up; while :; do sleep 0.05; done"],
    );
    const elixir = carrying("n3", ["--ready", `tcp:${three}`], "elixir", "-e", elixirSource(three));
    const c = carrying(
      "n4",
      ["--ready", url(four), "--ready-interval", "200ms", "--ready-timeout", "500ms"],
      ...[server, `${four}`],
    );
    const json = carrying(
      "n5",
      ["--ready", `tcp:${five}`, "--after", "members=5", "--log-format", "json"],
      ...[Deno.execPath(), "eval", denoSource(five)],
    );
    const all = [python, shell, elixir, c, json];
    const told = [python, shell, elixir, c];

    // Ready soon after the port is open, by the word of the node itself.
    const opened = await c.line((text) => text === "open", 30_000, "the port is open");
    const [n1, n2, n4] = ["n1@127.0.0.1", "n2@127.0.0.1", "n4@127.0.0.1"];
    const ready = "says that its service is ready";
    within("ready after its port is open", await toldBy([c], n4, ready, opened.at), 5000);
    const all5 = ["--members", "5", "--service", "ready", "--count", "5", "--agree"];
    const { code, stderr } = await cluster.command("wait", ...all5, "--timeout", "60s");
    assert.equal(code, 0, stderr);
    const started = await json.line((text) => text === "open", 1000, "the last one has started");
    await assertKnewBefore(cluster, "n5", 4, started.at);
    await json.line((text) => text.includes('"memberCount":5'), 5000, "a line of five members");
    const { members } = JSON.parse((await cluster.command("members", "--json")).stdout);
    const checked = members.find(({ name }: { name: string }) => name === n4);
    assert.equal(checked.serviceReason, "the check succeeds");
    const { stdout } = await cluster.command("members");
    assert.match(stdout, new RegExp(`^n1@127.0.0.1 .* ready:${one} `, "m"));

    // Killed: all know it at once, and it is started again.
    const killedAt = performance.now();
    Deno.kill(await serviceOf(python), "SIGKILL");
    const failing = "says that its service is failing: SIGKILL";
    within("a killed service is failing", await toldBy(all, n1, failing, killedAt), 5000);
    await toldBy(all, n1, ready, killedAt);

    // Frozen: the port is open, and nobody answers. The pulse has nothing to do with that.
    const frozenAt = performance.now();
    const frozen = await serviceOf(c);
    Deno.kill(frozen, "SIGSTOP");
    const silent = "says that its service is failing: no answer within 500 ms";
    within("a frozen service is failing", await toldBy(all, n4, silent, frozenAt), 5000);
    const status = await json.line(
      (text) =>
        text.includes('"event":"status"') &&
        text.includes('{"name":"n4@127.0.0.1","alive":true,"serviceState":"failing"}'),
      5000,
      "the status line says so, too",
      frozenAt,
    );
    assert.ok(
      status.text.includes('{"name":"n3@127.0.0.1","alive":true,"serviceState":"ready"}'),
      status.text,
    );
    assertNeverFalse(told, killedAt);
    const thawedAt = performance.now();
    Deno.kill(frozen, "SIGCONT");
    await toldBy(all, n4, `${ready}: the check succeeds`, thawedAt);

    // Stopped: all hear of it before the service does, and the exit code is that of the service.
    const stoppedAt = performance.now();
    shell.kill("SIGTERM");
    const others = all.filter((node) => node !== shell);
    const draining = "says that its service is draining";
    const toldAfterMs = await toldBy(others, n2, draining, stoppedAt);
    const term = await shell.line((text) => text === "term", 5000, "it gets SIGTERM", stoppedAt);
    assert.ok(stoppedAt + toldAfterMs < term.at, "the others heard of it before it did");
    await toldBy(others, n2, "left", stoppedAt);
    assert.equal(await shell.ended(), 7);

    // The others end by themselves; each shell, machine or server in its own way.
    for (const node of others) node.kill("SIGTERM");
    assert.equal(await python.ended(), 143);
    assert.equal(await elixir.ended(), 0);
    assert.equal(await c.ended(), 143);
    assert.equal(await json.ended(), 143);
  },
});
