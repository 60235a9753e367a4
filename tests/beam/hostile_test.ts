/** Whoever knocks at the door, and whatever they send: the node goes on, and real peers get in. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { pingFrame } from "../../lib/beam/control.ts";
import {
  decodeChallenge,
  decodeStatus,
  encodeChallenge,
  encodeName,
  encodeStatus,
  ownFlags,
} from "../../lib/beam/handshake/handshake_message.ts";
import { handshakePacketMaxBytes } from "../../lib/beam/limits.ts";
import { encodePacket } from "../../lib/beam/packets.ts";
import { encodeUtf8 } from "../../lib/core/base/text.ts";
import { closeQuietly, readToEnd } from "../transport/fixtures.ts";
import { needing } from "../permissions.ts";
import {
  assertOutcome,
  nameOf,
  openTestBeam,
  type TestBeam,
  type TestBeamOptions,
} from "./fixtures.ts";
import { connectAs, EpmdScene, wireOf } from "./scene.ts";
import { hex, toHex } from "./hex.ts";
import { until } from "../support/waiting.ts";

const n1 = nameOf("n1");

function hostileTest(
  name: string,
  fn: (us: TestBeam) => Promise<void>,
  options: TestBeamOptions = {},
): void {
  Deno.test({
    ...needing(name, "net"),
    async fn() {
      await using us = await openTestBeam(options);
      await fn(us);
    },
  });
}

const dial = (us: TestBeam): Promise<Deno.TcpConn> =>
  Deno.connect({ hostname: "127.0.0.1", port: us.beam.port });

/** What comes back to `bytes` until the end, in bytes. */
async function answerTo(us: TestBeam, bytes: Uint8Array): Promise<number> {
  const socket = await dial(us);
  await socket.write(bytes);
  const count = await readToEnd(socket);
  closeQuietly(socket);
  return count;
}

/** An honest node connects, asks, and is answered. */
async function assertAnswers(us: TestBeam): Promise<void> {
  const packets = await connectAs(n1, us.name, us.beam.port);
  packets.write(pingFrame({ name: n1, creation: 5 }, [1, 2, 3]));
  assert.match(toHex(await packets.read() ?? assert.fail()), /7703796573$/);
  packets.close("ours", "");
}

hostileTest(
  "B4 what is no handshake is closed without a word, and told once a second",
  async (us) => {
    const knocks = [
      encodeUtf8("GET / HTTP/1.1\r\nHost: here\r\n\r\n"),
      hex("ffff"),
      encodePacket(new Uint8Array(handshakePacketMaxBytes + 1), 2),
      encodePacket(new Uint8Array(handshakePacketMaxBytes), 2),
      hex("0000"),
      hex("0001 72"),
      hex("0005 73 74727565"),
    ];
    for (const bytes of knocks) assert.equal(await answerTo(us, bytes), 0);
    assert.match(
      await us.story.line("stranger 127.0.0.1"),
      /it sent a packet of 18245 bytes, more/,
    );
    const told = us.story.lines.filter((line) => line.startsWith("stranger"));
    assert.ok(told.length < knocks.length, "once a second");
    await assertAnswers(us);
  },
);

hostileTest("B4 who says nothing, or half of something, is closed after a while", async (us) => {
  for (const bytes of [hex(""), hex("00"), hex("0017 4e")]) {
    assert.equal(await answerTo(us, bytes), 0);
  }
  const name = encodeName({ version: 6, name: n1, flags: ownFlags, creation: 5 });
  assert.ok(await answerTo(us, encodePacket(name, 2)) > 0);
  assert.equal(us.beam.pendingCount, 0);
  assert.deepEqual(us.story.lines.filter((line) => line.startsWith("stranger")), []);
}, { limits: { handshakeTimeoutMs: 50 } });

hostileTest("B4 a flood of half-open handshakes does not keep a real node out", async (us) => {
  const sockets: Deno.TcpConn[] = [];
  const name = encodePacket(
    encodeName({ version: 6, name: n1, flags: ownFlags, creation: 5 }),
    2,
  );
  for (let count = 0; count < 100; count++) {
    const socket = await dial(us);
    sockets.push(socket);
    if (count % 2 === 0) await socket.write(name).catch(() => {});
  }
  await until("those over the limit were closed", () => us.beam.pendingCount === 8);
  await assertAnswers(us);
  sockets.forEach(closeQuietly);
}, { limits: { pendingMax: 16, pendingPerHostMax: 8 } });

hostileTest("B4 a member that sends garbage loses its link and nothing else", async (us) => {
  const frames = [
    "00000005 7083680061",
    "00000002 8344",
    "00000004 70836a83",
    "00020000",
    "7fffffff 00",
  ];
  for (const text of frames) {
    const rogue = await connectAs(nameOf("rogue"), us.name, us.beam.port);
    rogue.writeBytes(hex(text));
    assert.equal(await rogue.read(), undefined, text);
    await until("it is lost", () => us.beam.linkCount === 0);
  }
  await assertAnswers(us);
});

hostileTest("B4 no bytes of a stranger, or of a member, make it throw or stop", async (us) => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), async (chunk, isFramed) => {
      const socket = await dial(us);
      await socket.write(isFramed ? encodePacket(chunk, 2) : chunk).catch(() => {});
      closeQuietly(socket);
    }),
    { numRuns: 150 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 5 }), async (chunks) => {
      const rogue = await connectAs(nameOf("rogue"), us.name, us.beam.port);
      for (const chunk of chunks) rogue.writeBytes(encodePacket(chunk, 4));
      await rogue.flushed();
      rogue.close("ours", "");
    }),
    { numRuns: 100 },
  );
  await assertAnswers(us);
});

hostileTest("B4 a member that asks and never reads is given up, its memory bounded", async (us) => {
  const rogue = await connectAs(nameOf("rogue"), us.name, us.beam.port);
  const ping = encodePacket(pingFrame({ name: nameOf("rogue"), creation: 5 }, [1, 2, 3]), 4);
  await until("it is given up", () => {
    for (let count = 0; count < 500; count++) rogue.writeBytes(ping);
    return us.beam.linkCount === 0;
  });
  assert.equal(rogue.end, undefined, "it has not gone by itself");
  rogue.close("ours", "");
  await assertAnswers(us);
}, { limits: { writeQueueMaxBytes: 10_000 } });

Deno.test({
  ...needing("B1 who has no cookie cannot have this node answer its own challenge", "net"),
  async fn() {
    await using scene = new EpmdScene();
    await using us = await openTestBeam({ epmdPort: scene.port, servesEpmd: false });
    const mirror = wireOf(await dial(us));
    mirror.write(encodeName({ version: 6, name: nameOf("mirror"), flags: ownFlags, creation: 5 }));
    assert.equal(decodeStatus(await mirror.read() ?? assert.fail()), "ok");
    const open = decodeChallenge(await mirror.read() ?? assert.fail()) ?? assert.fail();
    let proof: Uint8Array | undefined;
    await scene.node("n1", async (socket) => {
      const packets = wireOf(socket);
      await packets.read();
      packets.write(encodeStatus("ok"));
      packets.write(encodeChallenge({ ...open, name: n1 }));
      proof = await packets.read();
      packets.close("ours", "");
    });
    const detail = assertOutcome(await us.ping(n1), "garbage");
    assert.equal(detail, "it hands a challenge of this node back to it");
    assert.equal(proof, undefined);
    assert.equal(us.beam.challengeCount, 1);
    mirror.close("ours", "");
    await until("none is kept", () => us.beam.challengeCount === 0);
  },
});
