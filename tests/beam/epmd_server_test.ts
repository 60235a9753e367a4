/** The EPMD that is served here: who may do what, and how much of it. */
import assert from "node:assert/strict";
import { comesFromHere, EpmdServer } from "../../lib/beam/epmd/epmd_server.ts";
import {
  decodeAliveAnswer,
  decodePortIs,
  encodeAlive,
  encodePortPlease,
} from "../../lib/beam/epmd/epmd_message.ts";
import { type BeamLimits, defaultLimits, epmdRequestMaxBytes } from "../../lib/beam/limits.ts";
import { encodePacket } from "../../lib/beam/packets.ts";
import { systemClock } from "../../lib/clock.ts";
import { randomBytes } from "../transport/fixtures.ts";
import { needing } from "../permissions.ts";
import { hex } from "./hex.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { until } from "../support/waiting.ts";

/** A connection to EPMD that says what it is told to. */
class Client implements Disposable {
  readonly #socket: Deno.TcpConn;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  static async open(port: number, hostname = "127.0.0.1"): Promise<Client> {
    return new Client(await Deno.connect({ hostname, port }));
  }

  async send(bytes: Uint8Array): Promise<void> {
    await this.#socket.write(bytes);
  }

  ask(request: Uint8Array): Promise<void> {
    return this.send(encodePacket(request, 2));
  }

  /** What comes next; `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#socket.read(buffer).catch(() => null);
    return count === null ? undefined : buffer.subarray(0, count);
  }

  /** All that comes until the end. */
  async readAll(): Promise<Uint8Array> {
    const all: number[] = [];
    for (let more = await this.read(); more; more = await this.read()) all.push(...more);
    return Uint8Array.from(all);
  }

  async register(alive: string, port = 40_000): Promise<number | "garbage" | undefined> {
    await this.ask(encodeAlive(alive, port));
    return decodeAliveAnswer(await this.read() ?? hex(""));
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

function epmdTest(
  name: string,
  fn: (epmd: EpmdServer) => Promise<void>,
  limits: Partial<BeamLimits> = {},
): void {
  Deno.test({
    ...needing(name, "net"),
    async fn() {
      await using epmd = new EpmdServer({ host: "0.0.0.0", port: 0 }, {
        clock: systemClock,
        barrier: loudBarrier,
        limits: { ...defaultLimits, ...limits },
        randomBytes,
      });
      await fn(epmd);
    },
  });
}

async function portOf(epmd: EpmdServer, alive: string): Promise<number | undefined> {
  using client = await Client.open(epmd.port);
  await client.ask(encodePortPlease(alive));
  const found = decodePortIs(await client.readAll());
  assert.ok(found, "no answer");
  return found === "unknown" ? undefined : found.port;
}

epmdTest("a registration lasts as long as its connection", async (epmd) => {
  assert.equal(await portOf(epmd, "n1"), undefined);
  {
    using node = await Client.open(epmd.port);
    assert.equal(await node.register("n1", 40_001), 0);
    assert.equal(await portOf(epmd, "n1"), 40_001);
    assert.equal(await portOf(epmd, "n2"), undefined);
  }
  await until("it is forgotten", async () => await portOf(epmd, "n1") === undefined);
  using again = await Client.open(epmd.port);
  assert.equal(await again.register("n1", 40_002), 0);
  assert.equal(await portOf(epmd, "n1"), 40_002);
});

epmdTest(
  "a name is registered once; the second one is refused and the first one stays",
  async (epmd) => {
    using first = await Client.open(epmd.port);
    assert.equal(await first.register("n1", 40_001), 0);
    using second = await Client.open(epmd.port);
    assert.equal(await second.register("n1", 40_002), 1);
    assert.equal(await second.read(), undefined);
    assert.equal(await portOf(epmd, "n1"), 40_001);
  },
);

epmdTest("names are told to everybody", async (epmd) => {
  using node = await Client.open(epmd.port);
  await node.register("n1");
  using client = await Client.open(epmd.port);
  await client.ask(hex("6e"));
  const all = await client.readAll();
  assert.equal(new TextDecoder().decode(all.subarray(4)), "name n1 at port 40000\n");
});

Deno.test("comesFromHere() is true for loopback and for an own address, and for nobody else", () => {
  const local = "192.0.2.1";
  for (const remote of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", local]) {
    assert.ok(comesFromHere(remote, local), remote);
  }
  for (const remote of ["192.0.2.2", "::ffff:192.0.2.2", "0.0.0.0", "2001:db8::1", "128.0.0.1"]) {
    assert.ok(!comesFromHere(remote, local), remote);
  }
});

epmdTest(
  "nobody ends it: kill, stop, dump, HTTP and giants are closed without a word",
  async (epmd) => {
    using node = await Client.open(epmd.port);
    await node.register("n1", 40_001);
    const requests = [
      ...["6b", "73 6e31", "64"].map((text) => encodePacket(hex(text), 2)),
      new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
      hex("ffff 7a"),
      encodePacket(new Uint8Array(epmdRequestMaxBytes + 1).fill(0x7a), 2),
    ];
    for (const bytes of requests) {
      using client = await Client.open(epmd.port);
      await client.send(bytes);
      assert.equal((await client.readAll()).length, 0);
    }
    assert.equal(await portOf(epmd, "n1"), 40_001);
  },
);

epmdTest("who is registered and asks for more loses the registration", async (epmd) => {
  using node = await Client.open(epmd.port);
  await node.register("n1");
  await node.ask(hex("6e"));
  assert.equal(await node.read(), undefined);
  await until("it is forgotten", () => epmd.nameCount === 0);
});

epmdTest("who asks nothing is closed, who is registered is not", async (epmd) => {
  using node = await Client.open(epmd.port);
  await node.register("n1");
  using idle = await Client.open(epmd.port);
  using half = await Client.open(epmd.port);
  await half.send(hex("00 05 7a"));
  assert.equal(await idle.read(), undefined);
  assert.equal(await half.read(), undefined);
  assert.equal(epmd.nameCount, 1);
}, { epmdIdleTimeoutMs: 50 });

epmdTest("no more names are registered than the limit", async (epmd) => {
  using one = await Client.open(epmd.port);
  using two = await Client.open(epmd.port);
  using three = await Client.open(epmd.port);
  assert.equal(await one.register("n1"), 0);
  assert.equal(await two.register("n2"), 0);
  assert.equal(await three.register("n3"), 1);
  assert.equal(epmd.nameCount, 2);
}, { epmdNamesMax: 2 });

epmdTest("a flood of silent clients makes room for one that asks", async (epmd) => {
  const clients: Client[] = [];
  using node = await Client.open(epmd.port);
  await node.register("n1", 40_001);
  for (let count = 0; count < 40; count++) clients.push(await Client.open(epmd.port));
  await until("all were seen", () => epmd.clientCount === 8);
  assert.equal(await portOf(epmd, "n1"), 40_001);
  for (const client of clients) client[Symbol.dispose]();
}, { epmdClientsMax: 8, epmdClientsPerHostMax: 8 });

epmdTest("closing it closes those who are registered", async (epmd) => {
  using node = await Client.open(epmd.port);
  await node.register("n1");
  await epmd[Symbol.asyncDispose]();
  assert.equal(await node.read(), undefined);
});
