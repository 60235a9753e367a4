/** What a client can draw out, and for how long: time, places, and bytes that wait. */
import assert from "node:assert/strict";
import { sentence, type StreamClient } from "../../../lib/http/server/http.ts";
import type { HttpLimits } from "../../../lib/http/server/limits.ts";
import { Barrier } from "../../../lib/barrier.ts";
import { Backlog, Outlet } from "../../../lib/http/server/outlet.ts";
import { settle } from "../../support/waiting.ts";
import { get } from "./raw_client.ts";
import { type FakeSocket, Scene } from "./scene.ts";

/** The last line of all that was sent. */
function lastLine({ taken }: FakeSocket): string {
  return taken.trimEnd().split("\n").at(-1) ?? "";
}

Deno.test("a connection on which nothing is asked is closed without a word", async () => {
  await using scene = new Scene({});
  const silent = await scene.connect();
  const asked = await scene.connect(get("/"));
  await scene.pass(14_000);
  assert.deepEqual([silent.isClosed, asked.isClosed], [false, false]);
  await scene.arrive(asked, get("/again"));
  await scene.pass(1_000);
  assert.deepEqual([silent.isClosed, silent.taken, asked.isClosed], [true, "", false]);
  await scene.pass(14_000);
  assert.equal(asked.isClosed, true);
  assert.equal(lastLine(asked), "GET /again?");
  assert.equal(scene.places.connectionCount, 0);
});

Deno.test("a request that comes byte by byte has five seconds", async () => {
  await using scene = new Scene({});
  const socket = await scene.connect("G");
  for (let second = 1; second <= 4; second++) {
    await scene.pass(1_000);
    await scene.arrive(socket, "E");
  }
  assert.equal(socket.taken, "");
  await scene.pass(1_000);
  assert.match(socket.taken, /^HTTP\/1\.1 408 Request Timeout\r\n/);
  assert.equal(lastLine(socket), "The request did not end within 5000 ms");
  assert.deepEqual([socket.isHalfClosed, socket.isClosed], [true, false]);
  await scene.pass(1_000);
  assert.equal(socket.isClosed, true, "it may see why, for a moment");
});

Deno.test("a body that does not come has the time of its request", async () => {
  await using scene = new Scene({ security: { allowsPost: true } });
  const socket = await scene.connect(
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nab",
  );
  await scene.pass(4_000);
  assert.equal(socket.taken, "");
  await scene.pass(1_000);
  assert.match(socket.taken, /^HTTP\/1\.1 408 /);
});

Deno.test("a request that comes in any two pieces is read as one", async () => {
  await using scene = new Scene({ security: { allowsPost: true } });
  const request = "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab";
  for (let cut = 1; cut < request.length; cut++) {
    const socket = await scene.connect(request.slice(0, cut));
    await scene.arrive(socket, request.slice(cut));
    assert.equal(lastLine(socket), "POST /a? ab", `cut at ${cut}`);
  }
});

Deno.test("an answer that takes its time keeps its connection for as long", async () => {
  const answer = Promise.withResolvers<string>();
  await using scene = new Scene({
    handler: async () => ({ status: 200, body: await answer.promise }),
  });
  const socket = await scene.connect(get("/"));
  await scene.pass(300_000);
  assert.equal(socket.isClosed, false);
  answer.resolve("late");
  await scene.settle();
  assert.equal(lastLine(socket), "late");
  await scene.pass(14_000);
  assert.equal(socket.isClosed, false);
});

Deno.test("a client that does not take its answer is dropped after two write timeouts at most", async () => {
  await using scene = new Scene({ handler: () => ({ status: 200, body: "x".repeat(10_000) }) });
  const slow = await scene.connect();
  slow.appetite = 1_000;
  await scene.arrive(slow, get("/"));
  assert.equal(slow.taken.length, 1_000);
  for (let second = 0; second < 15; second++) {
    await scene.pass(1_000);
    slow.take(10);
  }
  assert.equal(slow.isClosed, false);
  await scene.pass(1_000);
  assert.equal(slow.isClosed, true, "a few bytes now and then is not enough");
  assert.equal(scene.backlog.bytes, 0);
});

Deno.test("a client that takes its answer slowly, but in time, gets all of it", async () => {
  await using scene = new Scene({ handler: () => ({ status: 200, body: "x".repeat(10_000) }) });
  const slow = await scene.connect();
  slow.appetite = 1_000;
  await scene.arrive(slow, get("/"));
  for (let second = 0; second < 14; second++) {
    await scene.pass(1_000);
    slow.take(1_000);
  }
  await scene.settle();
  assert.match(slow.taken, /x{10000}$/);
  assert.equal(slow.isClosed, false);
});

/** A scene in which each who asks gets a stream. */
function streaming(limits: Partial<HttpLimits> = {}): {
  readonly scene: Scene;
  readonly clients: StreamClient[];
} {
  const clients: StreamClient[] = [];
  const handler = () => ({ stream: (client: StreamClient) => void clients.push(client) });
  return { scene: new Scene({ handler, limits }), clients };
}

Deno.test("a stream whose client takes nothing is dropped while others go on", async () => {
  const { scene, clients } = streaming();
  await using _ = scene;
  const [slow, quick] = [await scene.connect(get("/")), await scene.connect(get("/"))];
  slow.appetite = 0;
  for (let second = 0; second < 18; second++) {
    for (const client of clients) client.send(`data: ${second}\n\n`);
    await scene.pass(1_000);
  }
  assert.deepEqual([slow.isClosed, clients[0]?.signal.aborted], [true, true]);
  assert.deepEqual([quick.isClosed, clients[1]?.signal.aborted], [false, false]);
  assert.match(quick.taken, /data: 17\n\n$/);
  assert.equal(clients[0]?.send("more"), false);
  assert.equal(scene.places.streamCount, 1);
});

Deno.test("a stream for which too much waits is dropped at once", async () => {
  const { scene, clients } = streaming({ streamWaitingMaxBytes: 1_000 });
  await using _ = scene;
  const socket = await scene.connect(get("/"));
  const [client = {} as StreamClient] = clients;
  socket.appetite = 0;
  assert.equal(client.send("x".repeat(5_000)), true, "one large piece has to be possible");
  assert.equal(scene.backlog.bytes, 5_000);
  assert.equal(client.send("x"), false);
  assert.deepEqual([socket.isClosed, client.signal.aborted], [true, true]);
  assert.equal(scene.backlog.bytes, 0);
});

Deno.test("bytes that wait for all together are limited, and who has the most of them is dropped", async () => {
  const { scene, clients } = streaming({ waitingMaxBytes: 10_000 });
  await using _ = scene;
  const sockets = [await scene.connect(get("/")), await scene.connect(get("/"))];
  sockets.push(await scene.connect(get("/")));
  for (const socket of sockets) socket.appetite = 0;
  for (const [index, count] of [3_000, 5_000, 2_000].entries()) {
    assert.equal(clients[index]?.send("x".repeat(count)), true);
  }
  assert.equal(scene.backlog.bytes, 10_000);
  assert.equal(clients[2]?.send("x"), true);
  assert.deepEqual(sockets.map(({ isClosed }) => isClosed), [false, true, false]);
  assert.equal(scene.backlog.bytes, 5_001);
  for (const socket of sockets) socket.take(Infinity);
  await scene.settle();
  assert.equal(scene.backlog.bytes, 0);
});

Deno.test("bytes that were on their way when a client was dropped are not counted twice", async () => {
  const backlog = new Backlog(1_000);
  const written = Promise.withResolvers<number>();
  const outlet = new Outlet({ write: () => written.promise }, backlog, 15_000, () => outlet.stop());
  outlet.send(new Uint8Array(600));
  await settle();
  outlet.send(new Uint8Array(600));
  assert.equal(backlog.bytes, 0);
  written.resolve(600);
  await settle();
  assert.equal(backlog.bytes, 0);
});

Deno.test("a stream beyond those that there can be is refused with one sentence", async () => {
  const { scene } = streaming({ streamsPerHostMax: 2 });
  await using _ = scene;
  const sockets: FakeSocket[] = [];
  for (let count = 0; count < 3; count++) sockets.push(await scene.connect(get("/")));
  assert.deepEqual([scene.places.streamCount, scene.places.connectionCount], [2, 1]);
  const third = sockets[2] as FakeSocket;
  assert.match(third.taken, /^HTTP\/1\.1 503 Service Unavailable\r\n/);
  assert.equal(lastLine(third), "This server has no place for another stream now");
  assert.ok(third.isHalfClosed, "it does not keep a connection either");
  await scene.connect(get("/"), "192.0.2.2");
  assert.equal(scene.places.streamCount, 3);
  await scene.arrive(sockets[0] as FakeSocket, null);
  assert.equal(scene.places.streamCount, 2, "a client that goes leaves its place");
  await scene.connect(get("/"));
  assert.equal(scene.places.streamCount, 3);
});

Deno.test("who sits and asks nothing has to go when places run out", async () => {
  await using scene = new Scene({ limits: { connectionsPerHostMax: 2 } });
  const [first, second] = [await scene.connect(), await scene.connect("GET / HT")];
  const third = await scene.connect(get("/"));
  assert.deepEqual([first.isClosed, second.isClosed], [true, false]);
  assert.equal(lastLine(third), "GET /?");
  assert.equal(scene.places.connectionCount, 2);
});

Deno.test("who was answered, and does not go, has to go when places run out", async () => {
  await using scene = new Scene({ limits: { connectionsMax: 1 } });
  const answered = await scene.connect(get("/", "Connection: close"));
  assert.deepEqual([answered.isHalfClosed, answered.isClosed], [true, false]);
  assert.equal(lastLine(await scene.connect(get("/next"))), "GET /next?");
  assert.ok(answered.isClosed);
});

Deno.test("a connection for which there is no place is told so, and closed", async () => {
  await using scene = new Scene({
    handler: () => new Promise(() => {}),
    limits: { connectionsMax: 1 },
  });
  const busy = await scene.connect(get("/"));
  const refused = await scene.connect(get("/"));
  assert.match(refused.taken, /^HTTP\/1\.1 503 Service Unavailable\r\n/);
  assert.equal(lastLine(refused), "This server has no place for another connection now");
  await scene.pass(1_000);
  assert.deepEqual([refused.isClosed, busy.isClosed], [true, false]);
});

Deno.test("the health of the node is told on a few connections beyond the limits", async () => {
  await using scene = new Scene({
    handler: ({ path }) => path === "/livez" ? sentence(200, "alive") : new Promise(() => {}),
    security: { healthPaths: ["/livez"] },
    limits: { connectionsMax: 1, extraConnectionsMax: 2 },
  });
  const busy = await scene.connect(get("/"));
  const silent = await scene.connect();
  const slow = await scene.connect("GET /livez HT");
  const check = await scene.connect(get("/livez"));
  assert.match(check.taken, /^HTTP\/1\.1 200 OK\r\n/);
  assert.equal(lastLine(check), "alive");
  assert.ok(check.isHalfClosed, "it is for the next one who asks");
  assert.deepEqual([silent.isClosed, slow.isClosed], [true, false], "who asks nothing has to go");
  await scene.pass(5_000);
  assert.match(slow.taken, /^HTTP\/1\.1 408 /);
  await scene.pass(1_000);
  assert.deepEqual([slow.isClosed, check.isClosed, busy.isClosed], [true, true, false]);
  assert.equal(scene.places.connectionCount, 1);
});

Deno.test("who was refused is listened to for 64 KB and no longer", async () => {
  await using scene = new Scene({});
  const socket = await scene.connect("garbage");
  assert.equal(lastLine(socket), "This is no HTTP request");
  for (let count = 0; count < 8; count++) {
    assert.equal(socket.isClosed, false);
    await scene.arrive(socket, "x".repeat(8_192));
  }
  assert.equal(socket.isClosed, true);
});

Deno.test("a client that goes, or a server that ends, aborts what is done for it", async () => {
  const signals: AbortSignal[] = [];
  const faults: unknown[] = [];
  const barrier = new Barrier(({ error }) => faults.push(error));
  await using scene = new Scene({
    barrier,
    handler: ({ signal }) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.onabort = () => reject(signal.reason));
    },
  });
  const gone = await scene.connect(get("/"));
  // This one has asked for more already, so that its end would not be noticed.
  await scene.connect(get("/") + get("/"));
  await scene.arrive(gone, null);
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, false]);
  assert.deepEqual([gone.isHalfClosed, gone.taken], [true, ""]);
  await scene[Symbol.asyncDispose]();
  assert.equal(signals[1]?.aborted, true);
  assert.deepEqual(faults, [], "that a handler stops is no fault");
});
