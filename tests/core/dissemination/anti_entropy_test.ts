/**
 * When two views are compared, and what each side tells the other.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { AntiEntropy } from "../../../lib/core/dissemination/anti_entropy.ts";
import { MemberList } from "../../../lib/core/members/member_list.ts";
import { bucketCount } from "../../../lib/core/members/record_table.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { contentOf, effectsOf, nameOf, recordOf } from "../records.ts";

/** Node 0, which knows the nodes 1 to `members`. */
function knowing(members: number) {
  const memberList = new MemberList(contentOf(0), false);
  for (let number = 1; number <= members; number++) memberList.merge(recordOf(number), 0);
  return { memberList, comparison: new AntiEntropy({ memberList, random: seededRandom(1) }) };
}

/** What node 0 answers to somebody with these buckets. */
function answerTo(
  theirs: readonly number[],
  { comparison }: ReturnType<typeof knowing>,
  reply = 0,
) {
  const out: Effect[] = [];
  comparison.asked(theirs, reply, out);
  const [answer] = effectsOf("sync-answer", out);
  assert.ok(answer);
  return answer;
}

function namesOf(records: readonly MemberRecord[]): string[] {
  return records.map(({ name }) => name).sort();
}

const nothing = { buckets: [], records: [], more: false };

Deno.test("AntiEntropy.consider() asks about another fingerprint alone, one peer at a time", () => {
  const { memberList, comparison } = knowing(2);
  assert.ok(!comparison.consider(memberList.fingerprint, 0));
  const other = memberList.fingerprint + 1;
  assert.ok(comparison.consider(other, 0));
  assert.ok(!comparison.consider(other, 2999), "an answer is waited for");
  assert.ok(comparison.consider(other, 3000), "it never came");
  comparison.answered(nothing, false, 3100);
  assert.ok(!comparison.consider(other, 3599));
  assert.ok(comparison.consider(other, 3600));
});

Deno.test("AntiEntropy.consider() goes on at once if there was more than fits an answer", () => {
  const { memberList, comparison } = knowing(2);
  const other = memberList.fingerprint + 1;
  comparison.consider(other, 0);
  comparison.answered({ ...nothing, more: true }, false, 10);
  assert.ok(comparison.consider(other, 10));
});

Deno.test("AntiEntropy.consider() leaves news that has just come the time to reach the peer", () => {
  const { memberList, comparison } = knowing(2);
  const other = memberList.fingerprint + 1;
  comparison.answered({ ...nothing, records: [recordOf(1)], more: true }, false, 0);
  comparison.viewChanged(1000);
  assert.ok(!comparison.consider(other, 1249));
  assert.ok(comparison.consider(other, 1250));
});

Deno.test("AntiEntropy.asked() answers with the records of the buckets that differ, and no others", () => {
  const ours = knowing(40);
  const theirs = knowing(40);
  const equal = answerTo(theirs.memberList.buckets, ours);
  assert.deepEqual(equal, { kind: "sync-answer", reply: 0, buckets: [], records: [], more: false });
  // Both are node 0.
  theirs.memberList.merge(recordOf(7, { state: "failed" }), 1);
  const { buckets, records, more } = answerTo(theirs.memberList.buckets, ours);
  assert.equal(buckets.length, 1);
  assert.ok(namesOf(records).includes(nameOf(7)));
  assert.deepEqual(
    namesOf(records),
    namesOf([...ours.memberList.inBuckets(new Set(buckets)).values()].flat()),
  );
  assert.ok(!more);
});

Deno.test("AntiEntropy.asked() says that there is more, and gives all their turn", () => {
  const ours = knowing(3000);
  const none = Array(bucketCount).fill(0);
  const told = new Set<string>();
  for (let reply = 0; reply < bucketCount; reply++) {
    const { records, buckets, more } = answerTo(none, ours, reply);
    assert.ok(more && buckets.length < bucketCount);
    for (const { name } of records) told.add(name);
  }
  assert.equal(told.size, 3001);
});

Deno.test("AntiEntropy.answered() returns what the peer lacks, and nobody who has left", () => {
  const { memberList, comparison } = knowing(3);
  memberList.merge(recordOf(2, { incarnation: 4 }), 1);
  memberList.merge(recordOf(3, { state: "left" }), 1);
  const buckets = Array.from({ length: bucketCount }, (_, index) => index);
  const records = [recordOf(0), recordOf(1), recordOf(2)];
  const { lacking } = comparison.answered({ buckets, records, more: false }, false, 10);
  assert.deepEqual(namesOf(lacking), [nameOf(2)]);
  const all = comparison.answered({ buckets, records: [], more: false }, false, 20);
  assert.deepEqual(namesOf(all.lacking), [0, 1, 2].map(nameOf));
  const other = comparison.answered({ buckets: [], records: [], more: false }, false, 30);
  assert.deepEqual(other.lacking, [], "only of buckets that were told whole");
});

Deno.test("AntiEntropy.answered() asks another peer after one that has brought something new", () => {
  const { memberList, comparison } = knowing(3);
  assert.equal(comparison.answered(nothing, false, 10).next, undefined);
  const { next } = comparison.answered(nothing, true, 10);
  assert.ok(next && memberList.ring.watches(next.name));
  assert.equal(next.at, 510);
});
