/**
 * Checks of readiness against real ports, answers and commands.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { readyCheck } from "../../lib/options/option_service.ts";
import { OwnChildren } from "../../lib/service/own_children.ts";
import { checkOnce, readiness, type ReadinessOptions } from "../../lib/service/readiness.ts";
import type { ReadyFault } from "../../lib/service/readiness.ts";
import { eventually, processTest } from "../integration/process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { carry, lives } from "./service_program.ts";

const never = new AbortController().signal;

function optionsOf(text: string, timeoutMs: number): ReadinessOptions {
  const reading = readyCheck.read(text, { registryUrlFault: () => undefined });
  assert.ok("value" in reading, text);
  const environment = { PATH: Deno.env.get("PATH") ?? "" };
  return { check: reading.value, intervalMs: 50, timeoutMs, environment };
}

function check(text: string, timeoutMs = 10_000): Promise<ReadyFault> {
  const context = { clock: systemClock, children: new OwnChildren() };
  return checkOnce(optionsOf(text, timeoutMs), context, never);
}

/** A port that answers each connection with `answer`, and then keeps it open. */
class Answering implements AsyncDisposable {
  readonly #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  readonly #connections: Promise<void>[] = [];
  readonly port = this.#listener.addr.port;
  /** Connections that the other side has closed. */
  closed = 0;
  request = "";

  constructor(answer: string) {
    void this.#accept(new TextEncoder().encode(answer));
  }

  async #accept(answer: Uint8Array): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.push(this.#answer(connection, answer));
    }
  }

  async #answer(connection: Deno.Conn, answer: Uint8Array): Promise<void> {
    const buffer = new Uint8Array(4096);
    try {
      if (answer.length > 0) await connection.write(answer);
      for (let count; (count = await connection.read(buffer)) !== null;) {
        this.request += new TextDecoder().decode(buffer.subarray(0, count));
      }
    } catch {
      // Reset: that is an end, too.
    }
    this.closed++;
    connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await Promise.all(this.#connections);
  }
}

processTest("tcp: is ready once the port is open, and leaves no connection", async () => {
  await using open = new Answering("");
  assert.equal(await check(`tcp:${open.port}`), undefined);
  await eventually(() => open.closed === 1, 5000, "the connection is closed");
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  listener.close();
  assert.equal(await check(`tcp:${listener.addr.port}`), "connection refused");
});

processTest("http: goes by the status, and reads no body", async () => {
  const head = (status: string): string => `HTTP/1.1 ${status}\r\nContent-Length: 9\r\n\r\n`;
  const expected: Record<string, ReadyFault> = {
    [head("200 OK")]: undefined,
    [head("204")]: undefined,
    [head("302 Found")]: undefined,
    [head("404 Not Found")]: "HTTP status 404",
    [head("503 Service Unavailable") + "x".repeat(100_000)]: "HTTP status 503",
    "SSH-2.0-OpenSSH\r\n": "the answer is not HTTP/1.1",
    ["x".repeat(100_000)]: "the answer is not HTTP/1.1",
  };
  for (const [answer, fault] of Object.entries(expected)) {
    await using server = new Answering(answer);
    const url = `http://127.0.0.1:${server.port}/health?deep=1`;
    assert.equal(await check(url), fault, answer.slice(0, 40));
    await eventually(() => server.closed === 1, 5000, "the connection is closed");
    if (answer.length < 100) {
      assert.match(server.request, /^GET \/health\?deep=1 HTTP\/1\.1\r\n/);
      assert.ok(server.request.includes(`\r\nHost: 127.0.0.1:${server.port}\r\n`));
    }
  }
});

processTest("http: a service that does not answer is not ready when time is up", async () => {
  await using frozen = new Answering("");
  const url = `http://127.0.0.1:${frozen.port}/`;
  assert.equal(await check(url, 200), "no answer within 200 ms");
  await eventually(() => frozen.closed === 1, 5000, "the connection is closed");
});

processTest("exec: goes by the exit code, and kills what takes too long, all of it", async () => {
  assert.equal(await check("exec:true"), undefined);
  assert.equal(await check("exec:false"), "exit code 1");
  const missing = 'Cannot start "no-such-command": it is not found';
  assert.equal(await check("exec:no-such-command"), missing);
  await using folder = new TemporaryFolder();
  const script = `${folder.path}/slow`;
  const text = `#!/bin/sh\nsleep 60 &\necho $! > ${folder.path}/pid\nwait\n`;
  await Deno.writeTextFile(script, text, { mode: 0o755 });
  assert.equal(await check(`exec:${script}`, 1500), "no answer within 1500 ms");
  const pid = Number(await Deno.readTextFile(`${folder.path}/pid`));
  await eventually(async () => !await lives(pid), 5000, "what the command has started has ended");
});

processTest("readiness() tells of each change until it is stopped", async () => {
  await using folder = new TemporaryFolder();
  const stop = new AbortController();
  const context = { clock: systemClock, children: new OwnChildren() };
  const options = optionsOf(`exec:test -e ${folder.path}/go`, 5000);
  const seen: ReadyFault[] = [];
  for await (const fault of readiness(options, context, stop.signal)) {
    if (fault !== seen.at(-1) || seen.length === 0) seen.push(fault);
    if (seen.length === 1) await Deno.writeTextFile(`${folder.path}/go`, "");
    if (seen.length === 2) await Deno.remove(`${folder.path}/go`).catch(() => {});
    if (seen.length === 3) stop.abort();
  }
  assert.deepEqual(seen, ["exit code 1", undefined, "exit code 1"]);
});

processTest("a node says in its log why its service is not ready after a while", async () => {
  await using node = carry(["--ready", "exec:no-such"], ["sleep", "60"]);
  await node.line(
    (line) =>
      line.endsWith('The service is not ready yet: Cannot start "no-such": it is not found'),
    20_000,
    "it is said",
  );
});

processTest(
  "a frozen service is failing while its port is open, and ready when it thaws",
  async () => {
    const ports = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = ports.addr;
    ports.close();
    const server =
      `const { port } = Deno.serve({ port: ${port}, hostname: "127.0.0.1", onListen() {} }, ` +
      `() => new Response("fine")).addr; console.log("up " + Deno.pid);`;
    await using service = carry(
      ["--ready", `http://127.0.0.1:${port}/`, "--ready-timeout", "500ms"],
      [Deno.execPath(), "eval", server],
    );
    const { text } = await service.line((line) => line.startsWith("up "), 20_000, "it is up");
    const pid = Number(text.split(" ")[1]);
    await service.line((line) => line.includes("is ready: the check"), 20_000, "it is ready");
    Deno.kill(pid, "SIGSTOP");
    await service.line((line) => line.includes("is failing: no answer"), 20_000, "it is failing");
    const thawedAt = performance.now();
    Deno.kill(pid, "SIGCONT");
    await service.line(
      (line) => line.includes("is ready: the check"),
      20_000,
      "ready again",
      thawedAt,
    );
    service.kill("SIGTERM");
    assert.equal(await service.ended(), 143);
  },
);
