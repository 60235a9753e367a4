/**
 * When two views are compared, and what each side tells the other.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { AntiEntropy } from "../../../lib/core/dissemination/anti_entropy.ts";
import { MemberList } from "../../../lib/core/members/member_list.ts";
import { bucketsFor, bucketsMax, bucketsMin } from "../../../lib/core/members/buckets.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { decodeAnswer, encodeAnswer } from "../../../lib/protocol/message.ts";
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
  const equal = answerTo(theirs.memberList.checksums(bucketsMin), ours);
  assert.deepEqual(equal, { kind: "sync-answer", reply: 0, buckets: [], records: [], more: false });
  // Both are node 0.
  theirs.memberList.merge(recordOf(7, { state: "failed" }), 1);
  const { buckets, records, more } = answerTo(theirs.memberList.checksums(bucketsMin), ours);
  assert.equal(buckets.length, 1);
  assert.ok(namesOf(records).includes(nameOf(7)));
  assert.deepEqual(
    namesOf(records),
    namesOf([...ours.memberList.inBuckets(bucketsMin, new Set(buckets)).values()].flat()),
  );
  assert.ok(!more);
});

Deno.test("AntiEntropy tells little of a large view in which little differs", () => {
  const missed = [7, 1234, 3999].map((number) => recordOf(number));
  const ours = knowing(4000);
  const theirs = knowing(4000);
  for (const { name } of missed) theirs.memberList.drop(name);
  const sums = theirs.comparison.consider(ours.memberList.fingerprint, 0);
  assert.equal(sums?.length, bucketsFor(3998));
  const answer = answerTo(sums, ours);
  const told = namesOf(answer.records);
  for (const { name } of missed) assert.ok(told.includes(name), name);
  assert.ok(told.length < 60, `${told.length} records for three`);
  // What is told of a bucket that is the same there now is nothing that the peer lacks.
  for (const record of answer.records) {
    if (record.name !== ours.memberList.self.name) theirs.memberList.merge(record, 1);
  }
  assert.deepEqual(theirs.comparison.answered(answer, true, 1).lacking, []);
  assert.equal(theirs.memberList.fingerprint, ours.memberList.fingerprint);
});

Deno.test("AntiEntropy.asked() fits a frame when all of very many buckets differ", () => {
  const ours = knowing(2000);
  const { buckets, records, more } = answerTo(Array(bucketsMax).fill(1), ours);
  const body = encodeAnswer({ kind: "sync", buckets, records, more });
  assert.equal(decodeAnswer(body)?.kind, "sync");
  assert.ok(more && records.length > 100);
});

Deno.test("AntiEntropy.asked() says that there is more, and gives all their turn", () => {
  const ours = knowing(3000);
  const none = Array(bucketsMin).fill(0);
  const told = new Set<string>();
  for (let reply = 0; reply < bucketsMin; reply++) {
    const { records, buckets, more } = answerTo(none, ours, reply);
    assert.ok(more && buckets.length < bucketsMin);
    for (const { name } of records) told.add(name);
  }
  assert.equal(told.size, 3001);
});

Deno.test("AntiEntropy.answered() returns what the peer lacks, and nobody who has left", () => {
  const { memberList, comparison } = knowing(3);
  memberList.merge(recordOf(2, { incarnation: 4 }), 1);
  memberList.merge(recordOf(3, { state: "left" }), 1);
  const buckets = Array.from({ length: bucketsMin }, (_, index) => index);
  assert.equal(comparison.consider(0, 0)?.length, bucketsMin);
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
