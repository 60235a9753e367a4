/**
 * What listings of the registry tell about a heartbeat.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { RegistryHeartbeats } from "../../../lib/core/detector/registry_heartbeats.ts";
import type { Row } from "../../../lib/core/members/row.ts";
import { rowOf } from "../../registry/rows.ts";
import { instanceOf, nameOf } from "../records.ts";

const name = nameOf(1);
const instance = instanceOf(1);
const nobody = (): boolean => false;
const everybody = (): boolean => true;

/** A row of node 1 with that heartbeat. */
function row(heartbeat: number, changes: Partial<Row> = {}): { row: Row } {
  return { row: rowOf(name, heartbeat, { instance, ...changes }) };
}

/** So many rows of others. */
function others(count: number): { row: Row }[] {
  return Array.from({ length: count }, (_, index) => ({
    row: rowOf(nameOf(index + 2), 1, { instance: instanceOf(index + 2) }),
  }));
}

/**
 * Heartbeats after listings of node 1 alone, each with its start, its end and the heartbeat it
 * found.
 */
function heartbeatsAfter(
  ...listings: readonly (readonly [number, number, number])[]
): RegistryHeartbeats {
  const heartbeats = new RegistryHeartbeats();
  for (const [startedAt, now, heartbeat] of listings) {
    heartbeats.listed([row(heartbeat)], startedAt, now, nobody);
  }
  return heartbeats;
}

Deno.test("RegistryHeartbeats knows nothing when nothing was listed", () => {
  const heartbeats = new RegistryHeartbeats();
  assert.equal(heartbeats.readAt, -Infinity);
  assert.equal(heartbeats.state(name, instance, 0), "unknown");
  assert.equal(heartbeats.movedAfter(name, instance, -Infinity), undefined);
  assert.equal(heartbeats.ageMs(name, instance, 0), undefined);
  heartbeats.forget(name);
  heartbeats.listed([], 0, 10, everybody);
  assert.equal(heartbeats.readAt, 10);
  assert.equal(heartbeats.state(name, instance, 10), "unknown");
});

Deno.test("RegistryHeartbeats.movedAfter() is the heartbeat first seen after a listing that began after the miss", () => {
  const missedAt = 100;
  const [before, after, last] = [[0, 10, 5], [110, 120, 5], [130, 140, 6]] as const;
  assert.equal(heartbeatsAfter(before, after).movedAfter(name, instance, missedAt), undefined);
  assert.equal(heartbeatsAfter(before, after, last).movedAfter(name, instance, missedAt), 6);
});

Deno.test("RegistryHeartbeats.movedAfter() is no proof when the listing before began before the miss", () => {
  // Written between the two listings, perhaps before the miss at 100.
  const heartbeats = heartbeatsAfter([0, 10, 5], [99, 120, 6]);
  assert.equal(heartbeats.movedAfter(name, instance, 100), undefined);
  heartbeats.listed([row(7)], 130, 140, nobody);
  assert.equal(heartbeats.movedAfter(name, instance, 100), undefined, "99 is before 100");
  assert.equal(heartbeats.movedAfter(name, instance, 99), 7);
  heartbeats.listed([row(8)], 150, 160, nobody);
  assert.equal(heartbeats.movedAfter(name, instance, 130), 8);
  assert.equal(heartbeats.movedAfter(name, instance, 131), undefined);
});

Deno.test("RegistryHeartbeats.movedAfter() takes the start of a listing for its time, not its end", () => {
  // A slow listing that began before the miss may have read the row before it, too.
  const heartbeats = heartbeatsAfter([0, 200, 5], [210, 220, 6]);
  assert.equal(heartbeats.movedAfter(name, instance, 100), undefined);
});

Deno.test("RegistryHeartbeats.movedAfter() is undefined for a heartbeat seen for the first time, however high", () => {
  const heartbeats = heartbeatsAfter([0, 10, 1_000_000]);
  assert.equal(heartbeats.movedAfter(name, instance, -1e12), undefined);
});

Deno.test("RegistryHeartbeats.movedAfter() is undefined for another instance, a missing row, a forgotten one", () => {
  const heartbeats = heartbeatsAfter([0, 10, 5], [20, 30, 6], [40, 50, 7]);
  assert.equal(heartbeats.movedAfter(name, instance, 20), 7);
  assert.equal(heartbeats.movedAfter(name, instanceOf(9), 20), undefined);
  assert.equal(heartbeats.movedAfter(nameOf(9), instance, 20), undefined);
  heartbeats.listed([], 60, 70, everybody);
  assert.equal(heartbeats.movedAfter(name, instance, 20), undefined);
  heartbeats.listed([row(7)], 80, 90, nobody);
  assert.equal(heartbeats.movedAfter(name, instance, 20), 7, "the row is back as it was");
  heartbeats.forget(name);
  assert.equal(heartbeats.movedAfter(name, instance, 20), undefined);
});

Deno.test("RegistryHeartbeats begins anew when another instance heartbeats under the name", () => {
  const heartbeats = heartbeatsAfter([0, 10, 5], [20, 30, 6]);
  const heir = instanceOf(2);
  heartbeats.listed([row(9, { instance: heir })], 40, 50, nobody);
  assert.equal(heartbeats.movedAfter(name, heir, -1e12), undefined);
  assert.equal(heartbeats.state(name, instance, 50), "unknown");
  assert.equal(heartbeats.state(name, heir, 50), "moving");
  assert.equal(heartbeats.ageMs(name, heir, 55), 5);
  assert.equal(
    heartbeats.ageMs(name, instance, 55),
    undefined,
    "it says nothing of the one before",
  );
});

/** What a writer and a reader do: pauses in milliseconds, where in a listing the row is read. */
const anyHistory = fc.record({
  writes: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 30 }),
  listings: fc.array(
    fc.record({ pauseMs: fc.nat(300), beforeMs: fc.nat(200), afterMs: fc.nat(200) }),
    { maxLength: 15 },
  ),
  since: fc.nat(3000),
});

Deno.test("RegistryHeartbeats.movedAfter() never calls a heartbeat moved that was written before the miss", () => {
  let proofs = 0;
  fc.assert(
    fc.property(anyHistory, ({ writes, listings, since }) => {
      const writtenAt: number[] = [];
      for (const pauseMs of writes) writtenAt.push((writtenAt.at(-1) ?? 0) + pauseMs);
      const heartbeats = new RegistryHeartbeats();
      let now = 0;
      for (const { pauseMs, beforeMs, afterMs } of listings) {
        const startedAt = now + pauseMs;
        const readAt = startedAt + beforeMs;
        now = readAt + afterMs;
        const heartbeat = writtenAt.filter((at) => at <= readAt).length;
        heartbeats.listed([row(heartbeat)], startedAt, now, nobody);
        const moved = heartbeats.movedAfter(name, instance, since);
        if (moved === undefined) continue;
        proofs++;
        assert.equal(moved, heartbeat);
        assert.ok((writtenAt[moved - 1] as number) >= since, `${moved} is older than ${since}`);
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(proofs > 30, `only ${proofs} proofs were looked at`);
});

Deno.test("RegistryHeartbeats says the same whatever the wall clocks of the writers say", () => {
  const anyTime = fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom("", "never", "2016-03-10T18:51:29.277Z"),
  );
  const listing = fc.record({ heartbeat: fc.nat(4), activeAt: anyTime, startedAt: anyTime });
  fc.assert(fc.property(fc.array(listing, { maxLength: 12 }), fc.nat(1200), (listings, since) => {
    const [plain, confused] = [new RegistryHeartbeats(), new RegistryHeartbeats()];
    listings.forEach(({ heartbeat, activeAt, startedAt }, index) => {
      const now = index * 100;
      plain.listed([row(heartbeat)], now - 50, now, nobody);
      confused.listed([row(heartbeat, { activeAt, startedAt })], now - 50, now, nobody);
      const said = [plain, confused].map((heartbeats) => [
        heartbeats.movedAfter(name, instance, since),
        heartbeats.state(name, instance, now),
        heartbeats.ageMs(name, instance, now),
      ]);
      assert.deepEqual(said[0], said[1]);
    });
  }));
});

Deno.test("RegistryHeartbeats.state() is stale when the heartbeat has not moved for three of its intervals", () => {
  const heartbeats = new RegistryHeartbeats();
  const listed = (now: number, heartbeat: number, changes: Partial<Row> = {}): string => {
    heartbeats.listed(
      [row(heartbeat, { heartbeatIntervalMs: 2000, ...changes })],
      now - 10,
      now,
      nobody,
    );
    return heartbeats.state(name, instance, now);
  };
  assert.equal(listed(1000, 5), "moving", "at first for the time being");
  assert.equal(listed(6999, 5), "moving");
  assert.equal(heartbeats.ageMs(name, instance, 7000), 6000);
  assert.equal(listed(7000, 5), "stale");
  assert.equal(
    heartbeats.movedAfter(name, instance, -1e12),
    undefined,
    "standing still proves nothing",
  );
  assert.equal(listed(8000, 6), "moving");
  assert.equal(heartbeats.ageMs(name, instance, 8000), 0);
  assert.equal(listed(11_000, 6, { heartbeatIntervalMs: 1000 }), "stale", "as its row says now");
});

Deno.test("RegistryHeartbeats.state() is stale two intervals after a first look at one that stands still", () => {
  const heartbeats = heartbeatsAfter([0, 10, 5], [30_000, 30_010, 35]);
  assert.equal(heartbeats.ageMs(name, instance, 30_010), 1000, "it may be an interval old");
  heartbeats.listed([row(35)], 31_000, 31_010, nobody);
  assert.equal(heartbeats.state(name, instance, 31_010), "moving");
  heartbeats.listed([row(35)], 32_000, 32_010, nobody);
  assert.equal(heartbeats.state(name, instance, 32_010), "stale");
});

Deno.test("RegistryHeartbeats.state() goes by the last listing for as long as none is overdue", () => {
  const heartbeats = heartbeatsAfter([0, 10, 5], [30_000, 30_010, 35]);
  assert.equal(heartbeats.state(name, instance, 40_000), "unknown", "there should be newer ones");
  assert.equal(heartbeats.state(name, instance, 60_000, 30_000), "moving", "the next one is due");
  assert.equal(heartbeats.state(name, instance, 200_000, 30_000), "unknown");
});

Deno.test("RegistryHeartbeats.state() is unknown without fresh listings, and missing when the row is", () => {
  const heartbeats = heartbeatsAfter([0, 1000, 5]);
  assert.equal(heartbeats.state(name, instance, 3999), "moving");
  assert.equal(heartbeats.state(name, instance, 4000), "unknown", "it may have moved unseen");
  heartbeats.listed(others(1), 5000, 5010, everybody);
  assert.equal(heartbeats.state(name, instance, 5010), "missing");
  assert.equal(heartbeats.ageMs(name, instance, 5010), 4010);
  heartbeats.listed([row(6)], 6000, 6010, nobody);
  assert.equal(heartbeats.state(name, instance, 6010), "moving");
});

Deno.test("RegistryHeartbeats.hasStopped() once it is stale, or its row has been gone for as long", () => {
  const stale = heartbeatsAfter([0, 10, 5], [3000, 3010, 5]);
  assert.equal(stale.hasStopped(name, instance, 3010), true);
  const heartbeats = heartbeatsAfter([0, 10, 5]);
  const member = { name, instance };
  for (const now of [1000, 2000, 3000]) {
    heartbeats.lacked([member], now);
    assert.equal(
      heartbeats.hasStopped(name, instance, now),
      false,
      "it may be being written again",
    );
  }
  assert.equal(heartbeats.hasStopped(name, instance, 4000), true);
  assert.equal(heartbeats.hasStopped(name, instanceOf(2), 4000), false, "it is another run");
  heartbeats.lacked([], 4000);
  assert.equal(heartbeats.hasStopped(name, instance, 4000), false, "it is there again");
  for (const now of [5000, 6000, 9000]) heartbeats.lacked([member], now);
  assert.ok(heartbeats.sighted(name, instance, 6, 9000));
  assert.equal(heartbeats.hasStopped(name, instance, 9000), false, "another node has seen it");
  assert.equal(heartbeats.state(name, instanceOf(2), 9000), "unknown");
  heartbeats.lacked([{ name, instance: instanceOf(2) }], 9000);
  assert.equal(heartbeats.state(name, instanceOf(2), 9000), "missing");
  heartbeats.lacked([member], 10_000);
  heartbeats.lacked([member], 19_000);
  assert.equal(heartbeats.hasStopped(name, instance, 19_000), false, "two listings are not enough");
});

Deno.test("RegistryHeartbeats.sighted() is news once, and counts as moved from then on", () => {
  const heartbeats = heartbeatsAfter([0, 10, 5], [20, 30, 5]);
  assert.equal(heartbeats.sighted(name, instance, 5, 40), false, "known");
  assert.equal(heartbeats.sighted(name, instance, 4, 40), false, "older");
  assert.equal(heartbeats.movedAfter(name, instance, 0), undefined);
  assert.equal(heartbeats.sighted(name, instance, 6, 50), true);
  assert.equal(heartbeats.sighted(name, instance, 6, 60), false);
  assert.equal(heartbeats.movedAfter(name, instance, 50), 6);
  assert.equal(heartbeats.movedAfter(name, instance, 51), undefined);
  assert.equal(heartbeats.ageMs(name, instance, 70), 20);
  heartbeats.listed([row(6)], 80, 90, nobody);
  assert.equal(
    heartbeats.ageMs(name, instance, 90),
    40,
    "what was sighted is no movement when it is seen",
  );
});

Deno.test("RegistryHeartbeats.sighted() is believed of a member that was never listed", () => {
  const heartbeats = new RegistryHeartbeats();
  assert.equal(heartbeats.sighted(name, instance, 0, 5), true);
  assert.equal(heartbeats.movedAfter(name, instance, 5), 0);
  assert.equal(heartbeats.state(name, instance, 5), "unknown", "nothing was read here");
  assert.equal(heartbeats.sighted(name, instanceOf(2), 0, 6), true, "another instance is news");
});

Deno.test("RegistryHeartbeats keeps all of 256 rows, and of more only those in doubt", () => {
  const inDoubt = (asked: string): boolean => asked === name;
  const heartbeats = new RegistryHeartbeats();
  heartbeats.listed([row(5), ...others(255)], 0, 10, nobody);
  assert.equal(heartbeats.ageMs(name, instance, 10), 0);
  assert.equal(heartbeats.ageMs(nameOf(2), instanceOf(2), 10), 0);
  heartbeats.listed([row(5), ...others(256)], 20, 30, inDoubt);
  assert.equal(heartbeats.ageMs(name, instance, 30), 20, "it is still followed");
  assert.equal(heartbeats.ageMs(nameOf(2), instanceOf(2), 30), undefined, "it is let go");
  heartbeats.listed([row(6), ...others(256)], 40, 50, inDoubt);
  assert.equal(heartbeats.movedAfter(name, instance, 20), 6);
  heartbeats.listed([row(7), ...others(256)], 60, 70, nobody);
  assert.equal(heartbeats.ageMs(name, instance, 70), undefined);
  // Doubted again it begins anew: what it did meanwhile was not followed.
  heartbeats.listed([row(8), ...others(256)], 80, 90, inDoubt);
  assert.equal(heartbeats.movedAfter(name, instance, 0), undefined);
});

Deno.test("RegistryHeartbeats lets go of a row that is gone, unless its heartbeat is to be kept", () => {
  for (const isKept of [everybody, nobody]) {
    const heartbeats = heartbeatsAfter([0, 10, 5]);
    heartbeats.listed(others(1), 20, 30, isKept);
    assert.equal(heartbeats.ageMs(name, instance, 30), isKept === everybody ? 20 : undefined);
    assert.equal(heartbeats.ageMs(nameOf(2), instanceOf(2), 30), 0, "it is listed");
  }
});

Deno.test("RegistryHeartbeats.state() is missing when the row is, also among more than 256 rows", () => {
  const heartbeats = new RegistryHeartbeats();
  heartbeats.listed([row(5), ...others(256)], 0, 10, everybody);
  heartbeats.listed([row(6), ...others(256)], 20, 30, everybody);
  assert.equal(heartbeats.movedAfter(name, instance, 0), 6);
  heartbeats.listed(others(257), 40, 50, everybody);
  assert.equal(heartbeats.state(name, instance, 50), "missing");
  assert.equal(heartbeats.movedAfter(name, instance, 0), undefined);
});

Deno.test("RegistryHeartbeats.movedAfter() is undefined when a stale listing shows an older heartbeat again", () => {
  const missedAt = 50;
  const heartbeats = heartbeatsAfter([0, 10, 5], [20, 30, 6], [60, 70, 6], [80, 90, 5]);
  assert.equal(
    heartbeats.movedAfter(name, instance, missedAt),
    undefined,
    "5 was seen long before",
  );
  heartbeats.listed([row(6)], 100, 110, nobody);
  assert.equal(
    heartbeats.movedAfter(name, instance, missedAt),
    undefined,
    "6 was seen before, too",
  );
});

Deno.test("RegistryHeartbeats.movedAfter() is no proof when the listing before lacked the row", () => {
  // The heartbeat is 5 at 0, 6 is written at 20, the member dies, and the first ping is missed at 30.
  const heartbeats = heartbeatsAfter([0, 10, 5]);
  heartbeats.listed(others(1), 40, 50, everybody);
  heartbeats.listed([row(6)], 60, 70, nobody);
  assert.equal(heartbeats.movedAfter(name, instance, 30), undefined);
});

Deno.test("RegistryHeartbeats: a row that moves outweighs a higher heartbeat that was only told", () => {
  const heartbeats = new RegistryHeartbeats();
  heartbeats.listed([row(5)], 0, 0, everybody);
  assert.ok(heartbeats.sighted(name, instance, 1_000_000, 500));
  heartbeats.listed([row(6)], 1000, 1000, everybody);
  assert.equal(heartbeats.movedAfter(name, instance, 900), undefined, "it may be an old listing");
  heartbeats.listed([row(7)], 2000, 2000, everybody);
  assert.equal(heartbeats.movedAfter(name, instance, 900), 7);
  heartbeats.listed([row(6)], 3000, 3000, everybody);
  heartbeats.listed([row(7)], 4000, 4000, everybody);
  assert.equal(
    heartbeats.ageMs(name, instance, 4000),
    2000,
    "an old listing is no movement, nor its end",
  );
});
