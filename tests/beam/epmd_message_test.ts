/** What is said to and by EPMD, as bytes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeAliveAnswer,
  decodePortIs,
  decodeRequest,
  encodeAlive,
  encodeAliveAnswer,
  encodeNames,
  encodePortIs,
  encodePortPlease,
  type Registration,
} from "../../lib/beam/epmd/epmd_message.ts";
import { hex, toHex } from "./hex.ts";

/** `n1`, not hidden, at port 40,000, as OTP 25 registers it. */
const n1 = "9c40 4d 00 0006 0005 0002 6e31 0000";

const registration: Registration = {
  alive: "n1",
  port: 40_000,
  type: 77,
  protocol: 0,
  versionHigh: 6,
  versionLow: 5,
  extra: new Uint8Array(0),
};

Deno.test("requests are those of the protocol", () => {
  assert.deepEqual(decodeRequest(hex(`78 ${n1}`)), { kind: "alive", registration });
  assert.deepEqual(decodeRequest(hex("7a 6e31")), { kind: "port", alive: "n1" });
  assert.deepEqual(decodeRequest(hex("6e")), { kind: "names" });
  assert.equal(toHex(encodePortPlease("n1")), "7a6e31");
  // Hidden, 72.
  assert.equal(toHex(encodeAlive("n1", 40_000)), toHex(hex(`78 ${n1.replace("4d", "48")}`)));
});

Deno.test("decodeRequest() serves neither kill, stop nor dump", () => {
  for (const text of ["6b", "73 6e31", "64", "", "ff"]) {
    assert.equal(decodeRequest(hex(text)), undefined, text);
  }
});

Deno.test("decodeRequest() takes no name that would forge a line, and no port 0", () => {
  const alive = (name: string): unknown => {
    const length = (name.length / 2).toString(16).padStart(4, "0");
    return decodeRequest(hex(`78 9c40 4d 00 0006 0005 ${length} ${name} 0000`));
  };
  assert.ok(alive("6e31"));
  for (const name of ["", "6e0a", "6e20", "00", "6e40", "ff", "61".repeat(256)]) {
    assert.equal(alive(name), undefined, name);
  }
  assert.equal(decodeRequest(hex(`78 ${n1.replace("9c40", "0000")}`)), undefined);
});

Deno.test("answers to a look-up are read at their end, not before", () => {
  const whole = encodePortIs(registration);
  assert.equal(toHex(whole), toHex(hex(`77 00 ${n1}`)));
  assert.deepEqual(decodePortIs(whole), registration);
  for (let length = 0; length < whole.length; length++) {
    assert.equal(decodePortIs(whole.subarray(0, length)), undefined);
  }
  assert.equal(toHex(encodePortIs(undefined)), "7701");
  assert.equal(decodePortIs(hex("77 01")), "unknown");
  assert.equal(decodePortIs(hex("77")), undefined);
  assert.equal(decodePortIs(hex("47 45 54")), undefined);
});

Deno.test("answers to a registration are those of both versions", () => {
  assert.equal(toHex(encodeAliveAnswer(false, 7, 6)), "760000000007");
  assert.equal(toHex(encodeAliveAnswer(true, 7, 6)), "760100000007");
  assert.equal(toHex(encodeAliveAnswer(false, 7, 5)), "79000002");
  assert.deepEqual(["760000000007", "760100000007", "79000002"].map(hex).map(decodeAliveAnswer), [
    0,
    1,
    0,
  ]);
  assert.equal(decodeAliveAnswer(hex("")), undefined);
  assert.equal(decodeAliveAnswer(hex("76 00 000000")), undefined);
  assert.equal(decodeAliveAnswer(hex("48 54")), "garbage");
});

Deno.test("encodeNames() is what `epmd -names` prints", () => {
  const bytes = encodeNames(4369, [registration]);
  assert.equal(toHex(bytes.subarray(0, 4)), "00001111");
  assert.equal(new TextDecoder().decode(bytes.subarray(4)), "name n1 at port 40000\n");
});

Deno.test("no bytes make the readers throw", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(0x78, 0x7a, 0x77, 0x76),
      (bytes, kind) => {
        const packet = Uint8Array.of(kind, ...bytes);
        decodeRequest(packet);
        decodePortIs(packet);
        decodeAliveAnswer(packet);
      },
    ),
    { numRuns: 3_000 },
  );
});
