/** What a node counts. */
import assert from "node:assert/strict";
import type { NodeName } from "../../lib/core/base/name.ts";
import { DurationHistogram, Meter, RegistryMeter } from "../../lib/node/meter.ts";

const address = { host: "127.0.0.1", port: 4000 };

Deno.test("put() counts pings by result, of both kinds of members, and nothing else", () => {
  const meter = new Meter();
  const pong = { roundTripUs: 300, address };
  meter.put({ kind: "wake" });
  meter.put({
    ...{ kind: "ping-ended", ping: 1 },
    outcome: { kind: "pong", ...pong, incarnation: 0, fingerprint: 1 },
  });
  meter.put({
    ...{ kind: "beam-ping-ended", ping: 2 },
    outcome: { kind: "pong", ...pong, creation: 3 },
  });
  meter.put({ kind: "ping-ended", ping: 3, outcome: { kind: "refused", detail: "" } });
  assert.deepEqual([meter.pings.pong, meter.pings.refused, meter.pings.silent], [2, 1, 0]);
  assert.equal(meter.roundTrips.sumUs, 600);
  assert.deepEqual(meter.roundTrips.counts.slice(0, 3), [0, 2, 0]);
});

Deno.test("told() counts changes by kind", () => {
  const meter = new Meter();
  const name = "n2@127.0.0.1" as NodeName;
  meter.told([{ kind: "joined", name, reason: "" }, { kind: "failed", name, reason: "" }]);
  meter.told([{ kind: "joined", name, reason: "" }]);
  const { joined, failed, left } = meter.changes;
  assert.deepEqual({ joined, failed, left }, { joined: 2, failed: 1, left: 0 });
});

Deno.test("add() puts a duration into the bucket whose bound it does not exceed", () => {
  const histogram = new DurationHistogram();
  const bounds = histogram.boundsUs;
  for (const bound of bounds) histogram.add(bound);
  assert.deepEqual(histogram.counts, [...bounds.map(() => 1), 0]);
  for (const bound of bounds) histogram.add(bound + 1);
  assert.deepEqual(histogram.counts, [1, ...bounds.slice(1).map(() => 2), 1]);
  assert.equal(histogram.sumUs, 2 * bounds.reduce((sum, one) => sum + one) + bounds.length);
});

Deno.test("a registry works unless it could not be read, or not be written, the last time", () => {
  const meter = new RegistryMeter();
  const call = (operation: "list" | "read" | "write" | "cookie", failed: boolean): boolean => {
    meter.add({ operation, tookUs: 10, failed });
    return meter.works;
  };
  assert.equal(meter.works, true);
  assert.equal(call("cookie", true), true);
  assert.equal(call("write", true), false);
  assert.equal(call("list", false), false, "reading does not mend writing");
  assert.equal(call("write", false), true);
  assert.equal(call("read", true), false);
  assert.equal(call("list", false), true, "a listing is read as well");
  const { write, list, remove } = Object.fromEntries(meter.calls);
  assert.deepEqual([write?.failureCount, list?.failureCount, remove], [1, 0, undefined]);
});
