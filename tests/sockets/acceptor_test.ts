/** Where it listens, and that it goes on accepting whatever comes. */
import assert from "node:assert/strict";
import { Barrier } from "../../lib/barrier.ts";
import { ListenError } from "../../lib/core/base/errors.ts";
import { Acceptor, listenAt, listenersAt } from "../../lib/sockets/acceptor.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { needing } from "../permissions.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { accepts, hasIpv6 } from "../support/ports.ts";
import { settle } from "../support/waiting.ts";

/** A connection that only knows whether it was closed. */
class FakeSocket {
  readonly number: number;
  closed = 0;

  constructor(number: number) {
    this.number = number;
  }

  close(): void {
    if (++this.closed > 1) throw new Deno.errors.BadResource("Bad resource ID");
  }
}

/** A listening socket to which connections come by hand. */
class FakeListener {
  readonly addr = { port: 4370 };
  closed = 0;
  readonly #arrived: (FakeSocket | Error)[] = [];
  #waiting: PromiseWithResolvers<FakeSocket> | undefined;

  /** A connection, or why there is none. */
  arrive(next: FakeSocket | Error): void {
    this.#arrived.push(next);
    this.#hand();
  }

  accept(): Promise<FakeSocket> {
    if (this.closed > 0) return Promise.reject(new Deno.errors.BadResource("Bad resource ID"));
    const waiting = this.#waiting = Promise.withResolvers<FakeSocket>();
    this.#hand();
    return waiting.promise;
  }

  close(): void {
    this.closed++;
    this.#waiting?.reject(new Deno.errors.BadResource("Bad resource ID"));
  }

  #hand(): void {
    const [next] = this.#arrived;
    if (this.#waiting === undefined || next === undefined) return;
    this.#arrived.shift();
    if (next instanceof Error) this.#waiting.reject(next);
    else this.#waiting.resolve(next);
    this.#waiting = undefined;
  }
}

/** An acceptor whose connections last until they are told to end. */
class Scene implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly listeners = [new FakeListener(), new FakeListener()] as const;
  readonly received: FakeSocket[] = [];
  readonly acceptor: Acceptor;
  readonly #ends: PromiseWithResolvers<void>[] = [];
  #arrived = 0;

  constructor(pendingMax = 1000, barrier = loudBarrier) {
    const parts = { clock: this.clock, barrier, pendingMax };
    const listeners = this.listeners as unknown as readonly Deno.TcpListener[];
    this.acceptor = new Acceptor(listeners, parts, (socket) => {
      this.received.push(socket as unknown as FakeSocket);
      const end = Promise.withResolvers<void>();
      this.#ends.push(end);
      return end.promise;
    });
  }

  /** So many connections come; which ones. */
  arrive(count: number, listener = this.listeners[0]): FakeSocket[] {
    const sockets = Array.from({ length: count }, () => new FakeSocket(this.#arrived++));
    for (const socket of sockets) listener.arrive(socket);
    return sockets;
  }

  /** The connection that was received as number `index` is over, or its handling fails. */
  end(index: number, fault?: Error): Promise<void> {
    const end = this.#ends[index] ?? assert.fail(`there is no connection ${index}`);
    if (fault) end.reject(fault);
    else end.resolve();
    return settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.acceptor.stop();
    for (const end of this.#ends) end.resolve();
    await this.acceptor.ended();
    assert.equal(this.clock.pending, 0);
  }
}

Deno.test("Acceptor receives what comes by all its listeners, side by side", async () => {
  await using scene = new Scene();
  const [first] = scene.arrive(1);
  await settle();
  const [second] = scene.arrive(1, scene.listeners[1]);
  await settle();
  const [third] = scene.arrive(1);
  await settle();
  assert.deepEqual(scene.received, [first, second, third]);
  assert.equal(scene.acceptor.port, 4370);
});

Deno.test("Acceptor closes a connection once its handling is over, and only that one", async () => {
  await using scene = new Scene();
  const [first, second] = scene.arrive(2);
  await settle();
  await scene.end(1);
  assert.deepEqual([first?.closed, second?.closed], [0, 1]);
  first?.close();
  await scene.end(0);
  assert.equal(first?.closed, 2, "one that is closed already does no harm");
});

Deno.test("Acceptor goes on when the handling of a connection throws, and tells the barrier", async () => {
  const faults: string[] = [];
  const barrier = new Barrier(({ where, error }) => faults.push(`${where}: ${error}`));
  await using scene = new Scene(1000, barrier);
  const [first] = scene.arrive(1);
  await settle();
  await scene.end(0, new TypeError("broken"));
  assert.deepEqual(faults, ["a connection that came in: TypeError: broken"]);
  assert.equal(first?.closed, 1);
  scene.arrive(1);
  await settle();
  assert.equal(scene.received.length, 2);
});

Deno.test("Acceptor tries again after a pause when it cannot accept, however often that happens", async () => {
  await using scene = new Scene();
  const { clock, listeners: [listener], received } = scene;
  for (let time = 0; time < 3; time++) {
    listener.arrive(new Error("Too many open files (os error 24)"));
    await settle();
    assert.equal(clock.pending, 1, "it does not try in a circle");
    clock.pass(50);
    await settle();
  }
  listener.arrive(new Error("Too many open files (os error 24)"));
  scene.arrive(1);
  await settle();
  clock.pass(49);
  await settle();
  assert.equal(received.length, 0);
  scene.arrive(1, scene.listeners[1]);
  await settle();
  assert.equal(received.length, 1, "the other listener is not held up");
  clock.pass(1);
  await settle();
  assert.equal(received.length, 2);
});

Deno.test("Acceptor does not pause for those who hang up before they are accepted", async () => {
  await using scene = new Scene();
  const { clock, listeners: [listener], received } = scene;
  for (let time = 0; time < 20; time++) {
    listener.arrive(new Deno.errors.NotConnected("Transport endpoint is not connected"));
  }
  scene.arrive(1);
  await settle();
  assert.equal(received.length, 1);
  assert.equal(clock.pending, 0);
});

for (const [pendingMax, burst] of [[1000, 48], [3, 3], [1, 1]] as const) {
  Deno.test(`Acceptor gives each ${burst} of a flood their turn when ${pendingMax} may wait`, async () => {
    await using scene = new Scene(pendingMax);
    scene.arrive(2 * burst + 1);
    for (const count of [burst, 2 * burst, 2 * burst + 1]) {
      await settle();
      assert.equal(scene.received.length, count);
      scene.clock.pass(0);
    }
  });
}

Deno.test("Acceptor.stop() closes all listeners once, and ended() waits for the connections", async () => {
  await using scene = new Scene();
  const { acceptor, listeners } = scene;
  scene.arrive(2);
  await settle();
  assert.ok(!acceptor.isStopped);
  acceptor.stop();
  acceptor.stop();
  assert.ok(acceptor.isStopped);
  assert.deepEqual(listeners.map(({ closed }) => closed), [1, 1]);
  let isOver = false;
  const ended = acceptor.ended().then(() => isOver = true);
  await scene.end(0);
  assert.ok(!isOver);
  await scene.end(1);
  await ended;
  assert.deepEqual(scene.received.map(({ closed }) => closed), [1, 1]);
});

Deno.test("Acceptor.stop() ends a pause", async () => {
  const scene = new Scene(1);
  scene.listeners[0].arrive(new Error("Too many open files (os error 24)"));
  scene.arrive(1, scene.listeners[1]);
  await settle();
  assert.equal(scene.clock.pending, 2);
  await scene[Symbol.asyncDispose]();
});

Deno.test("Acceptor lets nobody in who came while it was told to stop", async () => {
  await using scene = new Scene();
  await settle();
  const [socket] = scene.arrive(1);
  scene.acceptor.stop();
  await settle();
  assert.deepEqual(scene.received, []);
  assert.equal(socket?.closed, 1);
});

Deno.test({
  ...needing("Acceptor leaves its port to others as soon as it is stopped", "net"),
  async fn() {
    const listeners = listenAt({ host: "127.0.0.1", port: 0 });
    const clock = new ManualClock();
    const parts = { clock, barrier: loudBarrier, pendingMax: 10 };
    const acceptor = new Acceptor(listeners, parts, () => Promise.resolve());
    const { port } = acceptor;
    assert.ok(await accepts(port));
    acceptor.stop();
    assert.ok(!await accepts(port));
    for (const listener of listenAt({ host: "127.0.0.1", port })) listener.close();
    await acceptor.ended();
  },
});

/** Where a program that listens at `host` is reached, of both families. */
async function reached(host: string): Promise<string[]> {
  const listeners = listenersAt({ host, port: 0 });
  const [first] = listeners;
  assert.ok(first);
  const { port } = first.addr;
  for (const { addr } of listeners) assert.equal(addr.port, port);
  const found: string[] = [];
  for (const hostname of ["127.0.0.1", "::1"]) {
    const socket = await Deno.connect({ hostname, port }).catch(() => undefined);
    socket?.close();
    if (socket) found.push(hostname);
  }
  for (const listener of listeners) listener.close();
  return found;
}

Deno.test({
  ...needing("listenersAt() listens on one address, or on all of both families", "net"),
  async fn() {
    const all = hasIpv6() ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
    assert.deepEqual(await reached("127.0.0.1"), ["127.0.0.1"]);
    assert.deepEqual(await reached("0.0.0.0"), all);
    assert.deepEqual(await reached("::"), all);
  },
});

Deno.test({
  ...needing("listenAt() names the address and the reason when it cannot listen there", "net"),
  fn() {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr;
    const taken = "another program listens there already";
    for (
      const [host, whom, message] of [
        ["127.0.0.1", undefined, `Cannot listen on 127.0.0.1:${port} as ${taken}`],
        [
          "127.0.0.1",
          "BEAM nodes",
          `Cannot listen for BEAM nodes on 127.0.0.1:${port} as ${taken}`,
        ],
        ["0.0.0.0", undefined, `Cannot listen on 0.0.0.0:${port} as ${taken}`],
        ["::", undefined, `Cannot listen on [::]:${port} as ${taken}`],
        [
          "192.0.2.1",
          undefined,
          `Cannot listen on 192.0.2.1:${port} as this machine has no such address`,
        ],
      ] as const
    ) {
      assert.throws(() => listenAt({ host, port }, whom), (error: unknown) => {
        assert.ok(error instanceof ListenError);
        assert.equal(error.message, message);
        assert.ok(error.cause instanceof Error);
        return true;
      });
    }
  },
});

Deno.test({
  ...needing(
    "listenersAt() does without a family that is missing, not without one that is taken",
    "net",
  ),
  fn() {
    for (const hostname of hasIpv6() ? ["127.0.0.1", "::1"] : ["127.0.0.1"]) {
      using other = Deno.listen({ hostname, port: 0 });
      const { port } = other.addr;
      for (const host of ["0.0.0.0", "::"]) {
        assert.throws(() => listenersAt({ host, port }), Deno.errors.AddrInUse);
      }
    }
  },
});
