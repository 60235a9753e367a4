/** Every way in which a ping ends, with everybody else played by the test. */
import assert from "node:assert/strict";
import { EpmdServer } from "../../lib/beam/epmd/epmd_server.ts";
import { AcceptingHandshake } from "../../lib/beam/handshake/handshake_acceptor.ts";
import { encodeStatus } from "../../lib/beam/handshake/handshake_message.ts";
import { encodeUtf8 } from "../../lib/core/base/text.ts";
import type { Resolver } from "../../lib/sockets/resolver.ts";
import { closeQuietly, FakeListener, readToEnd } from "../transport/fixtures.ts";
import { needing } from "../permissions.ts";
import { assertOutcome, cookie, nameOf, openTestBeam, type TestBeam } from "./fixtures.ts";
import { epmdContext, EpmdScene, wireOf } from "./scene.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

const hasty = { connectTimeoutMs: 1000, answerTimeoutMs: 1000 };
const n1 = nameOf("n1");

/** A ping by a node that registers nothing, in a scene of its own. */
function outcomeTest(name: string, fn: (us: TestBeam, scene: EpmdScene) => Promise<void>): void {
  Deno.test({
    ...needing(name, "net"),
    async fn() {
      await using scene = new EpmdScene();
      const { port: epmdPort } = scene;
      await using us = await openTestBeam({ epmdPort, servesEpmd: false, listen: undefined });
      await fn(us, scene);
    },
  });
}

Deno.test({
  ...needing("B2 refused: no EPMD runs on its host", "net"),
  async fn() {
    const options = { epmdPort: freePort(), servesEpmd: false, listen: undefined };
    await using us = await openTestBeam(options);
    assert.equal(assertOutcome(await us.ping(n1), "refused"), "no EPMD runs on 127.0.0.1");
    assert.equal(us.beam.port, 0);
  },
});

outcomeTest("B2 refused: its EPMD does not know it", async (us) => {
  assert.equal(assertOutcome(await us.ping(n1), "refused"), "its EPMD does not know it");
});

outcomeTest("B2 refused: nobody listens where its EPMD says", async (us, scene) => {
  await scene.register("n1", freePort());
  assert.match(assertOutcome(await us.ping(n1), "refused"), /^nobody listens at 127\.0\.0\.1:/);
});

outcomeTest("B2 silent: it accepts and says nothing", async (us, scene) => {
  await scene.node("n1", async (socket) => void await readToEnd(socket));
  const detail = assertOutcome(await us.ping(n1, hasty), "silent");
  assert.equal(detail, "its answer to the name of this node did not come within 1000 ms");
});

outcomeTest("B2 reset: it closes whenever somebody says a name", async (us, scene) => {
  const node = await scene.node("n1", async (socket) => {
    await socket.read(new Uint8Array(100));
    socket.close();
  });
  assertOutcome(await us.ping(n1), "reset");
  assert.equal(node.accepted, 3);
});

outcomeTest("B2 garbage: it speaks something else, or says too much", async (us, scene) => {
  const answers = [encodeUtf8("HTTP/1.1 400 Bad Request\r\n\r\n"), Uint8Array.of(0xff, 0xff, 1)];
  for (const [index, answer] of answers.entries()) {
    await scene.node(`n${index}`, async (socket) => {
      await socket.write(answer);
      await readToEnd(socket);
    });
    assertOutcome(await us.ping(nameOf(`n${index}`)), "garbage");
  }
});

outcomeTest("B2 garbage: it does not allow us in", async (us, scene) => {
  await scene.node("n1", async (socket) => {
    const packets = wireOf(socket);
    await packets.read();
    packets.write(encodeStatus("not_allowed"));
    await packets.read();
    packets.close("ours", "");
  });
  assert.equal(assertOutcome(await us.ping(n1), "garbage"), "it does not allow this node in");
});

outcomeTest("B2 silent: it says that it comes, and never does", async (us, scene) => {
  const node = await scene.node("n1", async (socket) => {
    const packets = wireOf(socket);
    await packets.read();
    packets.write(encodeStatus("nok"));
    await packets.read();
    packets.close("ours", "");
  });
  assertOutcome(await us.ping(n1, hasty), "silent");
  assert.ok(node.accepted >= 2, "it has another chance");
});

/** Accepts everybody as `name` with `secret`, and then says nothing any more. */
const acceptAs = (name: string, secret: string) => async (socket: Deno.TcpConn): Promise<void> => {
  const packets = wireOf(socket);
  const party = {
    name: nameOf(name),
    cookie: secret,
    creation: 7,
    challenge: 8,
    isOwn: () => false,
  };
  const handshake = new AcceptingHandshake(party);
  for (let packet = await packets.read(); packet; packet = await packets.read()) {
    const effects = handshake.receive(packet);
    for (let effect = effects.shift(); effect; effect = effects.shift()) {
      if (effect.kind === "send") packets.write(effect.packet);
      else if (effect.kind === "admit") effects.push(...handshake.admit("ok"));
      else if (effect.kind === "failed") packets.close("ours", effect.detail);
      else packets.setLength(4, 1_000);
    }
  }
  packets.close("ours", "");
};

outcomeTest("B1 wrong cookie: it closes when it sees our proof", async (us, scene) => {
  await scene.node("n1", acceptAs("n1", "another"));
  const detail = assertOutcome(await us.ping(n1), "wrong-cookie");
  assert.equal(detail, "it closed when it saw the proof of this node's cookie");
});

outcomeTest("B1 other instance: somebody else answers at its port", async (us, scene) => {
  await scene.node("n1", acceptAs("n2", cookie));
  assert.equal(assertOutcome(await us.ping(n1), "other-instance"), "n2@127.0.0.1 answers there");
});

outcomeTest(
  "B1 silent: the connection stands, but its net_kernel says nothing",
  async (us, scene) => {
    await scene.node("n1", acceptAs("n1", cookie));
    const detail = assertOutcome(
      await us.ping(n1, { ...hasty, connectTimeoutMs: 20_000 }),
      "silent",
    );
    assert.equal(detail, "no answer to a ping within 1000 ms");
    await us.story.line("lost n1@127.0.0.1");
    assert.equal(us.beam.linkCount, 0);
  },
);

outcomeTest("B2 pings that join a dial have deadlines of their own", async (us, scene) => {
  await scene.node("n1", async (socket) => void await readToEnd(socket));
  const long = us.ping(n1, { connectTimeoutMs: 20_000, answerTimeoutMs: 20_000 });
  assertOutcome(await us.ping(n1, hasty), "silent");
  await us.beam[Symbol.asyncDispose]();
  assertOutcome(await long, "closed");
  assertOutcome(await us.ping(n1), "closed");
});

outcomeTest("B7 closing ends a look-up that waits", async () => {
  await using silent = new FakeListener(async (socket) => void await readToEnd(socket));
  const epmdPort = silent.target.addresses[0]?.port ?? 0;
  await using us = await openTestBeam({ epmdPort, servesEpmd: false, listen: undefined });
  const detail = assertOutcome(await us.ping(n1, hasty), "silent");
  assert.equal(detail, "the answer of the EPMD of 127.0.0.1 did not come within 1000 ms");
  const waiting = us.ping(n1);
  await until("it asks", () => silent.accepted === 2);
  await us.beam[Symbol.asyncDispose]();
  assertOutcome(await waiting, "closed");
});

outcomeTest("B7 closing ends a look-up at the moment in which EPMD takes it in", async () => {
  const epmdPort = freePort();
  await using us = await openTestBeam({ epmdPort, servesEpmd: false, listen: undefined });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: epmdPort });
  const waiting = us.ping(n1);
  const socket = await listener.accept();
  let isClosed = false;
  void us.beam[Symbol.asyncDispose]().then(() => isClosed = true);
  try {
    await until("it is closed", () => isClosed);
    assertOutcome(await waiting, "closed");
  } finally {
    closeQuietly(socket);
    listener.close();
  }
});

outcomeTest("B2 garbage, reset: what listens at EPMD's port is something else", async () => {
  await using http = new FakeListener(async (socket) => {
    await socket.write(encodeUtf8("HTTP/1.1 400 Bad Request\r\n\r\n"));
    socket.close();
  });
  await using mute = new FakeListener(async (socket) => {
    await socket.read(new Uint8Array(100));
    socket.close();
  });
  for (const [listener, kind] of [[http, "garbage"], [mute, "reset"]] as const) {
    const epmdPort = listener.target.addresses[0]?.port ?? 0;
    await using us = await openTestBeam({ epmdPort, servesEpmd: false, listen: undefined });
    assertOutcome(await us.ping(n1), kind);
  }
});

outcomeTest("B2 garbage: a node does not ping itself", async (us) => {
  assertOutcome(await us.ping(us.name), "garbage");
});

outcomeTest("B2 no answer: its host has no address", async (us) => {
  // Longer than a part of a host name may be: nobody has to be asked.
  const outcome = await us.ping(nameOf("n1", "h".repeat(64)));
  assert.match(
    assertOutcome(outcome, "no-answer"),
    /^its host has no address: h{64} cannot be resolved: /,
  );
});

/** Two addresses of this machine behind one name; at the first no scene has its EPMD. */
const behindOneName: Resolver = {
  addressesOf: () => Promise.resolve(["127.0.0.78", "127.0.0.1"]),
};

Deno.test({
  ...needing("B2 EPMD is asked at all addresses of a host, until one knows the node", "net"),
  async fn() {
    await using scene = new EpmdScene();
    const { port: epmdPort } = scene;
    await scene.register("n1", freePort());
    const options = { epmdPort, servesEpmd: false, listen: undefined, resolver: behindOneName };
    await using us = await openTestBeam(options);
    const there = /^nobody listens at 127\.0\.0\.1:/;
    const name = nameOf("n1", "many.test");
    // At the first address no EPMD runs; then one does, and does not know it.
    assert.match(assertOutcome(await us.ping(name), "refused"), there);
    await using _other = new EpmdServer({ host: "127.0.0.78", port: epmdPort }, epmdContext);
    assert.match(assertOutcome(await us.ping(name), "refused"), there);
    const unknown = await us.ping(nameOf("n2", "many.test"));
    assert.equal(assertOutcome(unknown, "refused"), "its EPMD does not know it");
  },
});
