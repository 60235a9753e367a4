import assert from "node:assert/strict";
import fc from "fast-check";
import { concatenate, countLines, LineQueue } from "../../lib/lines/line_queue.ts";
import { bytes } from "./fakes.ts";

function text(taken: Uint8Array): string {
  return new TextDecoder().decode(taken);
}

Deno.test("LineQueue.take() returns at least one chunk and as many as fit", () => {
  const queue = new LineQueue(10_000);
  for (const line of ["aaaa\n", "bb\n", "cc\n", "dd\n"]) queue.push(bytes(line));
  assert.equal(queue.bytes, 14);
  assert.equal(queue.lines, 4);
  queue.push(bytes("e".repeat(4996) + "\n"));
  assert.equal(text(queue.take(3)), "aaaa\n");
  queue.push(bytes("f\n"));
  assert.equal(text(queue.take(100)), "bb\ncc\ndd\n");
  assert.equal(queue.take(100).length, 4997);
  assert.equal(text(queue.take(100)), "f\n");
  assert.equal(text(queue.take(100)), "");
  assert.equal(queue.bytes, 0);
});

Deno.test("LineQueue.push() drops the oldest lines one by one when full", () => {
  const queue = new LineQueue(6);
  queue.push(bytes("a\nb\nc\n"));
  queue.push(bytes("d\n"));
  assert.equal(queue.takeDropped(), 1);
  assert.equal(queue.takeDropped(), 0);
  assert.equal(text(queue.take(100)), "b\nc\nd\n");
});

Deno.test("LineQueue.push() drops a line that is longer than the queue", () => {
  const queue = new LineQueue(6);
  queue.push(bytes("a\n"));
  queue.push(bytes("0123456789\n"));
  assert.equal(queue.takeDropped(), 2);
  assert.equal(queue.bytes, 0);
});

Deno.test("LineQueue keeps the newest lines in order, within its bound, for any use", () => {
  const use = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant("take" as const));
  fc.assert(fc.property(fc.array(use, { maxLength: 200 }), (uses) => {
    const queue = new LineQueue(40);
    let next = 0;
    let out = "";
    const lost: number[] = [];
    for (const one of uses) {
      if (one === "take") out += text(queue.take(15));
      else queue.push(bytes(`${next++}`.padEnd(one, ".") + "\n"));
      assert.ok(queue.bytes <= 40);
      const dropped = queue.takeDropped();
      if (dropped > 0) lost.push(dropped);
    }
    while (queue.bytes > 0) out += text(queue.take(1));
    const numbers = out.split("\n").slice(0, -1).map((line) => parseInt(line));
    assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
    assert.equal(numbers.length + lost.reduce((sum, lines) => sum + lines, 0), next);
  }));
});

Deno.test("LineQueue keeps the order when more blocks pass through than it keeps at once", () => {
  const queue = new LineQueue(10_000_000);
  const line = (index: number): string => `${index}`.padEnd(2100, ".") + "\n";
  for (let index = 0; index < 2500; index++) queue.push(bytes(line(index)));
  for (let index = 0; index < 2500; index++) {
    assert.ok(text(queue.take(1)) === line(index), `line ${index}`);
  }
});

Deno.test("countLines() and concatenate() do what they say", () => {
  assert.equal(countLines(bytes("a\n\nb\n")), 3);
  assert.equal(countLines(bytes("")), 0);
  assert.equal(text(concatenate([bytes("a"), bytes(""), bytes("bc")])), "abc");
  assert.equal(concatenate([]).length, 0);
});
