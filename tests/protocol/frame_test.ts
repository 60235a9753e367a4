/** Frames and envelopes: any chunking gives the same messages, and no length costs memory. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AssertionError } from "../../lib/core/base/assert.ts";
import { bodyMaxBytes, decodeEnvelope, encodeEnvelope } from "../../lib/protocol/envelope.ts";
import type { EnvelopeKind } from "../../lib/protocol/envelope.ts";
import { encodeFrame, frameMaxBytes, FrameReader } from "../../lib/protocol/frame.ts";

function readAll(reader: FrameReader, chunk: Uint8Array): number[][] {
  reader.feed(chunk);
  const frames: number[][] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    frames.push([...frame]);
  }
  return frames;
}

Deno.test("FrameReader gives the same frames when the stream comes in any chunks", () => {
  const payload = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const sizes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1 });
  fc.assert(fc.property(fc.array(payload, { maxLength: 8 }), sizes, (payloads, chunkSizes) => {
    const stream = payloads.flatMap((one) => [...encodeFrame(one)]);
    const reader = new FrameReader();
    const frames: number[][] = [];
    for (let start = 0, turn = 0; start < stream.length; turn++) {
      const size = chunkSizes[turn % chunkSizes.length] as number;
      const end = start + (size === 0 && turn % 2 === 1 ? 1 : Math.max(size, turn % 2));
      frames.push(...readAll(reader, Uint8Array.from(stream.slice(start, end))));
      start = end;
    }
    assert.deepEqual(frames, payloads.map((one) => [...one]));
    assert.equal(reader.fault, undefined);
    assert.equal(reader.unfinished, false);
  }));
});

Deno.test("FrameReader copies what spans chunks when the chunk's memory is used again", () => {
  const stream = encodeFrame(Uint8Array.of(1, 2, 3, 4));
  const reader = new FrameReader();
  const memory = new Uint8Array(3);
  const frames: number[][] = [];
  for (let start = 0; start < stream.length; start += 3) {
    const part = stream.subarray(start, start + 3);
    memory.fill(0xff);
    memory.set(part);
    frames.push(...readAll(reader, memory.subarray(0, part.length)));
  }
  assert.deepEqual(frames, [[1, 2, 3, 4]]);
});

Deno.test("FrameReader takes the largest frame and has a fault when it is one byte larger", () => {
  const largest = readAll(new FrameReader(), encodeFrame(new Uint8Array(frameMaxBytes)));
  assert.equal(largest[0]?.length, frameMaxBytes);
  const reader = new FrameReader();
  assert.deepEqual(readAll(reader, Uint8Array.of(0, 1, 0, 1, 9)), []);
  assert.match(reader.fault ?? "", /65537 bytes/);
});

Deno.test("FrameReader has a fault and takes no memory when a length is 4 GiB", () => {
  const reader = new FrameReader();
  assert.deepEqual(readAll(reader, Uint8Array.of(0xff, 0xff, 0xff, 0xff)), []);
  assert.match(reader.fault ?? "", /4294967295 bytes/);
  assert.deepEqual(readAll(reader, encodeFrame(Uint8Array.of(1))), []);
});

Deno.test("FrameReader has a fault when a length is 0", () => {
  const reader = new FrameReader();
  assert.deepEqual(readAll(reader, new Uint8Array(8)), []);
  assert.match(reader.fault ?? "", /0 bytes/);
});

Deno.test("FrameReader obeys a limit that changes between frames", () => {
  const reader = new FrameReader(2);
  reader.feed(
    Uint8Array.of(...encodeFrame(Uint8Array.of(1, 2)), ...encodeFrame(new Uint8Array(9))),
  );
  assert.equal(reader.next()?.length, 2);
  reader.limitBytes = 9;
  assert.equal(reader.next()?.length, 9);
});

Deno.test("FrameReader has read everything long before quadratic copying would when bytes come singly", () => {
  const stream = encodeFrame(new Uint8Array(frameMaxBytes).fill(5));
  const reader = new FrameReader();
  let frames = 0;
  for (const byte of stream) {
    reader.feed(Uint8Array.of(byte));
    if (reader.next() !== undefined) frames++;
  }
  assert.equal(frames, 1);
});

Deno.test("encodeFrame() asserts when the payload is empty or too large", () => {
  assert.throws(() => encodeFrame(new Uint8Array(0)), AssertionError);
  assert.throws(() => encodeFrame(new Uint8Array(frameMaxBytes + 1)), AssertionError);
});

Deno.test("decodeEnvelope() gives back what encodeEnvelope() was given", () => {
  const numbered = fc.constantFrom<EnvelopeKind>("request", "answer");
  const plain = fc.constantFrom<EnvelopeKind>("notice", "hello", "visit", "goodbye");
  const id = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(
    fc.property(fc.oneof(fc.tuple(numbered, id), fc.tuple(plain, fc.constant(0))), ([kind, id]) => {
      const body = Uint8Array.of(1, 2, 3);
      assert.deepEqual(decodeEnvelope(encodeEnvelope(kind, id, body)), { kind, id, body });
    }),
  );
});

Deno.test("decodeEnvelope() never throws, and gives undefined when the kind is unknown or cut", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => void decodeEnvelope(bytes)));
  for (const bytes of [[], [0], [7], [255, 1], [1, 0, 0, 0], [2]]) {
    assert.equal(decodeEnvelope(Uint8Array.from(bytes)), undefined);
  }
});

Deno.test("encodeEnvelope() asserts when the body does not fit into a frame", () => {
  assert.equal(
    encodeEnvelope("request", 1, new Uint8Array(bodyMaxBytes)).length + 16,
    frameMaxBytes,
  );
  assert.throws(
    () => encodeEnvelope("notice", 0, new Uint8Array(bodyMaxBytes + 1)),
    AssertionError,
  );
});
