/**
 * A network that loses large packets and lets small ones through, as tunnels with a wrong MTU do.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, shown } from "./cluster.ts";
import { hostsTest } from "./hosts.ts";

hostsTest("doctor names large packets where only they get lost", 2, async (hosts) => {
  const nodes = hosts.startAll("--listen", "0.0.0.0:4000");
  await shown(nodes, allTrue(2), performance.now(), 20_000);
  const before = await hosts.command(1, "doctor");
  assert.doesNotMatch(before.text, /large packets/);
  await hosts.cutLarge(1, 2);
  const { text, code } = await hosts.command(1, "doctor");
  assert.match(text, /n2@10\.77\.0\.2 answers a small ping .* large packets get lost on the way/);
  assert.match(text, /Lower the MTU/);
  assert.equal(code, 1);
});
