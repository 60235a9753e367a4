/** The server on a real socket: requests in and answers out. */
import assert from "node:assert/strict";
import { ListenError } from "../../../lib/core/base/errors.ts";
import { Barrier } from "../../../lib/barrier.ts";
import type { StreamClient } from "../../../lib/http/server/http.ts";
import { needing } from "../../permissions.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { until } from "../../support/waiting.ts";
import { exchange, get, RawClient, serve } from "./raw_client.ts";

Deno.test({
  ...needing("openServer() answers one request after another on a connection", "net", "read"),
  async fn() {
    await using server = serve();
    using client = await RawClient.connect(server);
    for (const path of ["/a?x=1", "/b"]) {
      await client.send(get(path));
      const { status, headers, body } = await client.answer();
      assert.deepEqual([status, body.trimEnd()], [200, `GET ${path.replace(/^\/b/, "/b?")}`]);
      assert.equal(headers.get("content-type"), "text/plain; charset=utf-8");
      assert.equal(headers.get("connection"), undefined);
    }
    assert.equal(server.connectionCount, 1);
  },
});

Deno.test({
  ...needing("openServer() sends what keeps browsers safe with every answer", "net", "read"),
  async fn() {
    const security = { scriptHashes: ["sha256-a", "sha256-b"], styleHashes: ["sha256-c"] };
    await using server = serve({ security });
    for (const request of [get("/"), "nonsense\r\n\r\n", get("/").replace("127.0.0.1", "evil")]) {
      using client = await RawClient.connect(server);
      await client.send(request);
      const { headers } = await client.answer();
      assert.deepEqual(headers.get("content-security-policy")?.split("; "), [
        "default-src 'none'",
        "script-src 'sha256-a' 'sha256-b'",
        "style-src 'sha256-c'",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("referrer-policy"), "no-referrer");
      assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
      assert.equal(headers.get("cache-control"), "no-store");
      assert.ok(![...headers.keys()].some((name) => name.startsWith("access-control")));
    }
  },
});

Deno.test({
  ...needing(
    "openServer() lets the handler's headers win, and none of them add a line",
    "net",
    "read",
  ),
  async fn() {
    const headers = { "cache-control": "no-cache", "X-A": "a\r\nSet-Cookie: b" };
    await using server = serve({ handler: () => ({ status: 200, headers, body: "" }) });
    const text = await exchange(server, get("/", "Connection: close"));
    assert.match(text, /\r\ncache-control: no-cache\r\n/);
    assert.doesNotMatch(text, /no-store/);
    assert.match(text, /\r\nX-A: a\?\?Set-Cookie: b\r\n/);
  },
});

Deno.test({
  ...needing("openServer() sends HEAD the headers of GET, and no body", "net", "read"),
  async fn() {
    await using server = serve({ handler: () => ({ status: 200, body: "über" }) });
    using client = await RawClient.connect(server);
    await client.send(get("/").replace("GET", "HEAD") + get("/"));
    assert.equal((await client.answer(false)).headers.get("content-length"), "5");
    const { headers, body } = await client.answer();
    assert.deepEqual([headers.get("content-length"), body], ["5", "\xc3\xbcber"]);
  },
});

Deno.test({
  ...needing("openServer() sends 304 without a body and without a length", "net", "read"),
  async fn() {
    await using server = serve({ handler: () => ({ status: 304, body: "ignored" }) });
    const text = await exchange(server, get("/", "Connection: close"));
    assert.match(text, /^HTTP\/1\.1 304 Not Modified\r\n/);
    assert.doesNotMatch(text, /^content-(length|type):|ignored/im);
  },
});

Deno.test({
  ...needing("openServer() answers what was sent ahead in its order", "net", "read"),
  async fn() {
    await using server = serve();
    const text = await exchange(server, get("/1") + get("/2") + get("/3", "Connection: close"));
    assert.deepEqual([...text.matchAll(/^GET .*$/gm)].map(([line]) => line.trimEnd()), [
      ...["GET /1?", "GET /2?", "GET /3?"],
    ]);
  },
});

Deno.test({
  ...needing("openServer() answers a client that has ended its side already", "net", "read"),
  async fn() {
    await using server = serve();
    using client = await RawClient.connect(server);
    await client.send(get("/"));
    await client.endSending();
    assert.equal((await client.answer()).status, 200);
    assert.equal(await client.rest(), "");
  },
});

Deno.test({
  ...needing("openServer() refuses a request that ends in its middle", "net", "read"),
  async fn() {
    await using server = serve();
    using client = await RawClient.connect(server);
    await client.send("GET / HTTP/1.1\r\nHost: loc");
    await client.endSending();
    const { status, body } = await client.answer();
    assert.deepEqual([status, body], [
      ...[400, "The connection ended in the middle of the request\n"],
    ]);
  },
});

Deno.test({
  ...needing(
    "openServer() reads a body of 4 KB where POST is allowed, also behind Expect",
    "net",
    "read",
  ),
  async fn() {
    await using server = serve({ security: { allowsPost: true } });
    const body = "é".repeat(2_048);
    const bytes = new TextEncoder().encode(body);
    const post = (more = ""): string =>
      `POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4096\r\n${more}\r\n`;
    using client = await RawClient.connect(server);
    await client.send(post());
    await client.send(bytes);
    const expected = `POST /a? ${String.fromCharCode(...bytes)}\n`;
    assert.equal((await client.answer()).body, expected);
    await client.send(post("Expect: 100-continue\r\n"));
    assert.equal(await client.upTo("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    await client.send(bytes);
    await client.send(get("/next"));
    assert.equal((await client.answer()).body, expected);
    assert.equal((await client.answer()).body, "GET /next? \n");
    await client.send(post());
    await client.send(new Uint8Array(4096).fill(0xff));
    assert.equal((await client.answer()).body, "The body is not UTF-8\n");
  },
});

Deno.test({
  ...needing(
    "openServer() tells the barrier when a handler throws, and answers 500",
    "net",
    "read",
  ),
  async fn() {
    const faults: string[] = [];
    const barrier = new Barrier(({ where, error }) => faults.push(`${where}: ${error}`));
    const handler = () => {
      throw new TypeError("broken");
    };
    await using server = serve({ barrier, handler });
    using client = await RawClient.connect(server);
    await client.send(get("/"));
    const { status, body } = await client.answer();
    assert.equal(status, 500);
    assert.equal(body, "The program failed to answer this request; its log says why\n");
    assert.deepEqual(faults, ["an HTTP request: TypeError: broken"]);
    await client.send(get("/"));
    assert.equal((await client.answer()).status, 500);
  },
});

Deno.test({
  ...needing("a stream goes on until its client goes", "net", "read"),
  async fn() {
    const clients: StreamClient[] = [];
    await using server = serve({ handler: () => ({ stream: (one) => void clients.push(one) }) });
    using other = await RawClient.connect(server);
    {
      using client = await RawClient.connect(server);
      await client.send(get("/v1/stream"));
      const head = await client.upTo("\r\n\r\n");
      assert.match(head, /\r\nContent-Type: text\/event-stream\r\n/);
      assert.doesNotMatch(head, /content-length/i);
      assert.equal(clients[0]?.send("data: 1\n\n"), true);
      assert.equal(clients[0]?.send(new TextEncoder().encode("data: 2\n\n")), true);
      assert.equal(await client.upTo("2\n\n"), "data: 1\n\ndata: 2\n\n");
      assert.equal(server.streamCount, 1);
    }
    await until("the stream is over", () => server.streamCount === 0);
    assert.equal(clients[0]?.signal.aborted, true);
    assert.equal(clients[0]?.send("data: 3\n\n"), false);
    await other.send(get("/v1/stream"));
    await other.upTo("\r\n\r\n");
    clients[1]?.send("data: last\n\n");
    clients[1]?.end();
    assert.equal(clients[1]?.send("data: too late\n\n"), false);
    assert.equal(await other.rest(), "data: last\n\n");
  },
});

Deno.test({
  ...needing("a stream is not begun for HEAD, and ends when its client says more", "net", "read"),
  async fn() {
    const clients: StreamClient[] = [];
    await using server = serve({ handler: () => ({ stream: (one) => void clients.push(one) }) });
    const head = await exchange(server, get("/").replace("GET", "HEAD"));
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    assert.equal(clients.length, 0);
    using client = await RawClient.connect(server);
    await client.send(get("/"));
    await client.upTo("\r\n\r\n");
    await client.send(get("/"));
    assert.equal(await client.rest(), "");
  },
});

Deno.test({
  ...needing(
    "a server that is disposed ends all connections, and what it does for them",
    "net",
    "read",
  ),
  async fn() {
    const signals: AbortSignal[] = [];
    const server = serve({
      handler: ({ path, signal }) => {
        signals.push(signal);
        return path === "/stream"
          ? { stream: (one) => void signals.push(one.signal) }
          : new Promise(() => {});
      },
    });
    using silent = await RawClient.connect(server);
    using waiting = await RawClient.connect(server);
    using streaming = await RawClient.connect(server);
    await waiting.send(get("/"));
    await streaming.send(get("/stream"));
    await until("all have come", () => signals.length === 3);
    await server[Symbol.asyncDispose]();
    assert.equal(await silent.rest(), "");
    assert.equal(await waiting.rest(), "");
    await streaming.rest();
    assert.deepEqual([server.connectionCount, server.streamCount], [0, 0]);
    assert.ok(signals[0]?.aborted && signals[2]?.aborted);
  },
});

Deno.test({
  ...needing(
    "openServer() looks after its connections each second, while there are any",
    "net",
    "read",
  ),
  async fn() {
    const clock = new ManualClock();
    await using server = serve({ clock });
    assert.equal(clock.pending, 0);
    using client = await RawClient.connect(server);
    await until("it has come", () => server.connectionCount === 1);
    for (let second = 1; second <= 15; second++) clock.pass(1_000);
    assert.equal(await client.rest(), "");
    await until("it has gone", () => server.connectionCount === 0);
    clock.pass(1_000);
    assert.equal(clock.pending, 0);
  },
});

Deno.test({
  ...needing("openServer() says where it cannot listen, and why", "net", "read"),
  async fn() {
    await using server = serve();
    assert.throws(() => serve({ port: server.port }), (error) => {
      assert.ok(error instanceof ListenError);
      const where = `127.0.0.1:${server.port}`;
      const why = "another program listens there already";
      assert.equal(error.message, `Cannot listen for HTTP on ${where} as ${why}`);
      return true;
    });
  },
});
