/** How a node is asked over HTTP, and what is not taken for its answer. */
import { deepEqual, equal } from "node:assert/strict";
import { healthOverHttp } from "../../lib/health/health_http.ts";
import type { NamedHealth } from "../../lib/health/health_http.ts";
import { needing } from "../permissions.ts";

const node = { schema: "health.v1", name: "n1@h", cluster: "six", healthy: true, reason: "it is" };

/** What is answered by a server that says `answer` and closes; `undefined`: it says nothing. */
async function asked(
  answer: string | undefined,
  token?: string,
): Promise<{ readonly health: NamedHealth | "busy" | undefined; readonly request: string }> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const over = new AbortController();
  const health = healthOverHttp(
    { host: "127.0.0.1", port: listener.addr.port, token },
    over.signal,
  );
  using connection = await listener.accept();
  const bytes = new Uint8Array(4096);
  const request = new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0));
  if (answer === undefined) {
    over.abort();
    return { health: await health, request };
  }
  await connection.write(new TextEncoder().encode(answer));
  await connection.closeWrite();
  return { health: await health, request };
}

function answerWith(status: string, body: unknown): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: x\r\n\r\n${JSON.stringify(body)}\n`;
}

Deno.test({
  ...needing("healthOverHttp() tells how the node is that answers, and gives a token", "net"),
  async fn() {
    const { health, request } = await asked(answerWith("200 OK", node), "a".repeat(16));
    deepEqual(health, { name: "n1@h", cluster: "six", healthy: true, reason: "it is" });
    const [first, ...headers] = request.trimEnd().split("\r\n");
    equal(first, "GET /v1/health HTTP/1.1");
    equal(headers.includes(`Authorization: Bearer ${"a".repeat(16)}`), true);
  },
});

Deno.test({
  ...needing("healthOverHttp() tells that a node is busy from one that answers nothing", "net"),
  async fn() {
    equal((await asked(answerWith("503 Service Unavailable", "no place"))).health, "busy");
  },
});

const others: readonly (readonly [string, string | undefined])[] = [
  ["one that wants a token", answerWith("401 Unauthorized", "no")],
  ["another program", answerWith("200 OK", { status: "up" })],
  ["what is no JSON", "HTTP/1.1 200 OK\r\n\r\n<html>"],
  ["a node without a name", answerWith("200 OK", { ...node, name: 5 })],
  ["what is no HTTP", "SSH-2.0-x\r\n"],
  ["what closes at once", ""],
  ["what says nothing", undefined],
];

for (const [name, answer] of others) {
  Deno.test({
    ...needing(`healthOverHttp() does not take ${name} for a node`, "net"),
    async fn() {
      equal((await asked(answer)).health, undefined);
    },
  });
}

Deno.test({
  ...needing("healthOverHttp() finds nobody where nobody listens", "net"),
  async fn() {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const place = { host: "127.0.0.1", port };
    equal(await healthOverHttp(place, new AbortController().signal), undefined);
  },
});
