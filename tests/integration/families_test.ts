/**
 * Hosts with addresses of IPv6, of both families, and with names that lead to several addresses.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, linesPass, shown } from "./cluster.ts";
import { hostsTest } from "./hosts.ts";
import type { Hosts } from "./hosts.ts";
import type { Program } from "./process.ts";

/** How long a cluster may take until all see each other, in milliseconds. */
const meetMs = 20_000;

/** Waits until the nodes see each other, and looks that it stays so. */
async function meet(nodes: readonly Program[]): Promise<void> {
  await shown(nodes, allTrue(nodes.length), performance.now(), meetMs);
  await linesPass(nodes, 3);
  await shown(nodes, allTrue(nodes.length), performance.now(), 2000);
}

/** Starts on each host a node that has to find its addresses. */
function detectAll(hosts: Hosts, ...more: string[]): Program[] {
  return Array.from(
    { length: hosts.count },
    (_, index) => hosts.startDetecting(index + 1, ...more),
  );
}

for (const listen of [[], ["--listen", "0.0.0.0:4000"], ["--listen", "[::]:4000"]]) {
  const given = listen.join(" ") || "defaults";
  hostsTest(`two hosts with IPv6 alone meet with ${given}`, 2, async (hosts) => {
    for (const number of [1, 2]) await hosts.addIpv6(number, "alone");
    await meet(detectAll(hosts, ...listen));
  });
}

hostsTest("three hosts meet: with IPv6 alone, with both, and with both again", 3, async (hosts) => {
  await hosts.addIpv6(1, "alone");
  for (const number of [2, 3]) await hosts.addIpv6(number, "beside IPv4");
  await meet(detectAll(hosts));
});

hostsTest("three hosts meet: with IPv4 alone, with IPv6 alone, and with both", 3, async (hosts) => {
  await hosts.addIpv6(2, "alone");
  await hosts.addIpv6(3, "beside IPv4");
  const nodes = detectAll(hosts);
  const both = nodes[2];
  assert.ok(both);
  await shown([both], allTrue(3), performance.now(), meetMs);
  await linesPass([both], 3);
  await shown([both], allTrue(3), performance.now(), 2000);
});

hostsTest("a host that keeps its families apart answers on both", 2, async (hosts) => {
  await hosts.addIpv6(1, "beside IPv4");
  await hosts.addIpv6(2, "alone");
  await hosts.separateFamilies(1);
  await meet(detectAll(hosts));
  const { code, text } = await hosts.command(1, "ping", "n1", "-c", "1");
  assert.equal(code, 0, text);
});

/** Addresses that nobody has, and one that works; the system puts them into this order itself. */
const behindNames = {
  "IPv4 that leads nowhere, and IPv6": (number: number) => ["10.77.0.3", `fd77::${number}`],
  "many of both families": (
    number: number,
  ) => ["10.77.0.3", "10.77.0.4", "fd77::3", "fd77::4", `fd77::${number}`],
};

for (const [what, addressesOf] of Object.entries(behindNames)) {
  hostsTest(`all addresses behind a name are tried: ${what}`, 2, async (hosts) => {
    const lines = [1, 2].flatMap((number) =>
      addressesOf(number).map((address) => `${address} n${number}.test`)
    );
    for (const number of [1, 2]) {
      await hosts.addIpv6(number, "beside IPv4");
      await hosts.etc(number, "hosts", ...lines);
    }
    const start = (number: number): Program =>
      hosts.start(number, "--listen", "0.0.0.0:4000", "--advertise", `n${number}.test:4000`);
    await meet([start(1), start(2)]);
    const { code, text } = await hosts.command(1, "ping", "n2", "-c", "1");
    assert.equal(code, 0, text);
  });
}
