/**
 * Nobody gets in who does not hold the cookie, and no crowd at the door disturbs those inside.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  assertNeverFalse,
  Cluster,
  linesPass,
  linesWith,
  shown,
  statusesSince,
  within,
} from "./cluster.ts";
import { closeQuietly } from "../transport/fixtures.ts";
import { memoryOf } from "./memory.ts";
import { permitted } from "../permissions.ts";
import { isCompiled, processTest, Program, programCommand, succeeds } from "./process.ts";

/** Connections that are open at the same time. */
const crowdSize = 500;

/** From source the runtime lets much more garbage lie before it cleans up. */
const growthMaxKiB = (): number => (isCompiled() ? 30 : 150) * 1024;

processTest("other protocols and enormous lengths are rejected without a word", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(3);
  const words: [string, Uint8Array][] = [
    ["n1", new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["n2", crypto.getRandomValues(new Uint8Array(60_000))],
    // A frame of 4 GiB is announced.
    ["n3", new Uint8Array(1000).fill(0xff)],
  ];
  for (const [index, [name, bytes]] of words.entries()) {
    const node = nodes[index] as Program;
    const before = memoryOf(node.pid).residentBytes;
    const since = performance.now();
    const answer = await say(await cluster.addressOf(`${name}@127.0.0.1`), bytes);
    within(`turning away ${name}'s guest`, performance.now() - since, 2500);
    assert.equal(answer, 0, `${answer} bytes were answered to ${name}'s guest`);
    const told = /\[warning\] \S+: Rejected a connection from 127\.0\.0\.1: \S/;
    await node.line((text) => told.test(text), 2000, "it tells of the stranger", since);
    within("growth in KiB", (memoryOf(node.pid).residentBytes - before) / 1024, growthMaxKiB());
  }
  await linesPass(nodes, 1);
  assertNeverFalse(nodes);
});

processTest("10,000 connections that say nothing disturb nobody", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(3);
  const [node] = nodes as [Program];
  const address = await cluster.addressOf("n1@127.0.0.1");
  const before = memoryOf(node.pid).residentBytes;
  const since = performance.now();
  const crowd: Deno.TcpConn[] = [];
  const slots = Array.from({ length: 250 }, async () => {
    for (let count = 0; count < 40; count++) {
      crowd.push(await Deno.connect(address));
      if (crowd.length > crowdSize) crowd.shift()?.close();
    }
  });
  await Promise.all(slots);
  await linesPass(nodes, 2);
  within("growth in KiB", (memoryOf(node.pid).residentBytes - before) / 1024, growthMaxKiB());
  for (const place of crowd) place.close();
  assertNeverFalse(nodes);
  assertRateOfReports(node, since);
  // The door still works for those who belong here.
  assert.equal((await cluster.command("ping", "n1", "-c", "1")).code, 0);
});

processTest(
  "strangers who sit at the door keep no member out of a node with few files",
  async () => {
    await using cluster = new Cluster();
    const name = "n1@127.0.0.1";
    const { command, args } = programCommand();
    const words = ["start", "--name", name, "--log-file", cluster.logFile, ...cluster.options];
    // Enough for the node and some eighty connections.
    const script = 'ulimit -n 128 && exec "$0" "$@"';
    await using node = new Program("bash", ["-c", script, command, ...args, ...words]);
    await shown([node], allTrue(1), performance.now(), 20_000);
    const address = await cluster.addressOf(name);
    await using _crowd = new Sitters(address, 150);
    const member = cluster.start("n2@127.0.0.1");
    await shown([node, member], allTrue(2), performance.now(), 20_000);
    const since = performance.now();
    await linesPass([node, member], 5);
    assertNeverFalse([node, member], since);
    assert.doesNotMatch(node.text, /os error|registry cannot|[Rr]egistry unavailable/);
  },
);

/** Connects 300 times a second, and resets each connection before it can be accepted. */
const hangUps = `
import socket, struct, sys, time
print("begins", flush=True)
while True:
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex((sys.argv[1], int(sys.argv[2])))
    time.sleep(0.001)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
    time.sleep(0.002)
`;

const hasPython = permitted("run") && await succeeds("python3", "--version");

Deno.test({
  name: `strangers who hang up at once keep nobody out${hasPython ? "" : " (needs python3)"}`,
  ignore: !hasPython || !permitted("read", "write", "run", "net"),
  async fn() {
    await using cluster = new Cluster();
    const node = cluster.start("n1@127.0.0.1");
    await shown([node], allTrue(1), performance.now(), 20_000);
    const { hostname, port } = await cluster.addressOf("n1@127.0.0.1");
    await using flood = new Program("python3", ["-c", hangUps, hostname, `${port}`]);
    await flood.line((text) => text === "begins", 10_000, "its first word");
    // A queue of connections that wait to be accepted is full by then.
    await linesPass([node], 3);
    const member = cluster.start("n2@127.0.0.1");
    await shown([node, member], allTrue(2), performance.now(), 20_000);
    const since = performance.now();
    await linesPass([node, member], 3);
    assertNeverFalse([node, member], since);
    assert.equal((await cluster.command("ping", "n1", "-c", "3", "-i", "50ms")).code, 0);
  },
});

processTest("a file size limit ends no node, but its log", async () => {
  await using cluster = new Cluster();
  // Larger than any file that the runtime writes for itself.
  const limitKiB = 512 * 1024;
  using log = await Deno.open(cluster.logFile, { write: true, create: true });
  await log.truncate(limitKiB * 1024 - 1);
  await log.seek(0, Deno.SeekMode.End);
  await log.write(new TextEncoder().encode("\n"));
  const { command, args } = programCommand();
  const words = ["start", "--name", "n1@127.0.0.1", "--log-file", cluster.logFile];
  const script = `ulimit -f ${limitKiB} && exec "$0" "$@"`;
  const all = [command, ...args, ...words, ...cluster.options, "--log-max-size", "1GB"];
  await using node = new Program("bash", ["-c", script, ...all]);
  await node.line((text) => /Cannot write log file .* large/i.test(text), 20_000, "what is full");
  await linesPass([node], 2);
});

processTest("a node with another cookie does not get in", async () => {
  await using cluster = new Cluster();
  const members = await cluster.startMany(3, "--cookie", "the-cookie-of-these-three-members");
  const since = performance.now();
  const names = ["wrong@127.0.0.1", "none@127.0.0.1"];
  const strangers = [
    cluster.start("wrong@127.0.0.1", "--cookie", "quite-another-cookie-of-a-stranger"),
    // With none it takes the one that is minted in the registry.
    cluster.start("none@127.0.0.1"),
  ];
  await Promise.all(strangers.map((stranger) =>
    stranger.until(
      () => statusesSince(stranger).length > 3,
      10_000,
      "the stranger writes status lines",
    )
  ));
  await linesPass(members, 2);
  for (const node of [...members, ...strangers]) {
    for (const status of statusesSince(node, since)) {
      for (const [name, alive] of status) {
        const isOwnKind = names.includes(name) === strangers.includes(node);
        if (isOwnKind && !names.includes(name)) assert.ok(alive, `${name} is false for a member`);
        const isSelf = node === strangers[names.indexOf(name)];
        if (!isSelf && (names.includes(name) || !isOwnKind)) assert.ok(!alive, `${name} got in`);
      }
    }
  }
  for (const member of members) {
    await member.line(
      (text) => /Rejected a connection from 127\.0\.0\.1: .*cookie/.test(text),
      5000,
      "the stranger is told",
    );
    assertRateOfReports(member, since);
  }
});

processTest("a node of another cluster sees only itself and is not seen", async () => {
  await using cluster = new Cluster();
  const members = await cluster.startMany(2);
  const since = performance.now();
  const blue = cluster.start("blue@127.0.0.1", "--cluster", "blue");
  await blue.until(() => statusesSince(blue).length >= 3, 10_000, "the other writes status lines");
  await linesPass(members, 1);
  for (const status of statusesSince(blue)) {
    assert.deepEqual([...status.keys()], ["blue@127.0.0.1"]);
  }
  for (const member of members) {
    for (const status of statusesSince(member, since)) {
      assert.deepEqual([...status], [["n1@127.0.0.1", true], ["n2@127.0.0.1", true]]);
    }
  }
  const seen = await cluster.command("members", "--cluster", "blue", "--json");
  assert.equal(JSON.parse(seen.stdout).members.length, 1);
});

/** Connects, says `bytes`, and counts what is answered until the other side closes. */
async function say(address: Deno.ConnectOptions, bytes: Uint8Array): Promise<number> {
  using connection = await Deno.connect(address);
  // The other side may close while we still speak.
  await connection.write(bytes).catch(() => {});
  let answered = 0;
  const buffer = new Uint8Array(1024);
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return answered;
    answered += count;
  }
}

/** At most one report of unauthenticated peers a second, as all of them have one address. */
function assertRateOfReports(node: Program, since: number): void {
  const reports = linesWith(node, "Rejected a connection from 127.0.0.1: ", since);
  const seconds = (performance.now() - since) / 1000;
  assert.ok(reports.length <= seconds + 1, `${reports.length} reports in ${seconds} s`);
  assert.equal(linesWith(node, "Rejected a connection from", since).length, reports.length);
}

/** Strangers who come, say nothing, and come again as soon as they are rejected. */
class Sitters implements AsyncDisposable {
  readonly #sockets = new Set<Deno.TcpConn>();
  readonly #tasks: Promise<void>[];
  #isOver = false;

  constructor(address: { hostname: string; port: number }, count: number) {
    this.#tasks = Array.from({ length: count }, () => this.#sit(address));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const socket of this.#sockets) closeQuietly(socket);
    await Promise.all(this.#tasks);
  }

  async #sit(address: { hostname: string; port: number }): Promise<void> {
    while (!this.#isOver) {
      const socket = await Deno.connect(address).catch(() => undefined);
      if (socket === undefined) return;
      this.#sockets.add(socket);
      if (this.#isOver) closeQuietly(socket);
      await socket.read(new Uint8Array(1)).catch(() => {});
      this.#sockets.delete(socket);
      closeQuietly(socket);
    }
  }
}
