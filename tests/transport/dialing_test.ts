/**
 * How dialling ends: each kind of failure, several addresses, two sides at once, closing meanwhile.
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import type { Address } from "../../lib/core/base/address.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { Connect } from "../../lib/transport/attempt.ts";
import type { Resolver } from "../../lib/sockets/resolver.ts";
import { listenTcp } from "../../lib/transport/tcp.ts";
import type { Outcome } from "../../lib/transport/transport.ts";
import type { Socket } from "../../lib/transport/framed_socket.ts";
import {
  assertAnswer,
  assertFailure,
  black,
  bytes,
  deadTarget,
  dialling,
  FakeListener,
  never,
  newInstance,
  openNode,
  patient,
  randomBytes,
  readToEnd,
  real,
} from "./fixtures.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { until } from "../support/waiting.ts";

dialling("ask() says no-answer when nothing answers the attempt to connect", async () => {
  await using node = await openNode({ connect: black });
  assert.match(assertFailure(await node.ask(deadTarget(), "hi", never), "no-answer"), /127/);
});

dialling("ask() says that no address is known when its target has none", async () => {
  await using node = await openNode({ connect: black });
  const target = { ...deadTarget(), addresses: [] };
  const detail = assertFailure(await node.ask(target, "hi", never), "no-answer");
  assert.equal(detail, `no address of ${target.name} is known`);
});

dialling("ask() dials an address that is told more than once a single time", async () => {
  let dials = 0;
  const refusing: Connect = () => {
    dials++;
    return Promise.reject(new Deno.errors.ConnectionRefused());
  };
  await using node = await openNode({ connect: refusing });
  const [address] = deadTarget().addresses;
  const target = { ...deadTarget(), addresses: [address, address, address] as Address[] };
  assertFailure(await node.ask(target), "refused");
  assert.equal(dials, 1);
});

dialling("ask() says silent when a frozen peer's kernel accepts", async () => {
  await using frozen = new FakeListener(async (socket) => void await readToEnd(socket));
  await using node = await openNode();
  assertFailure(await node.ask(frozen.target, "hi", never), "silent");
});

dialling(
  "ask() says silent after the handshake timeout when its own deadline is later",
  async () => {
    await using frozen = new FakeListener(async (socket) => void await readToEnd(socket));
    await using node = await openNode({ limits: { handshakeTimeoutMs: 20 } });
    assertFailure(await node.ask(frozen.target), "silent");
  },
);

dialling("ask() says garbage when another protocol answers", async () => {
  await using server = new FakeListener(async (socket) => {
    await socket.read(new Uint8Array(100));
    await socket.write(bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    socket.close();
  });
  await using node = await openNode();
  assertFailure(await node.ask(server.target), "garbage");
});

dialling("ask() says garbage when its own words come back", async () => {
  await using echo = new FakeListener(async (socket) => {
    const buffer = new Uint8Array(100);
    const count = await socket.read(buffer);
    await socket.write(buffer.subarray(0, count ?? 0));
    await readToEnd(socket);
  });
  await using node = await openNode();
  assertFailure(await node.ask(echo.target), "garbage");
});

dialling("ask() says wrong-cookie when a listener reads and closes", async () => {
  await using listener = new FakeListener(async (socket) => {
    await socket.read(new Uint8Array(100));
    socket.close();
  });
  await using node = await openNode();
  assertFailure(await node.ask(listener.target), "wrong-cookie");
  assert.equal(listener.accepted, 2);
});

dialling("ask() says reset when the peer breaks the connection while it is asked", async () => {
  const sockets: Socket[] = [];
  await using two = await openNode({
    name: "n2@test",
    onRequest: () => sockets.forEach((socket) => socket.close()),
  });
  await using node = await openNode({
    connect: async (address, signal) => {
      const socket = await real(address, signal);
      sockets.push(socket);
      return socket;
    },
  });
  assertFailure(await node.ask(two.target), "reset");
});

dialling(
  "ask() dials again once when the open connection turns out dead while writing",
  async () => {
    let dead = false;
    let dialled = 0;
    await using two = await openNode({ name: "n2@test" });
    await using node = await openNode({
      connect: async (address, signal) => {
        const socket = await real(address, signal);
        if (dialled++ > 0) return socket;
        return {
          localAddr: socket.localAddr,
          remoteAddr: socket.remoteAddr,
          setNoDelay: () => {},
          read: (buffer) => socket.read(buffer),
          close: () => socket.close(),
          write: (chunk) => {
            if (!dead) return socket.write(chunk);
            socket.close();
            return Promise.reject(new Deno.errors.BrokenPipe("broken pipe"));
          },
        };
      },
    });
    assertAnswer(await node.ask(two.target));
    dead = true;
    assertAnswer(await node.ask(two.target));
    assert.equal(dialled, 2);
  },
);

dialling("ask() gives up a connection after two silent requests and dials anew", async () => {
  let mute = true;
  let dialled = 0;
  await using two = await openNode({
    name: "n2@test",
    onRequest: (_from, body, answer) => mute || answer(body),
  });
  await using node = await openNode({
    connect: (address, signal) => {
      dialled++;
      return real(address, signal);
    },
  });
  const hasty = { ...patient, answerTimeoutMs: 10 };
  for (const _ of [1, 2]) assertFailure(await node.ask(two.target, "hi", hasty), "silent");
  mute = false;
  assertAnswer(await node.ask(two.target), "hi");
  assert.equal(dialled, 2);
  await until("one is left", () => two.transport.connectionCount === 1);
  assert.deepEqual(two.story.lines, []);
});

/** Hosts are names here: `good` leads to `port`, `hole` nowhere, `shut` to a closed port. */
function names(port: number, log: string[]): Connect {
  const shut = deadTarget().addresses[0]?.port ?? 1;
  return ({ host }, signal) => {
    log.push(host);
    if (host === "hole") return black({ host, port }, signal);
    return real({ host: "127.0.0.1", port: host === "shut" ? shut : port }, signal);
  };
}
/** Hosts are resolved to themselves, for {@linkcode names}. */
const asNamed: Resolver = { addressesOf: (host) => Promise.resolve([host]) };
const at = (host: string) => ({ host, port: 1 });

dialling(
  "ask() tries the next address at once when one refuses, and remembers the good one",
  async () => {
    const log: string[] = [];
    await using two = await openNode({ name: "n2@test" });
    await using node = await openNode({
      connect: names(two.transport.port, log),
      resolver: asNamed,
    });
    const target = { ...two.target, addresses: [at("shut"), at("good")] };
    const outcome = await node.ask(target);
    assertAnswer(outcome);
    assert.deepEqual(outcome.kind === "answer" && outcome.address, at("good"));
    assertAnswer(await node.ask(target, "hi", { ...patient, fresh: true }));
    assert.deepEqual(log, ["shut", "good", "good"]);
  },
);

dialling("ask() tries the next address after a while when one does not answer", async () => {
  const log: string[] = [];
  await using two = await openNode({ name: "n2@test" });
  const connect = names(two.transport.port, log);
  await using node = await openNode({ connect, resolver: asNamed, limits: { staggerMs: 5 } });
  assertAnswer(await node.ask({ ...two.target, addresses: [at("hole"), at("good")] }));
  assert.deepEqual(log, ["hole", "good"]);
});

dialling(
  "ask() says no-answer when one address does not answer, whoever does at another",
  async () => {
    await using other = await openNode({ name: "n3@test" });
    const connect = names(other.transport.port, []);
    await using node = await openNode({ connect, resolver: asNamed, limits: { staggerMs: 1 } });
    const target = { name: "n2@test" as NodeName, instance: newInstance() };
    const ask = (...addresses: Address[]): Promise<Outcome> =>
      node.ask({ ...target, addresses }, "hi", { ...patient, connectTimeoutMs: 300 });
    assertFailure(await ask(at("hole"), at("good")), "no-answer");
    assertFailure(await ask(at("shut"), at("good")), "other-instance");
  },
);

dialling(
  "ask() says refused when all addresses refuse, and soon when the good one does",
  async () => {
    const log: string[] = [];
    const two = await openNode({ name: "n2@test" });
    const connect = names(two.transport.port, log);
    await using node = await openNode({ connect, resolver: asNamed, limits: { staggerMs: 5 } });
    const target = { ...two.target, addresses: [at("shut"), at("good")] };
    assertAnswer(await node.ask(target));
    await two.transport[Symbol.asyncDispose]();
    await until("the connection ended", () => node.transport.connectionCount === 0);
    assertFailure(await node.ask(target), "refused");
    assertFailure(await node.ask({ ...target, addresses: [at("hole"), at("good")] }), "refused");
  },
);

dialling(
  "ask() says other-instance when a node came back under the same name elsewhere",
  async () => {
    await using two = await openNode({ name: "n2@test" });
    const connect = names(two.transport.port, []);
    await using node = await openNode({ connect, resolver: asNamed, limits: { staggerMs: 5 } });
    const gone = { ...two.target, instance: newInstance(), addresses: [at("hole"), at("good")] };
    assertFailure(await node.ask(gone), "other-instance");
  },
);

dialling(
  "two nodes that dial each other at once keep one connection and lose no request",
  async () => {
    await using one = await openNode({ name: "n1@test" });
    await using two = await openNode({ name: "n2@test" });
    for (let round = 0; round < 200; round++) {
      const asked: Promise<Outcome>[] = [];
      for (let turn = 0; turn < 3; turn++) {
        asked.push(one.ask(two.target), two.ask(one.target));
        if (turn > 0) await asked[round % asked.length];
      }
      for (const outcome of await Promise.all(asked)) assertAnswer(outcome);
      await until(
        "one connection is left",
        () => one.transport.connectionCount === 1 && two.transport.connectionCount === 1,
      );
      for (const outcome of await Promise.all([one.ask(two.target), two.ask(one.target)])) {
        assertAnswer(outcome);
      }
      (round % 2 === 0 ? one : two).transport.drop(["127.0.0.1"]);
      await until(
        "both have none",
        () => one.transport.connectionCount === 0 && two.transport.connectionCount === 0,
      );
    }
    assert.deepEqual([...one.story.lines, ...two.story.lines], []);
  },
);

dialling("drop() knows an address of IPv4 on a socket of both families", async () => {
  await using one = await openNode();
  await using both = await openNode({ name: "n2@test", listen: { host: "::", port: 0 } });
  const addresses = [{ host: "127.0.0.1", port: both.transport.port }];
  assertAnswer(await one.ask({ ...both.target, addresses }));
  both.transport.drop(["127.0.0.1"]);
  await until("it has gone", () => one.transport.connectionCount === 0);
});

dialling("T6 closing ends dials in every stage", async () => {
  await using frozen = new FakeListener(async (socket) => void await readToEnd(socket));
  const node = await openNode();
  const hanging = await openNode({ connect: black });
  const asked = [node.ask(frozen.target), hanging.ask(frozen.target)];
  await until("it is connected", () => frozen.accepted === 1);
  await Promise.all([node, hanging].map((one) => one.transport[Symbol.asyncDispose]()));
  for (const outcome of asked) assertFailure(await outcome, "closed");
});

dialling("a connection nobody uses is closed without a loss", async () => {
  await using one = await openNode({ name: "n1@test", limits: { idleTimeoutMs: 8 } });
  await using two = await openNode({ name: "n2@test" });
  assertAnswer(await one.ask(two.target));
  await until(
    "it is closed",
    () => one.transport.connectionCount === 0 && two.transport.connectionCount === 0,
  );
  assert.deepEqual([...one.story.lines, ...two.story.lines], []);
});

dialling("the connection idle for longest makes room when there are too many", async () => {
  await using hub = await openNode({ name: "hub@test", limits: { connectionsMax: 2 } });
  const [one, two, three] = [await openNode(), await openNode(), await openNode()];
  for (const node of [one, two, three]) assertAnswer(await node.ask(hub.target));
  await until("there is room", () => hub.transport.connectionCount <= 2);
  for (const node of [one, two, three]) await node.transport[Symbol.asyncDispose]();
  assert.deepEqual(hub.story.lines, []);
});

dialling("listenTcp() says where and why when it cannot listen", async () => {
  await using node = await openNode();
  const listen = { host: "127.0.0.1", port: node.transport.port };
  await assert.rejects(
    openNode({ listen }),
    /^ListenError: Cannot listen on 127\.0\.0\.1:\d+ as another program listens there already$/,
  );
  await assert.rejects(
    openNode({ listen: { host: "192.0.2.1", port: 80 } }),
    /^ListenError: Cannot listen on 192\.0\.2\.1:80 as /,
  );
});

Deno.test("listenTcp() rejects when there is no cookie", async () => {
  const hello = { role: "client", name: "v@test", instance: newInstance() } as never;
  const given = { listen: undefined, cookies: [], cluster: "c", clock: systemClock };
  const options = { ...given, barrier: loudBarrier, randomBytes };
  await assert.rejects(
    listenTcp({ ...options, hello: () => hello, handler: {} as never }),
    /at least one cookie/,
  );
});
