/**
 * What a roster makes of records that come in any order.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AssertionError } from "../../../lib/core/base/assert.ts";
import { hashText } from "../../../lib/core/base/hash.ts";
import { wins } from "../../../lib/core/dissemination/record.ts";
import type { MemberRecord } from "../../../lib/core/dissemination/record.ts";
import { bucketCount, Roster } from "../../../lib/core/dissemination/member_list.ts";
import { anyRecord, contentOf, instanceOf, nameOf, recordOf, recordStates } from "../records.ts";

const self = contentOf(0);

function rosterOf(records: readonly MemberRecord[]): Roster {
  const roster = new Roster(self, false);
  records.forEach((record, now) => roster.merge(record, now));
  return roster;
}

/** Everything about a roster that must not depend on the order in which it heard. */
function essenceOf(roster: Roster): unknown {
  const records = [...roster.records()].sort((one, other) => one.name < other.name ? -1 : 1);
  return {
    records,
    names: records.map(({ instance }) => roster.nameOf(instance)),
    sorted: roster.sorted(),
    fingerprint: roster.fingerprint,
    buckets: roster.buckets,
    shown: roster.shown,
    alive: roster.alive,
    failed: [...roster.failed.keys()].sort(),
    watched: [...roster.ring.targets.keys()].sort(),
    size: roster.ring.size,
  };
}

Deno.test("Roster holds nobody but its own node at first", () => {
  const roster = new Roster(self, false);
  assert.equal(roster.shown, 1);
  assert.equal(roster.alive, 1);
  assert.equal(roster.fingerprint, roster.self.hash);
  assert.equal(roster.buckets.length, bucketCount);
  assert.deepEqual(roster.sorted(), []);
  assert.deepEqual([...roster.records()], []);
  assert.equal(roster.get(self.name), undefined);
  assert.equal(roster.nameOf(self.instance), self.name);
  assert.equal(roster.nameOf(instanceOf(1)), undefined);
});

Deno.test("Roster.merge() comes to the same whatever the order, and whatever comes twice", () => {
  const orders = fc.array(anyRecord(6), { maxLength: 25 }).chain((heard) =>
    fc.tuple(
      fc.constant(heard),
      fc.shuffledSubarray([...heard, ...heard.slice(0, 8)], {
        minLength: heard.length + Math.min(8, heard.length),
      }),
    )
  );
  fc.assert(fc.property(orders, ([one, other]) => {
    assert.deepEqual(essenceOf(rosterOf(one)), essenceOf(rosterOf(other)));
  }));
});

Deno.test("Roster.merge() keeps of each name what wins", () => {
  fc.assert(fc.property(fc.array(anyRecord(6), { maxLength: 25 }), (heard) => {
    const roster = rosterOf(heard);
    for (let number = 1; number <= 6; number++) {
      const about = heard.filter(({ name }) => name === nameOf(number));
      const best = about.reduce<MemberRecord | undefined>(
        (most, record) => most === undefined || wins(record, most) ? record : most,
        undefined,
      );
      assert.equal(roster.get(nameOf(number))?.hash, best?.hash);
    }
  }));
});

Deno.test("Roster.fingerprint and its buckets are the XOR of all that have not left", () => {
  fc.assert(fc.property(fc.array(anyRecord(6), { maxLength: 25 }), (heard) => {
    const roster = rosterOf(heard);
    const counted = [...roster.records()].filter(({ state }) => state !== "left");
    const expected = new Int32Array(bucketCount);
    for (const { name, hash } of [roster.self, ...counted]) {
      const bucket = hashText(name) % bucketCount;
      expected[bucket] = (expected[bucket] as number) ^ hash;
    }
    assert.deepEqual(roster.buckets, [...expected]);
    assert.equal(roster.fingerprint, expected.reduce((one, other) => one ^ other) >>> 0);
  }));
});

Deno.test("Roster.fingerprint is equal on all nodes that know the same", () => {
  const nodes = Array.from(
    { length: 20 },
    (_, number) => recordOf(number, { incarnation: number }),
  );
  const rosters = nodes.map((me) => {
    const roster = new Roster(me, false);
    for (const record of nodes) if (record !== me) roster.merge(record, 0);
    return roster;
  });
  assert.equal(new Set(rosters.map(({ fingerprint }) => fingerprint)).size, 1);
  assert.equal(new Set(rosters.map(({ buckets }) => buckets.join())).size, 1);
  const changed = rosters[3] as Roster;
  changed.merge(recordOf(7, { incarnation: 7, state: "failed" }), 1);
  assert.notEqual(changed.fingerprint, rosters[4]?.fingerprint);
  const differing = changed.buckets.filter((part, index) => part !== rosters[4]?.buckets[index]);
  assert.equal(differing.length, 1, "only the bucket of the one that changed");
});

Deno.test("Roster.merge() tells what stood there before, and nothing of what is known", () => {
  const roster = new Roster(self, false);
  const first = recordOf(1);
  const second = recordOf(1, { incarnation: 1 });
  const news = { kind: "news", before: undefined };
  assert.deepEqual(roster.merge(first, 0), news);
  assert.deepEqual(roster.merge(first, 0), { kind: "old" });
  assert.deepEqual(roster.merge({ ...first }, 0), { kind: "old" });
  assert.deepEqual(roster.merge(second, 0), { ...news, before: first });
  assert.deepEqual(roster.merge(first, 0), { kind: "old" });
  assert.equal(roster.get(first.name), second);
  assert.ok(roster.holds(first.name, first.instance));
  assert.equal(roster.holds(first.name, instanceOf(99)), false);
  assert.equal(roster.holds(nameOf(99), first.instance), false);
});

Deno.test("Roster.describe() takes what a member adds to its record, and nothing else", () => {
  const roster = rosterOf([recordOf(1)]);
  const { fingerprint } = roster;
  const described = recordOf(1, { tags: { zone: "a" } });
  roster.describe(described, 1);
  assert.equal(roster.get(nameOf(1)), described);
  assert.equal(roster.ring.targets.get(nameOf(1)), described);
  assert.equal(roster.fingerprint, fingerprint);
  roster.describe(recordOf(1, { incarnation: 1 }), 2);
  roster.describe(recordOf(2), 2);
  assert.equal(roster.get(nameOf(1)), described);
  assert.equal(roster.get(nameOf(2)), undefined);
});

Deno.test("Roster.nameOf() gives an instance that two claim to the first", () => {
  const roster = rosterOf([recordOf(1), recordOf(2, { instance: instanceOf(1) })]);
  assert.equal(roster.nameOf(instanceOf(1)), nameOf(1));
  assert.deepEqual([...roster.ring.targets.keys()], [nameOf(1), nameOf(2)]);
  roster.drop(nameOf(2));
  assert.equal(roster.nameOf(instanceOf(1)), nameOf(1));
  assert.deepEqual([...roster.ring.targets.keys()], [nameOf(1)]);
});

Deno.test("Roster counts who is shown and who is alive, and knows since when one is failed", () => {
  const roster = rosterOf([recordOf(1), recordOf(2), recordOf(3), recordOf(4)]);
  assert.deepEqual([roster.shown, roster.alive], [5, 5]);
  roster.merge(recordOf(1, { state: "failed" }), 70);
  roster.merge(recordOf(2, { state: "failed" }), 80);
  assert.deepEqual([roster.shown, roster.alive], [5, 3]);
  assert.deepEqual([...roster.failed], [[nameOf(1), 70], [nameOf(2), 80]]);
  roster.merge(recordOf(1, { state: "left" }), 90);
  roster.merge(recordOf(2, { incarnation: 1 }), 90);
  assert.deepEqual([roster.shown, roster.alive], [4, 4]);
  assert.equal(roster.failed.size, 0);
});

Deno.test("Roster.sorted() counts as people do, follows what changes, and leaves out the gone", () => {
  const roster = rosterOf([recordOf(10), recordOf(9), recordOf(100), recordOf(1)]);
  const names = (): string[] => roster.sorted().map(({ name }) => name);
  assert.deepEqual(names(), [1, 9, 10, 100].map(nameOf));
  roster.merge(recordOf(9, { state: "left" }), 0);
  assert.deepEqual(names(), [1, 10, 100].map(nameOf));
  roster.merge(recordOf(2), 0);
  assert.deepEqual(names(), [1, 2, 10, 100].map(nameOf));
  roster.drop(nameOf(1));
  assert.deepEqual(names(), [2, 10, 100].map(nameOf));
});

Deno.test("Roster.drop() leaves no trace, whatever is dropped", () => {
  const drops = fc.tuple(
    fc.array(anyRecord(6), { maxLength: 20 }),
    fc.subarray([1, 2, 3, 4, 5, 6, 7]),
  );
  fc.assert(fc.property(drops, ([heard, dropped]) => {
    const roster = rosterOf(heard);
    const names = dropped.map(nameOf);
    for (const name of names) roster.drop(name);
    const others = heard.filter(({ name }) => !names.includes(name));
    assert.deepEqual(essenceOf(roster), essenceOf(rosterOf(others)));
  }));
});

Deno.test("Roster.purge() forgets those who left ten minutes ago, and only those", () => {
  const roster = rosterOf([1, 2, 3, 4].map((number) => recordOf(number)));
  roster.merge(recordOf(1, { state: "left" }), 1000);
  roster.merge(recordOf(2, { state: "left" }), 2000);
  roster.merge(recordOf(3, { state: "failed" }), 1000);
  assert.deepEqual(roster.merge(recordOf(1), 2000), { kind: "old" }, "it is remembered");
  roster.purge(600_999);
  assert.equal(roster.get(nameOf(1))?.state, "left");
  roster.purge(601_000);
  assert.equal(roster.get(nameOf(1)), undefined);
  assert.equal(roster.get(nameOf(2))?.state, "left");
  // Leaving again, as another instance, starts the time anew.
  roster.merge(recordOf(2, { state: "left", incarnation: 1 }), 601_500);
  roster.purge(1_201_499);
  assert.deepEqual([...roster.records()].map(({ name }) => name).sort(), [2, 3, 4].map(nameOf));
  roster.purge(1_201_500);
  assert.deepEqual([...roster.records()].map(({ name }) => name).sort(), [3, 4].map(nameOf));
  assert.equal(roster.shown, 3);
});

Deno.test("Roster.inBuckets() gives what is wanted, with oneself and the gone", () => {
  const records = Array.from({ length: 300 }, (_, index) => recordOf(index + 1));
  const gone = recordOf(5, { state: "left" });
  const roster = rosterOf([...records, gone]);
  assert.deepEqual(roster.inBuckets(new Set()), new Map());
  const all = roster.inBuckets(new Set(Array.from({ length: bucketCount }, (_, bucket) => bucket)));
  const told = [...all.values()].flat();
  assert.equal(told.length, 301);
  assert.ok(told.includes(roster.self) && told.includes(gone));
  for (const [bucket, inBucket] of all) {
    assert.ok(inBucket.every(({ name }) => hashText(name) % bucketCount === bucket));
  }
  const own = hashText(roster.self.name) % bucketCount;
  const other = (own + 1) % bucketCount;
  assert.deepEqual([...roster.inBuckets(new Set([own])).keys()], [own]);
  assert.deepEqual(roster.inBuckets(new Set([other])).get(other), all.get(other));
});

Deno.test("Roster.renewSelf() says it as others will hear it, and leaving counts oneself out", () => {
  const roster = rosterOf([recordOf(1), recordOf(2)]);
  const other = new Roster(recordOf(1), false);
  other.merge(recordOf(2), 0);
  for (const content of [{ incarnation: 4 }, { tags: { zone: "a" } }, { state: "left" }] as const) {
    const renewed = roster.renewSelf(content);
    assert.equal(roster.self, renewed);
    other.merge(renewed, 0);
    assert.equal(roster.fingerprint, other.fingerprint);
    assert.deepEqual(roster.buckets, other.buckets);
  }
  assert.equal(roster.self.incarnation, 4);
  assert.equal(roster.fingerprint, (recordOf(1).hash ^ recordOf(2).hash) >>> 0);
});

Deno.test("Roster.rename() lets go of what is known under the new name, whatever that is", () => {
  for (const state of recordStates) {
    const roster = rosterOf([recordOf(1), recordOf(2)]);
    roster.merge(recordOf(3, { state }), 0);
    roster.rename(nameOf(3));
    const renamed = { ...contentOf(0), name: nameOf(3) };
    const expected = new Roster(renamed, false);
    for (const number of [1, 2]) expected.merge(recordOf(number), 0);
    assert.deepEqual(essenceOf(roster), essenceOf(expected));
    assert.equal(roster.self.name, nameOf(3));
  }
});

Deno.test("Roster.merge() asserts when somebody speaks of the node itself", () => {
  const roster = new Roster(self, false);
  assert.throws(() => roster.merge(recordOf(0, { incarnation: 9 }), 0), AssertionError);
});

Deno.test("Roster.ring follows what is merged and dropped in a larger cluster", () => {
  const step = fc.tuple(anyRecord(25), fc.boolean());
  const steps = fc.array(step, { minLength: 20, maxLength: 80 });
  fc.assert(
    fc.property(steps, (changes) => {
      const roster = new Roster(self, false);
      changes.forEach(([record, isDrop], now) => {
        if (isDrop && now % 3 === 0) roster.drop(record.name);
        else roster.merge(record, now);
        // Choosing now and then, so that a choice can become stale.
        if (now % 2 === 0) void roster.ring.targets;
      });
      const living = [...roster.records()].filter(({ state }) => state === "alive");
      const fresh = rosterOf(living);
      assert.equal(roster.ring.size, living.length);
      const sorted = ({ ring }: Roster): [string, MemberRecord][] =>
        [...ring.targets].sort(([one], [other]) => one < other ? -1 : 1);
      assert.deepEqual(sorted(roster), sorted(fresh));
    }),
    { numRuns: 200 },
  );
});
