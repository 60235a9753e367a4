/**
 * Dials that several requests wait for: each one until its own deadline.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertAnswer,
  assertFailure,
  black,
  deadTarget,
  dialling,
  FakeListener,
  never,
  openNode,
  readToEnd,
  real,
} from "./fixtures.ts";

dialling("ask() shares a dial that is under way", async () => {
  let dialled = 0;
  await using two = await openNode({ name: "n2@test" });
  await using node = await openNode({
    connect: (address, signal) => {
      dialled++;
      return real(address, signal);
    },
  });
  const asked = Array.from({ length: 20 }, () => node.ask(two.target));
  for (const outcome of await Promise.all(asked)) assertAnswer(outcome);
  assert.equal(dialled, 1);
});

dialling("ask() that joined a dial ends by its own deadline", async () => {
  await using node = await openNode({ connect: black });
  const target = deadTarget();
  const first = node.ask(target);
  assertFailure(await node.ask(target, "hi", never), "no-answer");
  await node.transport[Symbol.asyncDispose]();
  assertFailure(await first, "closed");
});

dialling("ask() goes on with a handshake for which the one before could not wait", async () => {
  await using two = await openNode({
    name: "n2@test",
    onRequest: (_from, body, answer) => answer(body),
  });
  const held = Promise.withResolvers<void>();
  let dialled = 0;
  await using node = await openNode({
    connect: async (address, signal) => {
      dialled++;
      const socket = await real(address, signal);
      return {
        localAddr: socket.localAddr,
        remoteAddr: socket.remoteAddr,
        read: async (buffer) => {
          await held.promise;
          return await socket.read(buffer);
        },
        write: (data) => socket.write(data),
        setNoDelay: (noDelay) => socket.setNoDelay(noDelay),
        close: () => socket.close(),
      };
    },
  });
  assertFailure(await node.ask(two.target, "hi", never), "silent");
  const second = node.ask(two.target);
  held.resolve();
  assertAnswer(await second, "hi");
  assert.equal(dialled, 1);
});

dialling("ask() begins no handshake after its deadline, whatever goes on by then", async () => {
  await using frozen = new FakeListener(async (socket) => void await readToEnd(socket));
  const hosts = [1, 2, 3, 4, 5].map((number) => `127.0.0.${number}`);
  const [{ port } = { port: 0 }] = frozen.target.addresses;
  const target = { ...frozen.target, addresses: hosts.map((host) => ({ host, port })) };
  const dialled: string[] = [];
  await using node = await openNode({
    limits: { staggerMs: 20, handshakeTimeoutMs: 200 },
    connect: (address, signal) => {
      dialled.push(address.host);
      return real({ ...address, host: "127.0.0.1" }, signal);
    },
  });
  assertFailure(await node.ask(target, "hi", never), "silent");
  const before = dialled.length;
  assertFailure(await node.ask(target), "silent");
  assert.deepEqual(dialled, hosts.slice(0, before));
  assert.ok(before < hosts.length, `${before} were dialled in ${never.connectTimeoutMs} ms`);
});

dialling(
  "ask() does not try again after its deadline where a listener reads and closes",
  async () => {
    const closed = Promise.withResolvers<void>();
    await using listener = new FakeListener(async (socket) => {
      await socket.read(new Uint8Array(100));
      await closed.promise;
      socket.close();
    });
    await using node = await openNode();
    assertFailure(await node.ask(listener.target, "hi", never), "silent");
    const second = node.ask(listener.target);
    closed.resolve();
    assertFailure(await second, "reset");
    assert.equal(listener.accepted, 1);
  },
);
