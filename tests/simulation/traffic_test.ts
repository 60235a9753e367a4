/**
 * What the messages of a simulation are taken to weigh.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PingContent } from "../../lib/core/input.ts";
import { recordBytes } from "../../lib/core/dissemination/packing.ts";
import { Traffic } from "../../lib/simulation/traffic.ts";
import { recordOf } from "../core/records.ts";

const plain = { incarnation: 0, fingerprint: 7 };
const record = recordOf(1);

/** What each of these pongs adds to the bytes. */
function bytesOf(...contents: readonly PingContent[]): number[] {
  const traffic = new Traffic();
  return contents.map((content) => {
    const before = traffic.bytes;
    traffic.count({ kind: "pong", reply: 1, content });
    return traffic.bytes - before;
  });
}

Deno.test("Traffic.count() counts a record with the pong that carries it, and with no other", () => {
  const [first = 0, second = 0, third = 0] = bytesOf({ ...plain, record }, plain, plain);
  assert.equal(second, third);
  assert.equal(first, second + recordBytes(record));
  assert.deepEqual(bytesOf(plain), [second]);
});

Deno.test("Traffic.count() counts what a ping says of the exchange before it", () => {
  const to = { name: record.name, instance: record.instance, addresses: [] };
  const timeouts = { connectTimeoutMs: 1, answerTimeoutMs: 1 };
  const traffic = new Traffic();
  const sizes = [plain, { ...plain, pulse: 180 }, plain].map((content) => {
    const before = traffic.bytes;
    traffic.count({ kind: "ping", ping: 1, to, content, fresh: false, ...timeouts });
    return traffic.bytes - before;
  });
  const [first = 0, pulse = 0, third = 0] = sizes;
  assert.equal(first, third);
  assert.equal(pulse, first + `,"pulse":180`.length);
  assert.equal(traffic.pings, 3);
});
