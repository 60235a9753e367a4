/**
 * Whoever holds the cookie may join and tell, but makes no living node false and none fail.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Attacker } from "../hostile/attacker.ts";
import { answer, Peer } from "../hostile/peer.ts";
import { Besieged } from "./besieged.ts";
import { assertNeverFalse, Cluster, linesPass, shown, showsDead, within } from "./cluster.ts";
import { processTest } from "./process.ts";

/** Pause between two attacks, in milliseconds. */
const pauseMs = 20;

processTest("five nodes endure a hostile member for a minute", async () => {
  await using besieged = new Besieged();
  await besieged.start();
  await using attacker = new Attacker(besieged);
  await besieged.endure((endMs) => attacker.run(pauseMs, endMs));
  await besieged.recovers();
});

processTest(
  "whoever answers for a dead member without refuting is pinged once an interval",
  async () => {
    await using cluster = new Cluster();
    const cookie = "u3Wn0uS1kq3cN4v6YjzXb1Tt8lQm5Ro7Gh2Ed9Fa0Pw";
    const nodes = await cluster.startMany(3, "--cookie", cookie);
    const { name, instance, addresses } = await cluster.row("n3@127.0.0.1");
    const [n1, n2, n3] = nodes;
    assert.ok(n1 && n2 && n3);
    n3.kill("SIGKILL");
    await n3.ended();
    await shown([n1, n2], showsDead(name), performance.now(), 10_000);
    let pings = 0;
    await using peer = new Peer({
      cookie,
      name,
      instance,
      port: addresses[0]?.port ?? 0,
      onRequest(peer, ...more) {
        pings++;
        // It hears that it is called failed, and does not raise its incarnation.
        peer.incarnation = 0;
        answer(peer, ...more);
      },
    });
    await linesPass([n1, n2], 6);
    assert.ok(peer.accepted > 0);
    // Two nodes, each at its tick and once out of turn an interval. Six lines of both take up to eight
    // intervals, as the first and the last one are seldom whole.
    within("pings of one that does not refute", pings, 2 * 2 * 8);
    assertNeverFalse([n1, n2], performance.now());
  },
);
