/** What waits to be written: in one piece, in order, within its limit, until it is over. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "../../lib/core/base/text.ts";
import { WriteQueue } from "../../lib/sockets/write_queue.ts";

/** Lets the queue do what waits for nothing but its turn; without a timer, as it is often done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** A socket whose peer reads by hand. */
class SlowSocket {
  /** What was handed over to be written, one text per write. */
  readonly writes: string[] = [];
  /** What the peer has got. */
  readonly taken: number[] = [];
  #begun: { readonly bytes: Uint8Array; readonly end: PromiseWithResolvers<number> } | undefined;

  write(bytes: Uint8Array): Promise<number> {
    assert.equal(this.#begun, undefined, "one write at a time");
    this.writes.push(decodeUtf8(bytes) ?? "");
    const end = Promise.withResolvers<number>();
    this.#begun = { bytes, end };
    return end.promise;
  }

  /** The peer takes so many bytes of the write that waits, or all of it. */
  take(count = Infinity): Promise<void> {
    const begun = this.#end();
    const taken = begun.bytes.subarray(0, count);
    this.taken.push(...taken);
    begun.end.resolve(taken.length);
    return settle();
  }

  /** The connection breaks. */
  fail(): Promise<void> {
    this.#end().end.reject(new Deno.errors.BrokenPipe("Broken pipe (os error 32)"));
    return settle();
  }

  get isWriting(): boolean {
    return this.#begun !== undefined;
  }

  #end(): { readonly bytes: Uint8Array; readonly end: PromiseWithResolvers<number> } {
    const begun = this.#begun ?? assert.fail("nothing is being written");
    this.#begun = undefined;
    return begun;
  }
}

interface Scene {
  readonly socket: SlowSocket;
  readonly queue: WriteQueue;
  add(text: string): boolean;
  /** What its counters show: accepted, written, waiting. */
  counts(): readonly [accepted: number, written: number, waiting: number];
}

function open(maxBytes = 1000): Scene {
  const socket = new SlowSocket();
  const queue = new WriteQueue(socket, maxBytes);
  return {
    socket,
    queue,
    add: (text) => queue.add(encodeUtf8(text)),
    counts: () => [queue.acceptedBytes, queue.writtenBytes, queue.waitingBytes],
  };
}

/** True if `promise` resolves without anything that is still to happen. */
async function isResolved(promise: Promise<void>): Promise<boolean> {
  let resolved = false;
  void promise.then(() => resolved = true);
  await settle();
  return resolved;
}

Deno.test("WriteQueue writes in one piece what was added in one turn, and then what came meanwhile", async () => {
  const { socket, add } = open();
  for (const piece of ["ab", "c", "", "def"]) assert.ok(add(piece));
  assert.deepEqual(socket.writes, [], "adding never waits for the socket");
  await settle();
  assert.deepEqual(socket.writes, ["abcdef"]);
  for (const piece of ["g", "h"]) assert.ok(add(piece));
  await settle();
  assert.deepEqual(socket.writes, ["abcdef"], "one write at a time");
  await socket.take();
  assert.deepEqual(socket.writes, ["abcdef", "gh"]);
  await socket.take();
  assert.ok(add("i"));
  await settle();
  assert.deepEqual(socket.writes, ["abcdef", "gh", "i"]);
});

Deno.test("WriteQueue goes on where the kernel stopped, and counts what it took", async () => {
  const { socket, add, counts } = open();
  add("abcdef");
  assert.deepEqual(counts(), [6, 0, 6]);
  await settle();
  await socket.take(4);
  assert.deepEqual(counts(), [6, 4, 2]);
  add("gh");
  assert.deepEqual(counts(), [8, 4, 4]);
  await socket.take(1);
  await socket.take();
  assert.deepEqual(socket.writes, ["abcdef", "ef", "f", "gh"]);
  assert.deepEqual(counts(), [8, 6, 2]);
  await socket.take();
  assert.deepEqual(counts(), [8, 8, 0]);
});

Deno.test("WriteQueue takes as much as may wait and not a byte more, what is being written included", async () => {
  const { socket, add } = open(10);
  assert.ok(add("123456"));
  await settle();
  assert.ok(add("7890"));
  await socket.take(3);
  assert.ok(add("abc"), "there is room again for what the kernel took");
  assert.ok(!add("d"));
  const another = open(3);
  assert.ok(!another.add("1234"));
  await settle();
  assert.deepEqual(another.socket.writes, []);
});

Deno.test("WriteQueue.flushed() resolves for all who wait, once nothing waits any more", async () => {
  const { socket, queue, add } = open();
  assert.ok(await isResolved(queue.flushed()), "nothing was added");
  add("ab");
  const waiting = [queue.flushed(), queue.flushed()];
  await settle();
  await socket.take(1);
  add("c");
  await socket.take();
  for (const flushed of waiting) assert.ok(!await isResolved(flushed), "c still waits");
  await socket.take();
  for (const flushed of waiting) assert.ok(await isResolved(flushed));
  assert.ok(await isResolved(queue.flushed()));
  add("d");
  const next = queue.flushed();
  assert.ok(!await isResolved(next));
  await socket.take();
  assert.ok(await isResolved(next));
});

Deno.test("WriteQueue.flushed() resolves when all that was added are empty pieces, and none is written", async () => {
  const { socket, queue, add } = open();
  add("");
  assert.ok(await isResolved(queue.flushed()));
  assert.deepEqual(socket.writes, []);
});

Deno.test("WriteQueue.stop() throws away what waits, and takes nothing more", async () => {
  const { socket, queue, add } = open(5);
  add("abc");
  const flushed = queue.flushed();
  queue.stop();
  assert.ok(await isResolved(flushed), "who waits is told");
  assert.ok(add("far too much"), "an end is no overflow");
  await settle();
  assert.deepEqual(socket.writes, []);
  assert.equal(queue.acceptedBytes, 3);
});

Deno.test("WriteQueue.stop() during a write lets nothing out that came after it", async () => {
  const { socket, queue, add } = open();
  add("abc");
  await settle();
  add("def");
  const flushed = queue.flushed();
  queue.stop();
  assert.ok(await isResolved(flushed), "it does not wait for a peer that does not read");
  assert.ok(await isResolved(queue.flushed()));
  await socket.take();
  assert.deepEqual(socket.writes, ["abc"]);
});

Deno.test("WriteQueue is over when the connection breaks, and knows how much got out before", async () => {
  const { socket, queue, add } = open(10);
  add("abcdef");
  await settle();
  add("gh");
  const flushed = queue.flushed();
  await socket.take(2);
  await socket.fail();
  assert.ok(await isResolved(flushed));
  for (let time = 0; time < 3; time++) assert.ok(add("123456"), "reading will find the end");
  assert.ok(await isResolved(queue.flushed()));
  assert.deepEqual(socket.writes, ["abcdef", "cdef"]);
  assert.deepEqual([queue.acceptedBytes, queue.writtenBytes], [8, 2]);
});

Deno.test("WriteQueue loses, doubles and swaps nothing, however it is added and taken", async () => {
  const step = fc.oneof(
    fc.record({ add: fc.uint8Array({ maxLength: 5 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 7 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { socket, queue } = open();
      const added: number[] = [];
      for (const one of steps) {
        if ("add" in one) {
          added.push(...one.add);
          assert.ok(queue.add(one.add));
          await settle();
        } else if (socket.isWriting) await socket.take(one.take);
        assert.equal(queue.writtenBytes, socket.taken.length);
        assert.equal(queue.waitingBytes, added.length - socket.taken.length);
      }
      while (socket.isWriting) await socket.take();
      assert.deepEqual(socket.taken, added);
      assert.ok(await isResolved(queue.flushed()));
    }),
    { numRuns: 40 },
  );
});
