/** Pending connections: how long and how many may wait, and what is left of them at the end. */
import assert from "node:assert/strict";
import { Barrier } from "../../lib/barrier.ts";
import { ListenError } from "../../lib/core/base/errors.ts";
import { type Admission, Listener } from "../../lib/sockets/listener.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { needing } from "../permissions.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { accepts, hasIpv6 } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

/** A connection that tells why it was closed. */
class FakeConnection {
  readonly reasons: string[] = [];
  readonly #socket: Deno.TcpConn;

  constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  close(kind: "ours", reason: string): void {
    if (this.reasons.length === 0) this.#socket.close();
    this.reasons.push(`${kind}: ${reason}`);
  }
}

const limits = { pendingMax: 3, pendingPerHostMax: 3, handshakeTimeoutMs: 5000 };

/** A listener whose connections are handled until the test ends that. */
class Scene implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly admitted: Admission<FakeConnection>[] = [];
  readonly listener: Listener<FakeConnection>;
  readonly #sockets: Deno.TcpConn[] = [];
  readonly #ends: PromiseWithResolvers<void>[] = [];

  constructor(changes: Partial<typeof limits> = {}, host = "127.0.0.1", barrier = loudBarrier) {
    this.listener = new Listener(
      { host, port: 0 },
      { clock: this.clock, barrier, limits: { ...limits, ...changes } },
      (socket) => new FakeConnection(socket),
      (admission) => {
        this.admitted.push(admission);
        const end = Promise.withResolvers<void>();
        this.#ends.push(end);
        return end.promise;
      },
    );
  }

  /** A peer connects, and is admitted. */
  async come(hostname = "127.0.0.1"): Promise<Admission<FakeConnection>> {
    const index = this.admitted.length;
    this.#sockets.push(await Deno.connect({ hostname, port: this.listener.port }));
    await until("it is admitted", () => {
      // After a burst of them there is a pause.
      this.clock.pass(0);
      return this.admitted.length > index;
    });
    return this.admitted[index] ?? assert.fail();
  }

  /** Why each connection was closed, in the order in which they came; empty if it was not. */
  get reasons(): string[] {
    return this.admitted.map(({ connection }) => connection.reasons.join(", "));
  }

  /** The handling of a connection is over, or fails. */
  end(index: number, fault?: Error): void {
    const end = this.#ends[index] ?? assert.fail(`there is no connection ${index}`);
    if (fault) end.reject(fault);
    else end.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.listener.close();
    for (const end of this.#ends) end.resolve();
    await closed;
    for (const socket of this.#sockets) socket.close();
    assert.deepEqual([this.listener.pendingCount, this.clock.pending], [0, 0]);
  }
}

function listenerTest(
  name: string,
  run: (scene: Scene) => Promise<void>,
  ...changes: ConstructorParameters<typeof Scene>
): void {
  Deno.test({
    ...needing(`Listener ${name}`, "net"),
    async fn() {
      await using scene = new Scene(...changes);
      await run(scene);
    },
  });
}

const room = "ours: made room for a newcomer";

listenerTest("closes nobody whose handshake waits here while it is held up", async (scene) => {
  await scene.come();
  scene.clock.pass(8000);
  assert.deepEqual(scene.reasons, [""]);
  scene.clock.pass(5000);
  assert.deepEqual(scene.reasons, ["ours: no handshake within 5000 ms"]);
});

listenerTest("gives each connection its time for the handshake, and not longer", async (scene) => {
  const { clock, listener } = scene;
  await scene.come();
  clock.pass(2000);
  await scene.come();
  clock.pass(2999);
  assert.deepEqual(scene.reasons, ["", ""]);
  clock.pass(1);
  assert.deepEqual(scene.reasons, ["ours: no handshake within 5000 ms", ""]);
  assert.equal(listener.pendingCount, 2, "it has its place until its handling is over");
  scene.end(0);
  await until("its place is free", () => listener.pendingCount === 1);
});

listenerTest("leaves a connection alone whose handshake is over", async (scene) => {
  const { clock, listener } = scene;
  const admission = await scene.come();
  assert.ok(!admission.isTooLate());
  admission.leave();
  assert.deepEqual([listener.pendingCount, clock.pending], [0, 0]);
  for (let count = 0; count < 3; count++) await scene.come();
  admission.leave();
  assert.equal(listener.pendingCount, 3, "leaving twice frees no place of another one");
  await scene.come();
  assert.deepEqual(scene.reasons, ["", room, "", "", ""]);
});

listenerTest("closes the oldest when more of one host wait than may", async (scene) => {
  for (let count = 0; count < 4; count++) await scene.come();
  assert.deepEqual(scene.reasons, [room, room, "", ""]);
  assert.equal(scene.listener.pendingCount, 2);
}, { pendingPerHostMax: 2 });

listenerTest("keeps who has proven to hold the cookie when others crowd in", async (scene) => {
  const member = await scene.come();
  member.prove();
  for (let count = 0; count < 5; count++) await scene.come();
  assert.deepEqual(scene.reasons, ["", room, room, "", "", ""]);
  assert.equal(scene.listener.pendingCount, 4);
  scene.clock.pass(5000);
  assert.equal(scene.reasons[0], "ours: no handshake within 5000 ms", "but not for ever");
});

listenerTest(
  "makes room for a host by closing one of the same host",
  async (scene) => {
    for (let count = 0; count < 2; count++) await scene.come();
    assert.equal(scene.admitted[0]?.remote.host, "127.0.0.1", "as it is without IPv6");
    if (!hasIpv6()) return;
    const other = await scene.come("::1");
    assert.equal(other.remote.host, "::1");
    await scene.come();
    await scene.come("::1");
    await scene.come("::1");
    assert.deepEqual(scene.reasons, [room, "", room, "", "", ""]);
  },
  { pendingMax: 9, pendingPerHostMax: 2 },
  "0.0.0.0",
);

listenerTest("closes the oldest of all when more wait than may", async (scene) => {
  for (let count = 0; count < 5; count++) await scene.come();
  assert.deepEqual(scene.reasons, [room, room, "", "", ""]);
  assert.equal(scene.listener.pendingCount, 3);
}, { pendingPerHostMax: 9 });

Deno.test({
  ...needing("Listener frees the place of a connection whose handling throws, and goes on", "net"),
  async fn() {
    const faults: string[] = [];
    const barrier = new Barrier(({ error }) => faults.push(`${error}`));
    await using scene = new Scene({}, "127.0.0.1", barrier);
    const { clock, listener } = scene;
    await scene.come();
    scene.end(0, new TypeError("broken"));
    await until("its place is free", () => listener.pendingCount === 0);
    assert.deepEqual([faults, clock.pending], [["TypeError: broken"], 0]);
    await scene.come();
    assert.equal(listener.pendingCount, 1);
  },
});

listenerTest("closes those who wait with it, but not who has left", async (scene) => {
  const { listener } = scene;
  const { port } = listener;
  const [identified, proven, unproven] = [
    await scene.come(),
    await scene.come(),
    await scene.come(),
  ];
  identified.leave();
  proven.prove();
  let isClosed = false;
  const closed = listener.close().then(() => isClosed = true);
  assert.deepEqual(scene.reasons, ["", "ours: the node stops", "ours: the node stops"]);
  for (const admission of [identified, proven, unproven]) assert.ok(admission.isTooLate());
  assert.ok(!await accepts(port));
  scene.end(1);
  scene.end(2);
  await until("both are over", () => listener.pendingCount === 0);
  assert.ok(!isClosed, "one connection is still there");
  scene.end(0);
  await closed;
});

Deno.test({
  ...needing("Listener that cannot listen says where, why, and for whom", "net"),
  fn() {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr;
    const clock = new ManualClock();
    const open = (whom?: string): Listener<FakeConnection> =>
      new Listener(
        { host: "127.0.0.1", port },
        { clock, barrier: loudBarrier, limits, ...whom === undefined ? {} : { whom } },
        (socket) => new FakeConnection(socket),
        () => assert.fail("it does not listen"),
      );
    const reason = `on 127.0.0.1:${port} as another program listens there already`;
    const told = (message: string) => (error: unknown): boolean =>
      error instanceof ListenError && error.message === message;
    assert.throws(() => open(), told(`Cannot listen ${reason}`));
    assert.throws(() => open("BEAM nodes"), told(`Cannot listen for BEAM nodes ${reason}`));
  },
});
