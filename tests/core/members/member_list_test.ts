/**
 * What a member list makes of records that come in any order.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AssertionError } from "../../../lib/core/base/assert.ts";
import { hashText } from "../../../lib/core/base/hash.ts";
import { wins } from "../../../lib/core/members/record.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import { MemberList } from "../../../lib/core/members/member_list.ts";
import { bucketsMax, bucketsMin } from "../../../lib/core/members/buckets.ts";
import { anyRecord, contentOf, instanceOf, nameOf, recordOf, recordStates } from "../records.ts";

const self = contentOf(0);

function memberListOf(records: readonly MemberRecord[]): MemberList {
  const memberList = new MemberList(self, false);
  records.forEach((record, now) => memberList.merge(record, now));
  return memberList;
}

/** Everything about a member list that must not depend on the order in which it heard. */
function essenceOf(memberList: MemberList): unknown {
  const records = [...memberList.records()].sort((one, other) => one.name < other.name ? -1 : 1);
  return {
    records,
    names: records.map(({ instance }) => memberList.nameOf(instance)),
    sorted: memberList.sorted(),
    fingerprint: memberList.fingerprint,
    checksums: memberList.checksums(bucketsMin),
    shown: memberList.shown,
    alive: memberList.alive,
    failed: [...memberList.failed.keys()].sort(),
    watched: [...memberList.ring.targets.keys()].sort(),
    size: memberList.ring.size,
  };
}

Deno.test("MemberList holds nobody but its own node at first", () => {
  const memberList = new MemberList(self, false);
  assert.equal(memberList.shown, 1);
  assert.equal(memberList.alive, 1);
  assert.equal(memberList.fingerprint, memberList.self.hash);
  assert.equal(memberList.checksums(bucketsMin).length, bucketsMin);
  assert.deepEqual(memberList.sorted(), []);
  assert.deepEqual([...memberList.records()], []);
  assert.equal(memberList.get(self.name), undefined);
  assert.equal(memberList.nameOf(self.instance), self.name);
  assert.equal(memberList.nameOf(instanceOf(1)), undefined);
});

Deno.test("MemberList.merge() comes to the same whatever the order, and whatever comes twice", () => {
  const orders = fc.array(anyRecord(6), { maxLength: 25 }).chain((heard) =>
    fc.tuple(
      fc.constant(heard),
      fc.shuffledSubarray([...heard, ...heard.slice(0, 8)], {
        minLength: heard.length + Math.min(8, heard.length),
      }),
    )
  );
  fc.assert(fc.property(orders, ([one, other]) => {
    assert.deepEqual(essenceOf(memberListOf(one)), essenceOf(memberListOf(other)));
  }));
});

Deno.test("MemberList.merge() keeps of each name what wins", () => {
  fc.assert(fc.property(fc.array(anyRecord(6), { maxLength: 25 }), (heard) => {
    const memberList = memberListOf(heard);
    for (let number = 1; number <= 6; number++) {
      const about = heard.filter(({ name }) => name === nameOf(number));
      const best = about.reduce<MemberRecord | undefined>(
        (most, record) => most === undefined || wins(record, most) ? record : most,
        undefined,
      );
      assert.equal(memberList.get(nameOf(number))?.hash, best?.hash);
    }
  }));
});

Deno.test("MemberList.fingerprint and its checksums are the XOR of all that have not left", () => {
  fc.assert(fc.property(fc.array(anyRecord(6), { maxLength: 25 }), (heard) => {
    const memberList = memberListOf(heard);
    const counted = [...memberList.records()].filter(({ state }) => state !== "left");
    for (const count of [bucketsMin, bucketsMax]) {
      const expected = new Int32Array(count);
      for (const { name, hash } of [memberList.self, ...counted]) {
        const bucket = hashText(name) % count;
        expected[bucket] = (expected[bucket] as number) ^ hash;
      }
      assert.deepEqual(memberList.checksums(count), [...expected]);
      assert.equal(memberList.fingerprint, expected.reduce((one, other) => one ^ other) >>> 0);
    }
  }));
});

Deno.test("MemberList.unknownOf() gives what says something that is not known, in its order", () => {
  fc.assert(fc.property(fc.array(anyRecord(6)), fc.array(anyRecord(6)), (heard, told) => {
    const memberList = memberListOf(heard);
    const news = told.filter((record) => !memberList.knows(record));
    assert.deepEqual(memberList.unknownOf(told), news);
  }));
});

Deno.test("MemberList.checksums() are of as many buckets as are asked for, in a large cluster, too", () => {
  const memberList = memberListOf(Array.from({ length: 600 }, (_, index) => recordOf(index + 1)));
  memberList.merge(recordOf(7, { state: "left" }), 1);
  memberList.drop(nameOf(9));
  for (const count of [bucketsMin, 512, bucketsMax]) {
    const expected = new Int32Array(count);
    for (const { name, state, hash } of [memberList.self, ...memberList.records()]) {
      const bucket = hashText(name) % count;
      if (state !== "left") expected[bucket] = (expected[bucket] as number) ^ hash;
    }
    assert.deepEqual(memberList.checksums(count), [...expected]);
  }
});

Deno.test("MemberList.fingerprint is equal on all nodes that know the same", () => {
  const nodes = Array.from(
    { length: 20 },
    (_, number) => recordOf(number, { incarnation: number }),
  );
  const memberLists = nodes.map((me) => {
    const memberList = new MemberList(me, false);
    for (const record of nodes) if (record !== me) memberList.merge(record, 0);
    return memberList;
  });
  assert.equal(new Set(memberLists.map(({ fingerprint }) => fingerprint)).size, 1);
  const sumsOf = (memberList: MemberList) => memberList.checksums(bucketsMin);
  assert.equal(new Set(memberLists.map((memberList) => sumsOf(memberList).join())).size, 1);
  const changed = memberLists[3] as MemberList;
  changed.merge(recordOf(7, { incarnation: 7, state: "failed" }), 1);
  assert.notEqual(changed.fingerprint, memberLists[4]?.fingerprint);
  const unchanged = sumsOf(memberLists[4] as MemberList);
  const differing = sumsOf(changed).filter((part, index) => part !== unchanged[index]);
  assert.equal(differing.length, 1, "only the bucket of the one that changed");
});

Deno.test("MemberList.merge() tells what stood there before, and nothing of what is known", () => {
  const memberList = new MemberList(self, false);
  const first = recordOf(1);
  const second = recordOf(1, { incarnation: 1 });
  const news = { kind: "news", before: undefined };
  assert.deepEqual(memberList.merge(first, 0), news);
  assert.deepEqual(memberList.merge(first, 0), { kind: "old" });
  assert.deepEqual(memberList.merge({ ...first }, 0), { kind: "old" });
  assert.deepEqual(memberList.merge(second, 0), { ...news, before: first });
  assert.deepEqual(memberList.merge(first, 0), { kind: "old" });
  assert.equal(memberList.get(first.name), second);
  assert.ok(memberList.holds(first.name, first.instance));
  assert.equal(memberList.holds(first.name, instanceOf(99)), false);
  assert.equal(memberList.holds(nameOf(99), first.instance), false);
});

Deno.test("MemberList.describe() takes what a member adds to its record, and nothing else", () => {
  const memberList = memberListOf([recordOf(1)]);
  const { fingerprint } = memberList;
  const described = recordOf(1, { tags: { zone: "a" } });
  memberList.describe(described, 1);
  assert.equal(memberList.get(nameOf(1)), described);
  assert.equal(memberList.ring.targets.get(nameOf(1)), described);
  assert.equal(memberList.fingerprint, fingerprint);
  memberList.describe(recordOf(1, { incarnation: 1 }), 2);
  memberList.describe(recordOf(2), 2);
  assert.equal(memberList.get(nameOf(1)), described);
  assert.equal(memberList.get(nameOf(2)), undefined);
});

Deno.test("MemberList.nameOf() gives an instance that two claim to the first", () => {
  const memberList = memberListOf([recordOf(1), recordOf(2, { instance: instanceOf(1) })]);
  assert.equal(memberList.nameOf(instanceOf(1)), nameOf(1));
  assert.deepEqual([...memberList.ring.targets.keys()], [nameOf(1), nameOf(2)]);
  memberList.drop(nameOf(2));
  assert.equal(memberList.nameOf(instanceOf(1)), nameOf(1));
  assert.deepEqual([...memberList.ring.targets.keys()], [nameOf(1)]);
});

Deno.test("MemberList counts who is shown and who is alive, and knows since when one is failed", () => {
  const memberList = memberListOf([recordOf(1), recordOf(2), recordOf(3), recordOf(4)]);
  assert.deepEqual([memberList.shown, memberList.alive], [5, 5]);
  memberList.merge(recordOf(1, { state: "failed" }), 70);
  memberList.merge(recordOf(2, { state: "failed" }), 80);
  assert.deepEqual([memberList.shown, memberList.alive], [5, 3]);
  assert.deepEqual([...memberList.failed], [[nameOf(1), 70], [nameOf(2), 80]]);
  memberList.merge(recordOf(1, { state: "left" }), 90);
  memberList.merge(recordOf(2, { incarnation: 1 }), 90);
  assert.deepEqual([memberList.shown, memberList.alive], [4, 4]);
  assert.equal(memberList.failed.size, 0);
});

Deno.test("MemberList.sorted() counts as people do, follows what changes, and leaves out the gone", () => {
  const memberList = memberListOf([recordOf(10), recordOf(9), recordOf(100), recordOf(1)]);
  const names = (): string[] => memberList.sorted().map(({ name }) => name);
  assert.deepEqual(names(), [1, 9, 10, 100].map(nameOf));
  memberList.merge(recordOf(9, { state: "left" }), 0);
  assert.deepEqual(names(), [1, 10, 100].map(nameOf));
  memberList.merge(recordOf(2), 0);
  assert.deepEqual(names(), [1, 2, 10, 100].map(nameOf));
  memberList.drop(nameOf(1));
  assert.deepEqual(names(), [2, 10, 100].map(nameOf));
});

Deno.test("MemberList.drop() leaves no trace, whatever is dropped", () => {
  const drops = fc.tuple(
    fc.array(anyRecord(6), { maxLength: 20 }),
    fc.subarray([1, 2, 3, 4, 5, 6, 7]),
  );
  fc.assert(fc.property(drops, ([heard, dropped]) => {
    const memberList = memberListOf(heard);
    const names = dropped.map(nameOf);
    for (const name of names) memberList.drop(name);
    const others = heard.filter(({ name }) => !names.includes(name));
    assert.deepEqual(essenceOf(memberList), essenceOf(memberListOf(others)));
  }));
});

Deno.test("MemberList.purge() forgets those who left ten minutes ago, and only those", () => {
  const memberList = memberListOf([1, 2, 3, 4].map((number) => recordOf(number)));
  memberList.merge(recordOf(1, { state: "left" }), 1000);
  memberList.merge(recordOf(2, { state: "left" }), 2000);
  memberList.merge(recordOf(3, { state: "failed" }), 1000);
  assert.deepEqual(memberList.merge(recordOf(1), 2000), { kind: "old" }, "it is remembered");
  memberList.purge(600_999);
  assert.equal(memberList.get(nameOf(1))?.state, "left");
  memberList.purge(601_000);
  assert.equal(memberList.get(nameOf(1)), undefined);
  assert.equal(memberList.get(nameOf(2))?.state, "left");
  // Leaving again, as another instance, starts the time anew.
  memberList.merge(recordOf(2, { state: "left", incarnation: 1 }), 601_500);
  memberList.purge(1_201_499);
  assert.deepEqual([...memberList.records()].map(({ name }) => name).sort(), [2, 3, 4].map(nameOf));
  memberList.purge(1_201_500);
  assert.deepEqual([...memberList.records()].map(({ name }) => name).sort(), [3, 4].map(nameOf));
  assert.equal(memberList.shown, 3);
});

Deno.test("MemberList.inBuckets() gives what is wanted, with oneself and the gone", () => {
  const records = Array.from({ length: 300 }, (_, index) => recordOf(index + 1));
  const gone = recordOf(5, { state: "left" });
  const memberList = memberListOf([...records, gone]);
  assert.deepEqual(memberList.inBuckets(bucketsMin, new Set()), new Map());
  const all = memberList.inBuckets(
    bucketsMin,
    new Set(Array.from({ length: bucketsMin }, (_, bucket) => bucket)),
  );
  const told = [...all.values()].flat();
  assert.equal(told.length, 301);
  assert.ok(told.includes(memberList.self) && told.includes(gone));
  for (const [bucket, inBucket] of all) {
    assert.ok(inBucket.every(({ name }) => hashText(name) % bucketsMin === bucket));
  }
  const own = hashText(memberList.self.name) % bucketsMin;
  const other = (own + 1) % bucketsMin;
  assert.deepEqual([...memberList.inBuckets(bucketsMin, new Set([own])).keys()], [own]);
  assert.deepEqual(memberList.inBuckets(bucketsMin, new Set([other])).get(other), all.get(other));
});

Deno.test("MemberList.renewSelf() says it as others will hear it, and leaving counts oneself out", () => {
  const memberList = memberListOf([recordOf(1), recordOf(2)]);
  const other = new MemberList(recordOf(1), false);
  other.merge(recordOf(2), 0);
  for (const content of [{ incarnation: 4 }, { tags: { zone: "a" } }, { state: "left" }] as const) {
    const renewed = memberList.renewSelf(content);
    assert.equal(memberList.self, renewed);
    other.merge(renewed, 0);
    assert.equal(memberList.fingerprint, other.fingerprint);
    assert.deepEqual(memberList.checksums(bucketsMin), other.checksums(bucketsMin));
  }
  assert.equal(memberList.self.incarnation, 4);
  assert.equal(memberList.fingerprint, (recordOf(1).hash ^ recordOf(2).hash) >>> 0);
});

Deno.test("MemberList.rename() lets go of what is known under the new name, whatever that is", () => {
  for (const state of recordStates) {
    const memberList = memberListOf([recordOf(1), recordOf(2)]);
    memberList.merge(recordOf(3, { state }), 0);
    memberList.rename(nameOf(3));
    const renamed = { ...contentOf(0), name: nameOf(3) };
    const expected = new MemberList(renamed, false);
    for (const number of [1, 2]) expected.merge(recordOf(number), 0);
    assert.deepEqual(essenceOf(memberList), essenceOf(expected));
    assert.equal(memberList.self.name, nameOf(3));
  }
});

Deno.test("MemberList.merge() asserts when somebody speaks of the node itself", () => {
  const memberList = new MemberList(self, false);
  assert.throws(() => memberList.merge(recordOf(0, { incarnation: 9 }), 0), AssertionError);
});

Deno.test("MemberList.ring follows what is merged and dropped in a larger cluster", () => {
  const step = fc.tuple(anyRecord(25), fc.boolean());
  const steps = fc.array(step, { minLength: 20, maxLength: 80 });
  fc.assert(
    fc.property(steps, (changes) => {
      const memberList = new MemberList(self, false);
      changes.forEach(([record, isDrop], now) => {
        if (isDrop && now % 3 === 0) memberList.drop(record.name);
        else memberList.merge(record, now);
        // Choosing now and then, so that a choice can become stale.
        if (now % 2 === 0) void memberList.ring.targets;
      });
      const living = [...memberList.records()].filter(({ state }) => state === "alive");
      const fresh = memberListOf(living);
      assert.equal(memberList.ring.size, living.length);
      const sorted = ({ ring }: MemberList): [string, MemberRecord][] =>
        [...ring.targets].sort(([one], [other]) => one < other ? -1 : 1);
      assert.deepEqual(sorted(memberList), sorted(fresh));
    }),
    { numRuns: 200 },
  );
});
