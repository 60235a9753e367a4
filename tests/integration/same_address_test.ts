/**
 * Machines that say they are reached at one and the same address: behind a translation, by a bridge
 * that each of them has, or before they were given one. Nobody can ask the other one whether it lives.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, linesPass, shown, showsExactly } from "./cluster.ts";
import { hostsTest } from "./hosts.ts";
import type { Program } from "./process.ts";

/** How long a node may run before it finds that another one has its name, in milliseconds. */
const refusedMs = 20_000;

/** The first one holds the name; one that starts later ends with 3, and the first goes on. */
async function refused(holder: Program, name: string, later: Program): Promise<void> {
  await later.until(
    () => later.text.includes("is held by a live node"),
    refusedMs,
    "it is refused",
  );
  assert.equal(await later.ended(), 3, later.text);
  await linesPass([holder], 3);
  await shown([holder], showsExactly(name), performance.now(), 2000);
  assert.ok(!holder.text.includes(": false"), holder.text);
}

async function holds(holder: Program): Promise<void> {
  await shown([holder], allTrue(1), performance.now(), 10_000);
  await linesPass([holder], 2);
}

hostsTest("of two hosts with one private address the first keeps the name", 2, async (hosts) => {
  const name = "n1@10.0.2.15";
  for (const number of [1, 2]) await hosts.addPrivate(number, "10.0.2.15");
  const start = (number: number): Program =>
    hosts.startAs(name, number, "--listen", "0.0.0.0:4000");
  const holder = start(1);
  await holds(holder);
  await refused(holder, name, start(2));
});

hostsTest("of two hosts that have no address yet the first keeps the name", 2, async (hosts) => {
  const name = "n1@127.0.0.1";
  const start = (number: number): Program =>
    hosts.startAs(name, number, "--listen", "127.0.0.1:4000");
  const holder = start(1);
  await holds(holder);
  await refused(holder, name, start(2));
});

hostsTest("of two hosts that advertise one address the first keeps the name", 2, async (hosts) => {
  const name = `n1@${hosts.address(1)}`;
  const own = ["--listen", "0.0.0.0:4000", "--advertise", `${hosts.address(1)}:4000`];
  const holder = hosts.startAs(name, 1, ...own);
  await holds(holder);
  await refused(holder, name, hosts.startAs(name, 2, ...own));
});

hostsTest(
  "of two hosts that start together with one address exactly one runs",
  2,
  async (hosts) => {
    const name = "n1@10.0.2.15";
    for (const number of [1, 2]) await hosts.addPrivate(number, "10.0.2.15");
    const rivals = [1, 2].map((number) => hosts.startAs(name, number, "--listen", "0.0.0.0:4000"));
    const loser = await Promise.race(rivals.map(async (rival) => {
      await rival.ended();
      return rival;
    }));
    assert.equal(await loser.ended(), 3, loser.text);
    const [winner] = rivals.filter((rival) => rival !== loser);
    assert.ok(winner);
    await linesPass([winner], 3);
    await shown([winner], showsExactly(name), performance.now(), 2000);
  },
);

hostsTest(
  "of three hosts with one private address the first keeps the name when two more start together",
  3,
  async (hosts) => {
    const name = "n1@10.0.2.15";
    for (const number of [1, 2, 3]) await hosts.addPrivate(number, "10.0.2.15");
    const start = (number: number): Program =>
      hosts.startAs(name, number, "--listen", "0.0.0.0:4000");
    const holder = start(1);
    await holds(holder);
    const later = [2, 3].map(start);
    await Promise.all(later.map((one) => refused(holder, name, one)));
  },
);

hostsTest(
  "of three hosts that start together with one address exactly one runs",
  3,
  async (hosts) => {
    const name = "n1@10.0.2.15";
    for (const number of [1, 2, 3]) await hosts.addPrivate(number, "10.0.2.15");
    const rivals = [1, 2, 3].map((number) =>
      hosts.startAs(name, number, "--listen", "0.0.0.0:4000")
    );
    const losers = new Set<Program>();
    while (losers.size < 2) {
      const running = rivals.filter((rival) => !losers.has(rival));
      const loser = await Promise.race(running.map(async (rival) => {
        await rival.ended();
        return rival;
      }));
      assert.equal(await loser.ended(), 3, loser.text);
      losers.add(loser);
    }
    const [winner] = rivals.filter((rival) => !losers.has(rival));
    assert.ok(winner);
    await linesPass([winner], 3);
    await shown([winner], showsExactly(name), performance.now(), 2000);
  },
);
