/**
 * What every transport must do; the names quote the clauses of `lib/transport/transport.ts`.
 *
 * A new transport runs this suite with its own way to open a node.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bodyMaxBytes } from "../../lib/protocol/envelope.ts";
import type { Outcome } from "../../lib/transport/transport.ts";
import { type Need, needing } from "../permissions.ts";
import {
  assertAnswer,
  assertFailure,
  bytes,
  deadTarget,
  patient,
  type TestNode,
  type TestNodeOptions,
  text,
} from "./fixtures.ts";
import { until } from "../support/waiting.ts";

export function transportSuite(
  kind: string,
  open: (options?: TestNodeOptions) => Promise<TestNode>,
  ...needs: Need[]
): void {
  const clause = (name: string, fn: () => Promise<void>): void =>
    Deno.test({ ...needing(`${kind}: ${name}`, ...needs), fn });

  clause("T1 ask() answers with body, round trip, hello and address of the one asked", async () => {
    await using one = await open({ name: "n1@test" });
    await using two = await open({ name: "n2@test" });
    for (const turn of ["first", "second"]) {
      const outcome = await one.ask(two.target, turn);
      assertAnswer(outcome, `echo:${turn}`);
      assert.ok(outcome.kind === "answer" && outcome.roundTripUs > 0);
      assert.deepEqual(outcome.from, two.hello);
      assert.deepEqual(outcome.address, two.target.addresses[0]);
    }
  });

  clause("T1 ask() says other-instance when another instance of the name answers", async () => {
    await using one = await open({ name: "n1@test" });
    await using two = await open({ name: "n2@test" });
    const outcome = await one.ask({ ...two.target, instance: "0".repeat(32) });
    assert.match(assertFailure(outcome, "other-instance"), /another instance of n2@test/);
    assert.ok(outcome.kind === "other-instance" && outcome.from.instance === two.hello.instance);
  });

  clause("T1 ask() says other-instance when another name answers", async () => {
    await using one = await open({ name: "n1@test" });
    await using two = await open({ name: "n2@test" });
    await using three = await open({ name: "n3@test" });
    const target = { ...three.target, addresses: two.target.addresses };
    assert.match(assertFailure(await one.ask(target), "other-instance"), /is n2@test/);
  });

  clause("T1 ask() says other-instance when it reaches itself", async () => {
    await using one = await open();
    assert.match(assertFailure(await one.ask(one.target), "other-instance"), /this node itself/);
  });

  clause("T1 ask() takes any instance when the target names none", async () => {
    await using one = await open({ name: "n1@test" });
    await using two = await open({ name: "n2@test" });
    for (const _ of [1, 2]) assertAnswer(await one.ask({ ...two.target, instance: undefined }));
    assert.equal(one.transport.connectionCount, 1);
  });

  clause("T2 ask() says silent, and onLate is told, when an answer comes too late", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    await using one = await open({ name: "n1@test" });
    await using two = await open({
      name: "n2@test",
      onRequest: (_from, body, answer) => void release.then(() => answer(body)),
    });
    const outcome = await one.ask(two.target, "hi", { ...patient, answerTimeoutMs: 20 });
    assertFailure(outcome, "silent");
    resolve();
    assert.equal(await one.story.line("late"), "late n2@test");
    assertAnswer(await one.ask(two.target), "hi");
    assert.equal(one.transport.connectionCount, 1);
  });

  clause("T2 ask() says refused when nobody listens", async () => {
    await using one = await open();
    assertFailure(await one.ask(deadTarget()), "refused");
  });

  clause("T2 ask() says no-answer when the target has no address", async () => {
    await using one = await open();
    assertFailure(await one.ask({ ...deadTarget(), addresses: [] }), "no-answer");
  });

  clause("T2 a second call of answer changes nothing", async () => {
    await using one = await open({ name: "n1@test" });
    await using two = await open({
      name: "n2@test",
      onRequest: (_from, _body, answer) => [1, 2, 3].forEach((turn) => answer(bytes(`${turn}`))),
    });
    for (const _ of [1, 2]) assertAnswer(await one.ask(two.target), "1");
  });

  clause("T3 ask() is answered while another peer keeps silent", async () => {
    await using one = await open({ name: "n1@test" });
    await using mute = await open({ name: "n2@test", onRequest: () => {} });
    await using two = await open({ name: "n3@test" });
    const order: string[] = [];
    const waiting = one.ask(mute.target).then(({ kind }) => order.push(kind));
    for (const turn of ["1", "2"]) {
      assertAnswer(await one.ask(two.target, turn), `echo:${turn}`);
      order.push(turn);
    }
    await one.transport[Symbol.asyncDispose]();
    await waiting;
    assert.deepEqual(order, ["1", "2", "closed"]);
  });

  clause("T3 requests to one peer run side by side, whatever the order of answers", async () => {
    const held: (() => void)[] = [];
    await using one = await open({ name: "n1@test" });
    await using two = await open({
      name: "n2@test",
      onRequest: (_from, body, answer) => {
        held.push(() => answer(body));
        if (held.length === 100) held.reverse().forEach((release) => release());
      },
    });
    const asked = Array.from({ length: 100 }, (_, index) => `${index}`);
    const outcomes = await Promise.all(asked.map((body) => one.ask(two.target, body)));
    outcomes.forEach((outcome, index) => assertAnswer(outcome, `${index}`));
    assert.equal(two.transport.connectionCount, 1);
  });

  clause("T5 onLost is not called when the peer closes with a goodbye", async () => {
    await using one = await open({ name: "n1@test" });
    const two = await open({ name: "n2@test" });
    assertAnswer(await one.ask(two.target));
    await two.transport[Symbol.asyncDispose]();
    await until("the connection ended", () => one.transport.connectionCount === 0);
    assertFailure(await one.ask(two.target), "refused");
    assert.deepEqual(one.story.lines, []);
  });

  clause("T6 closing ends what is in flight on both sides", async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const one = await open({ name: "n1@test" });
    await using two = await open({ name: "n2@test", onRequest: () => resolve() });
    const outcomes: Promise<Outcome>[] = [one.ask(two.target), one.ask(two.target)];
    await asked;
    await one.transport[Symbol.asyncDispose]();
    for (const outcome of outcomes) assertFailure(await outcome, "closed");
    assertFailure(await one.ask(two.target), "closed");
    assert.equal(one.transport.tell(two.hello.instance, bytes("x")), false);
    await one.transport[Symbol.asyncDispose]();
    await until("the connection ended", () => two.transport.connectionCount === 0);
    assert.deepEqual(two.story.lines, []);
  });

  clause("tell() reaches a connected peer, either way, and says false without one", async () => {
    await using one = await open({ name: "n1@test" });
    await using two = await open({ name: "n2@test" });
    assert.equal(one.transport.tell(two.hello.instance, bytes("early")), false);
    assertAnswer(await one.ask(two.target));
    assert.equal(one.transport.tell(two.hello.instance, bytes("forth")), true);
    assert.equal(await two.story.line("notice"), "notice n1@test forth");
    assert.equal(two.transport.tell(one.hello.instance, bytes("back")), true);
    assert.equal(await one.story.line("notice"), "notice n2@test back");
  });

  clause("ask() uses the connection that the peer opened", async () => {
    await using one = await open({ name: "n1@test" });
    await using two = await open({ name: "n2@test" });
    assertAnswer(await one.ask(two.target));
    assertAnswer(await two.ask({ ...one.target, addresses: [] }));
    assert.equal(one.transport.connectionCount + two.transport.connectionCount, 2);
  });

  clause(
    "ask() over a connection of the peer tells an address where it can be called",
    async () => {
      const told = { host: "203.0.113.7", port: 4000 };
      await using one = await open({ name: "n1@test", addresses: [told] });
      await using two = await open({ name: "n2@test" });
      assertAnswer(await one.ask(two.target));
      const outcome = await two.ask({ ...one.target, addresses: [] });
      assert.deepEqual(outcome.kind === "answer" && outcome.address, told);
    },
  );

  clause(
    "ask() with fresh uses a connection of its own, and leaves the old one alone",
    async () => {
      await using one = await open({ name: "n1@test" });
      await using two = await open({ name: "n2@test" });
      assertAnswer(await one.ask(two.target));
      assertAnswer(await one.ask(two.target, "hi", { ...patient, fresh: true }));
      await until(
        "the fresh one is closed",
        () => one.transport.connectionCount === 1 && two.transport.connectionCount === 1,
      );
      assertAnswer(await two.ask({ ...one.target, addresses: [] }));
      assertFailure(await one.ask(deadTarget(), "hi", { ...patient, fresh: true }), "refused");
      assert.deepEqual([...one.story.lines, ...two.story.lines], []);
    },
  );

  clause(
    "drop() ends what hangs on a lost address and nothing else, and the next request connects again",
    async () => {
      const { promise: asked, resolve } = Promise.withResolvers<void>();
      await using one = await open({ name: "n1@test" });
      await using two = await open({
        name: "n2@test",
        onRequest: (_from, body, answer) => text(body) === "hold" ? resolve() : answer(body),
      });
      let isOver = false;
      const held = one.ask(two.target, "hold").finally(() => isOver = true);
      await asked;
      // Another address of this machine, such as that of a bridge for containers: nothing hangs on it.
      one.transport.drop(["172.17.0.1"]);
      assertAnswer(await one.ask(two.target), "hi");
      assert.equal(isOver, false);
      one.transport.drop(["172.17.0.1", "127.0.0.1"]);
      assert.match(assertFailure(await held, "reset"), /no longer at 127.0.0.1$/);
      assertAnswer(await one.ask(two.target), "hi");
      assert.deepEqual([...one.story.lines, ...two.story.lines], []);
    },
  );

  clause("a client asks over one connection and is never asked", async () => {
    await using client = await open({ name: "client@test", role: "client", listen: undefined });
    await using two = await open({ name: "n2@test" });
    assert.equal(client.transport.port, 0);
    for (const _ of [1, 2]) assertAnswer(await client.ask(two.target));
    assert.equal(two.transport.connectionCount, 1);
    const back = { ...client.target, addresses: [] };
    assertFailure(await two.ask(back), "no-answer");
    assert.equal(two.transport.tell(client.hello.instance, bytes("news")), true);
    assert.equal(await client.story.line("notice"), "notice n2@test news");
  });

  clause("ask() carries the largest body, and an empty one", async () => {
    await using one = await open({ name: "n1@test" });
    await using two = await open({
      name: "n2@test",
      onRequest: (_from, body, answer) => answer(body),
    });
    const body = new Uint8Array(bodyMaxBytes).fill(7);
    for (const each of [body, body, new Uint8Array(0)]) {
      const outcome = await one.transport.ask(two.target, each, patient);
      assert.ok(outcome.kind === "answer" && Buffer.compare(outcome.body, each) === 0);
    }
  });
}
