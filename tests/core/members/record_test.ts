/**
 * Which of two records wins, and what their fingerprints tell.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { makeRecord, wins } from "../../../lib/core/members/record.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import { anyRecord, contentOf, instanceOf, recordOf, recordStates } from "../records.ts";

/** A claim about node 1; every second one with numbers as large as they get. */
const anyClaim: fc.Arbitrary<MemberRecord> = fc.oneof(
  anyRecord(1),
  fc.record({
    incarnation: fc.maxSafeNat(),
    instance: fc.string({ unit: fc.constantFrom(..."019af"), minLength: 32, maxLength: 32 }),
    state: fc.constantFrom(...recordStates),
  }).map((changes) => recordOf(1, changes)),
);

/** True if two records claim the same. */
function isSameClaim(one: MemberRecord, other: MemberRecord): boolean {
  return one.incarnation === other.incarnation && one.instance === other.instance &&
    one.state === other.state;
}

Deno.test("wins() is true for exactly one of two different claims, and for none of equal ones", () => {
  fc.assert(
    fc.property(anyClaim, anyClaim, (one, other) => {
      const winners = Number(wins(one, other)) + Number(wins(other, one));
      assert.equal(winners, isSameClaim(one, other) ? 0 : 1);
      assert.equal(wins(one, { ...one }), false);
    }),
    { numRuns: 500 },
  );
});

Deno.test("wins() is transitive", () => {
  fc.assert(
    fc.property(anyClaim, anyClaim, anyClaim, (one, two, three) => {
      const [most, , least] = [one, two, three].sort((a, b) => wins(a, b) ? -1 : 1);
      assert.ok(most !== undefined && least !== undefined);
      assert.ok(wins(most, least) || isSameClaim(one, two) && isSameClaim(two, three));
      if (wins(one, two) && wins(two, three)) assert.ok(wins(one, three));
    }),
    { numRuns: 500 },
  );
});

Deno.test("wins() looks at the incarnation first, then at the instance, then at the state", () => {
  // Each one wins over all before it.
  const ascending = [0, 1, 7, Number.MAX_SAFE_INTEGER].flatMap((incarnation) =>
    [1, 2].flatMap((number) =>
      recordStates.map((state) =>
        contentOf(1, { incarnation, instance: instanceOf(number), state })
      )
    )
  );
  ascending.forEach((one, place) => {
    ascending.forEach((other, otherPlace) => {
      assert.equal(wins(one, other), place > otherPlace, `${place} against ${otherPlace}`);
    });
  });
});

Deno.test("wins() lets a member that raises its incarnation refute whatever was said", () => {
  for (const state of recordStates) {
    const said = contentOf(1, { incarnation: 4, state });
    assert.ok(wins(contentOf(1, { incarnation: 5 }), said), state);
    assert.equal(wins(contentOf(1, { incarnation: 4 }), said), false, state);
  }
});

Deno.test("wins() does not look at anything that two nodes need not agree on", () => {
  const plain = contentOf(1);
  const told = contentOf(1, {
    addresses: [],
    tags: { zone: "b" },
    startedAt: "",
    software: "other/9",
    cause: { kind: "silent", accusers: [] },
  });
  assert.equal(wins(plain, told), false);
  assert.equal(wins(told, plain), false);
  assert.equal(makeRecord(told).hash, makeRecord(plain).hash);
});

Deno.test("makeRecord() keeps what it is given and adds whole numbers of 32 bits", () => {
  fc.assert(fc.property(anyClaim, (record) => {
    const { instanceHash, hash, ...content } = record;
    assert.deepEqual(makeRecord(content), record);
    assert.deepEqual(makeRecord({ ...record, hash: 1, instanceHash: 2 } as MemberRecord), record);
    for (const number of [instanceHash, hash]) {
      assert.ok(Number.isInteger(number) && number >= 0 && number <= 0xffff_ffff, `${number}`);
    }
  }));
});

Deno.test("makeRecord() makes one instanceHash for each instance, whatever it claims", () => {
  const hashes = new Set<number>();
  for (let number = 0; number < 1000; number++) {
    const { instanceHash } = recordOf(number);
    hashes.add(instanceHash);
    const later = recordOf(number, { incarnation: 9, state: "failed", tags: { zone: "a" } });
    assert.equal(later.instanceHash, instanceHash);
  }
  assert.equal(hashes.size, 1000);
});

Deno.test("makeRecord() makes another hash for each other claim", () => {
  const hashes = new Set<number>();
  for (let number = 1; number <= 20; number++) {
    for (let incarnation = 0; incarnation < 50; incarnation++) {
      for (const state of recordStates) hashes.add(recordOf(number, { incarnation, state }).hash);
    }
  }
  assert.equal(hashes.size, 20 * 50 * 3);
});

Deno.test("makeRecord() makes another hash for another name", () => {
  const renamed = contentOf(1, { name: contentOf(2).name });
  assert.notEqual(makeRecord(renamed).hash, recordOf(1).hash);
});

Deno.test("makeRecord() makes another hash for each state at the largest incarnation", () => {
  const incarnation = Number.MAX_SAFE_INTEGER;
  const hashes = recordStates.map((state) => recordOf(1, { incarnation, state }).hash);
  assert.equal(new Set(hashes).size, 3);
});
