/** Values that are pushed and awaited: who gets which, how many wait, and how reading ends. */
import assert from "node:assert/strict";
import { ListenerCount } from "../support/listener_count.ts";
import { Broadcast } from "../../lib/node/subscription.ts";
import { settle } from "../support/waiting.ts";

type Reading = AsyncGenerator<number, void, void>;

/** Reads so many values, which have to be there. */
async function take(reading: Reading, count: number): Promise<number[]> {
  const values: number[] = [];
  while (values.length < count) {
    const next = await reading.next();
    assert.ok(!next.done, `it ended after ${values.length} values`);
    values.push(next.value);
  }
  return values;
}

/** Reads all values up to the end, which has to come. */
async function rest(reading: Reading): Promise<number[]> {
  const values: number[] = [];
  for await (const value of reading) values.push(value);
  return values;
}

function send(broadcast: Broadcast<number>, from: number, to: number): void {
  for (let value = from; value <= to; value++) broadcast.send(value);
}

Deno.test("Broadcast hands each reader all values since it came, in order, and none before", async () => {
  const broadcast = new Broadcast<number>();
  broadcast.send(0);
  const first = broadcast.read();
  send(broadcast, 1, 2);
  const second = broadcast.read();
  send(broadcast, 3, 4);
  assert.deepEqual(await take(first, 4), [1, 2, 3, 4], "they are kept until they are asked for");
  assert.deepEqual(await take(second, 1), [3]);
  const next = first.next();
  await settle();
  broadcast.send(5);
  assert.deepEqual(await next, { done: false, value: 5 });
  broadcast.close();
  assert.deepEqual(await rest(second), [4, 5]);
  assert.deepEqual(await rest(first), []);
});

Deno.test("Broadcast wakes all readers that wait, in the order in which they came", async () => {
  const broadcast = new Broadcast<number>();
  const told: string[] = [];
  const all = ["a", "b", "c"].map(async (name) => {
    for await (const value of broadcast.read()) told.push(`${name}${value}`);
    told.push(`${name} ends`);
  });
  await settle();
  broadcast.send(1);
  await settle();
  assert.deepEqual(told.splice(0), ["a1", "b1", "c1"]);
  broadcast.send(0);
  await settle();
  assert.deepEqual(told.splice(0), ["a0", "b0", "c0"], "a value may be falsy");
  broadcast.close();
  await Promise.all(all);
  assert.deepEqual(told, ["a ends", "b ends", "c ends"]);
});

Deno.test("Broadcast keeps 1000 values for a slow reader, loses the oldest, and spares the others", async () => {
  const broadcast = new Broadcast<number>();
  const [slow, quick] = [broadcast.read(), broadcast.read()];
  send(broadcast, 1, 1000);
  assert.deepEqual(await take(quick, 1), [1]);
  send(broadcast, 1001, 1001);
  assert.deepEqual(await take(slow, 1), [2], "1 is lost to it");
  send(broadcast, 1002, 1003);
  broadcast.close();
  const kept = (from: number): number[] => Array.from({ length: 1000 }, (_, index) => from + index);
  assert.deepEqual(await rest(slow), kept(4));
  assert.deepEqual(await rest(quick), kept(4));
});

Deno.test("Broadcast.close() ends readers once they have all that waits, and new ones at once", async () => {
  const broadcast = new Broadcast<number>();
  const [behind, waiting] = [broadcast.read(), broadcast.read()];
  send(broadcast, 1, 2);
  assert.deepEqual(await take(waiting, 2), [1, 2]);
  const last = waiting.next();
  await settle();
  broadcast.close();
  broadcast.close();
  assert.deepEqual(await last, { done: true, value: undefined });
  assert.deepEqual(await rest(behind), [1, 2]);
  assert.deepEqual(await rest(broadcast.read()), []);
});

Deno.test("Broadcast.read() throws the abort reason at once, whatever waits, and others read on", async () => {
  const broadcast = new Broadcast<number>();
  const reason = new Error("enough");
  const [abort, another] = [new AbortController(), broadcast.read()];
  const behind = broadcast.read(abort.signal);
  const waiting = broadcast.read(abort.signal);
  const unread = broadcast.read(abort.signal);
  send(broadcast, 1, 3);
  assert.deepEqual([await take(behind, 1), await take(waiting, 3)], [[1], [1, 2, 3]]);
  const last = assert.rejects(waiting.next(), reason);
  await settle();
  abort.abort(reason);
  await last;
  for (const reading of [behind, unread, broadcast.read(abort.signal)]) {
    await assert.rejects(reading.next(), reason);
    assert.deepEqual(await reading.next(), { done: true, value: undefined }, "it throws once");
  }
  broadcast.close();
  await assert.rejects(broadcast.read(abort.signal).next(), reason);
  assert.deepEqual(await rest(another), [1, 2, 3]);
});

Deno.test("Broadcast.read() leaves its signal alone once reading is over, however it ends", async () => {
  const broadcast = new Broadcast<number>();
  const count = new ListenerCount();
  const { signal } = count;
  const [left, ended] = [broadcast.read(signal), broadcast.read(signal)];
  broadcast.send(1);
  for await (const value of left) {
    assert.deepEqual([value, count.listeners], [1, 2]);
    break;
  }
  assert.deepEqual([await take(ended, 1), count.listeners], [[1], 1]);
  broadcast.close();
  assert.deepEqual([await rest(ended), count.listeners], [[], 0]);
});

Deno.test("Broadcast keeps nothing for a reader whose signal is aborted before it asks", async () => {
  const broadcast = new Broadcast<number>();
  const abort = new AbortController();
  const reading = broadcast.read(abort.signal);
  broadcast.send(1);
  assert.equal(broadcast.readerCount, 1);
  abort.abort(new RangeError("enough"));
  assert.equal(broadcast.readerCount, 0);
  await assert.rejects(reading.next(), RangeError);
});
