/** Packets: lengths in front of bytes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { joined } from "../../lib/beam/term/bytes.ts";
import { sameSecret } from "../../lib/core/base/same_secret.ts";
import { encodePacket, PacketReader } from "../../lib/beam/packets.ts";
import { hex, toHex } from "./hex.ts";

Deno.test("PacketReader gives back what was packed, however the stream is cut", () => {
  const packets = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
  const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 });
  fc.assert(fc.property(packets, cuts, fc.constantFrom(2, 4), (all, sizes, lengthBytes) => {
    const stream = joined(...all.map((packet) => encodePacket(packet, lengthBytes)));
    const reader = new PacketReader(lengthBytes, 40);
    const found: string[] = [];
    for (let start = 0, turn = 0; start < stream.length; turn++) {
      const end = start + (sizes[turn % sizes.length] ?? 1);
      reader.feed(stream.subarray(start, end));
      start = end;
      for (let packet = reader.next(); packet; packet = reader.next()) found.push(toHex(packet));
    }
    assert.deepEqual(found, all.map(toHex));
    assert.equal(reader.unfinished, false);
  }));
});

Deno.test("PacketReader takes packets at the limit, and refuses longer ones at their length", () => {
  for (const [length, isTaken] of [["0004", true], ["0005", false], ["ffff", false]] as const) {
    const reader = new PacketReader(2, 4);
    reader.feed(hex(`${length} 01020304`));
    assert.equal(reader.next() !== undefined, isTaken);
    assert.equal(reader.fault === undefined, isTaken);
  }
  const reader = new PacketReader(4, 1_000);
  reader.feed(hex("ffffffff"));
  assert.equal(reader.next(), undefined);
  assert.match(reader.fault ?? "", /4294967295 bytes, more than the 1000 allowed/);
});

Deno.test("PacketReader changes the width of lengths between two packets", () => {
  const reader = new PacketReader(2, 100);
  reader.feed(hex("0001 aa 00000002 bbcc 00000000"));
  assert.equal(toHex(reader.next() ?? assert.fail()), "aa");
  reader.lengthBytes = 4;
  assert.equal(toHex(reader.next() ?? assert.fail()), "bbcc");
  assert.equal(reader.next()?.length, 0);
  assert.equal(reader.next(), undefined);
});

Deno.test("sameSecret() is true for the same bytes only", () => {
  const any = fc.uint8Array({ maxLength: 6 });
  fc.assert(fc.property(any, any, (one, other) => {
    assert.equal(sameSecret(one, other), toHex(one) === toHex(other));
    assert.ok(sameSecret(one, one.slice()));
  }));
});
