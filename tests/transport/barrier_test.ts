/** A fault of the program ends the connection in which it happens, and no other. */
import assert from "node:assert/strict";
import { Barrier } from "../../lib/barrier.ts";
import { bodyMaxBytes } from "../../lib/protocol/envelope.ts";
import { needing } from "../permissions.ts";
import { assertAnswer, assertFailure, bytes, openNode, openRogue } from "./fixtures.ts";
import { patient, text } from "./fixtures.ts";
import type { TestNode, TestNodeOptions } from "./fixtures.ts";
import { until } from "../support/waiting.ts";

const faulty = (name: string, fn: () => Promise<void>): void =>
  Deno.test({ ...needing(name, "net"), fn });

interface Scene {
  readonly node: TestNode;
  readonly barrier: Barrier;
  readonly faults: string[];
}

async function open(options: TestNodeOptions = {}): Promise<Scene> {
  const faults: string[] = [];
  const barrier = new Barrier(({ where, error }) => faults.push(`${where}: ${error}`));
  return { node: await openNode({ name: "n2@test", barrier, ...options }), barrier, faults };
}

faulty("a request at which the handler throws ends its connection, and no other", async () => {
  const { node, barrier, faults } = await open({
    onRequest(_from, body, answer) {
      if (text(body) === "bad") throw new TypeError("broken");
      answer(bytes(`echo:${text(body)}`));
    },
  });
  await using _node = node;
  await using one = await openNode({ name: "n1@test" });
  await using other = await openNode({ name: "n3@test" });
  assertAnswer(await one.ask(node.target));
  assertAnswer(await other.ask(node.target));
  for (let time = 1; time <= 3; time++) {
    assertFailure(await one.ask(node.target, "bad"), "reset");
    assertAnswer(await one.ask(node.target));
    assert.equal(barrier.faultCount, time);
  }
  assertAnswer(await other.ask(node.target));
  assert.deepEqual(other.story.lines, []);
  assert.deepEqual(faults, ["a connection: TypeError: broken"]);
});

faulty("a fault while somebody comes in ends that connection, and frees its place", async () => {
  const { node, barrier, faults } = await open();
  await using _node = node;
  const { hello } = node;
  let isBroken = true;
  // The hello is asked for once the first message has opened.
  const name = hello.name;
  Object.defineProperty(hello, "name", {
    enumerable: true,
    get() {
      if (isBroken) throw new TypeError("broken");
      return name;
    },
  });
  await using one = await openNode({ name: "n1@test" });
  assert.notEqual((await one.ask(node.target)).kind, "answer");
  await until("its place is free", () => node.transport.pendingCount === 0);
  assert.ok(barrier.faultCount >= 1);
  assert.deepEqual(faults, ["a connection that came in: TypeError: broken"]);
  isBroken = false;
  assertAnswer(await one.ask(node.target));
});

faulty("ask() gives an outcome when a fault ends the dial", async () => {
  await using target = await openNode({ name: "n1@test" });
  const connect = (): Promise<never> => {
    return Promise.resolve({ setNoDelay() {}, close() {} } as never);
  };
  const { node, faults } = await open({ connect });
  await using _node = node;
  assertFailure(await node.ask(target.target), "reset");
  assert.match(faults.join(), /^a dial: TypeError: /);
});

faulty("what fits no frame is not sent, and ends nothing", async () => {
  const { node, barrier } = await open({
    onRequest: (_from, body, answer) =>
      answer(text(body) === "much" ? new Uint8Array(bodyMaxBytes + 1) : body),
  });
  await using _node = node;
  await using one = await openNode({ name: "n1@test" });
  assertAnswer(await one.ask(node.target), "hi");
  const tooMuch = new Uint8Array(bodyMaxBytes + 1);
  assertFailure(await one.transport.ask(node.target, tooMuch, patient), "no-answer");
  assert.equal(one.transport.tell(node.hello.instance, tooMuch), false);
  assertAnswer(await one.ask(node.target), "hi");
  assert.equal(one.transport.connectionCount, 1);
  // Who gives such an answer has no other for it: the asker hears of an end instead of nothing.
  assertFailure(await one.ask(node.target, "much"), "reset");
  assertAnswer(await one.ask(node.target), "hi");
  assert.equal(barrier.faultCount, 0);
});

faulty("a peer that damages a frame is no fault of the program", async () => {
  const { node, barrier } = await open();
  await using _node = node;
  const rogue = await openRogue(node.target);
  rogue.framed.write(rogue.ciphers.send.seal(new Uint8Array(0)));
  assert.equal(await node.story.line("lost"), "lost rogue@test");
  rogue.socket.close();
  assert.equal(barrier.faultCount, 0);
});
