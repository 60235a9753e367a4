/**
 * What is passed on, to whom, and when.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { packMaxBytes } from "../../../lib/core/dissemination/packing.ts";
import { bodyMaxBytes } from "../../../lib/protocol/envelope.ts";
import { Outbox } from "../../../lib/core/dissemination/outbox.ts";
import type { HeartbeatSighting, News } from "../../../lib/core/members/news.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { encodeMessage } from "../../../lib/protocol/message.ts";
import { tagsMaxBytes } from "../../../lib/options/option_identity.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import { tagsMax } from "../../../lib/core/members/row.ts";
import type { InstanceId } from "../../../lib/core/members/row.ts";
import type { Vote } from "../../../lib/core/members/news.ts";
import { effectsOf, instanceOf, nameOf, recordOf } from "../records.ts";

const all = [1, 2, 3, 4].map(instanceOf);
const firstTwo = (to: readonly InstanceId[]): readonly InstanceId[] => to.slice(0, 2);

function voteOf(subject: number, voter: number, sequence = 1): Vote {
  return {
    subject: instanceOf(subject),
    subjectName: nameOf(subject),
    incarnation: 0,
    voter: instanceOf(voter),
    voterName: nameOf(voter),
    sequence,
    kind: "silent",
  };
}

function sightingOf(number: number): HeartbeatSighting {
  return { name: nameOf(number), instance: instanceOf(number), heartbeat: number };
}

interface Told {
  readonly to: readonly InstanceId[];
  readonly news: News;
}

function flush(outbox: Outbox, now: number, to = all): Told[] {
  const out: Effect[] = [];
  outbox.flush(to, firstTwo, now, out);
  const told = effectsOf("tell", out);
  assert.equal(told.length, out.length, "nothing else is done");
  return told.map(({ to, news }) => ({ to, news }));
}

/** News of these records alone. */
function newsOf(...records: readonly MemberRecord[]): News {
  return { records, votes: [], sightings: [] };
}

Deno.test("Outbox wants nothing and tells nothing when it is empty", () => {
  const outbox = new Outbox(1000);
  assert.equal(outbox.dueAt, Infinity);
  assert.deepEqual(flush(outbox, 0), []);
  assert.equal(outbox.dueAt, Infinity);
});

Deno.test("Outbox.flush() tells records, votes and sightings to all at once, and only once", () => {
  const outbox = new Outbox(1000);
  outbox.record(recordOf(1), 10);
  outbox.vote(voteOf(2, 3), 11);
  outbox.sighting(sightingOf(4), 12);
  assert.equal(outbox.dueAt, 10);
  const news = { records: [recordOf(1)], votes: [voteOf(2, 3)], sightings: [sightingOf(4)] };
  assert.deepEqual(flush(outbox, 12), [{ to: all, news }]);
  assert.equal(outbox.dueAt, Infinity);
  assert.deepEqual(flush(outbox, 1000), []);
});

Deno.test("Outbox is due at once for each kind of urgent news", () => {
  const puts: readonly ((outbox: Outbox) => void)[] = [
    (outbox) => outbox.record(recordOf(1), 7),
    (outbox) => outbox.vote(voteOf(1, 2), 7),
    (outbox) => outbox.sighting(sightingOf(1), 7),
  ];
  for (const put of puts) {
    const outbox = new Outbox(1000);
    outbox.join(recordOf(9), 0);
    put(outbox);
    assert.equal(outbox.dueAt, 7);
    assert.equal(flush(outbox, 7).length, 1);
    assert.equal(outbox.dueAt, 50, "the newcomer still waits");
  }
});

Deno.test("Outbox.join() collects newcomers for 50 ms after the first, and tells a few only", () => {
  const outbox = new Outbox(1000);
  outbox.join(recordOf(1), 100);
  outbox.join(recordOf(2), 149);
  assert.equal(outbox.dueAt, 150);
  assert.deepEqual(flush(outbox, 149), []);
  assert.equal(outbox.dueAt, 150, "an early wake-up does no harm");
  assert.deepEqual(flush(outbox, 150), [
    { to: all.slice(0, 2), news: newsOf(recordOf(1), recordOf(2)) },
  ]);
  assert.equal(outbox.dueAt, Infinity);
  outbox.join(recordOf(3), 160);
  assert.equal(outbox.dueAt, 210);
  assert.deepEqual(flush(outbox, 300), [{ to: all.slice(0, 2), news: newsOf(recordOf(3)) }]);
});

Deno.test("Outbox.record() takes the place of the newcomer that it is about", () => {
  const outbox = new Outbox(1000);
  const failed = recordOf(1, { state: "failed" });
  outbox.join(recordOf(1), 0);
  outbox.join(recordOf(2), 0);
  outbox.record(failed, 10);
  assert.deepEqual(flush(outbox, 10), [{ to: all, news: newsOf(failed) }]);
  assert.deepEqual(flush(outbox, 50), [{ to: all.slice(0, 2), news: newsOf(recordOf(2)) }]);
});

Deno.test("Outbox tells the last word alone on a member, and of each voter on each member", () => {
  const outbox = new Outbox(1000);
  outbox.record(recordOf(1, { state: "failed" }), 0);
  outbox.record(recordOf(1, { incarnation: 1 }), 0);
  outbox.vote(voteOf(1, 2, 1), 0);
  outbox.vote(voteOf(1, 2, 2), 0);
  outbox.vote(voteOf(1, 3, 1), 0);
  outbox.vote(voteOf(4, 2, 3), 0);
  const [told] = flush(outbox, 0);
  assert.deepEqual(told?.news.records, [recordOf(1, { incarnation: 1 })]);
  assert.deepEqual(told?.news.votes, [voteOf(1, 2, 2), voteOf(1, 3, 1), voteOf(4, 2, 3)]);
});

Deno.test("Outbox.flush() keeps nothing for later when there is nobody to tell", () => {
  const outbox = new Outbox(1000);
  outbox.record(recordOf(1), 0);
  outbox.join(recordOf(2), 0);
  assert.deepEqual(flush(outbox, 50, []), []);
  assert.equal(outbox.dueAt, Infinity);
  assert.deepEqual(flush(outbox, 100), [], "whoever comes later compares fingerprints");
});

Deno.test("Outbox.flush() tells as few messages as fit, and leaves none out", () => {
  const anyCount = fc.oneof(fc.constantFrom(0, 1, 99, 100, 101, 200, 201), fc.nat(320));
  fc.assert(
    fc.property(anyCount, anyCount, anyCount, anyCount, (records, votes, sightings, joins) => {
      const outbox = new Outbox(1000);
      for (let number = 1; number <= joins; number++) outbox.join(recordOf(1000 + number), 0);
      for (let number = 1; number <= records; number++) outbox.record(recordOf(number), 0);
      for (let number = 1; number <= votes; number++) outbox.vote(voteOf(number, 1), 0);
      for (let number = 1; number <= sightings; number++) outbox.sighting(sightingOf(number), 0);
      const urgent = flush(outbox, 0);
      const later = flush(outbox, 50);
      for (const told of [urgent, later]) {
        const bytes = told.map(({ news }) => encodeMessage({ kind: "news", news }).length);
        assert.ok(bytes.every((size) => size <= bodyMaxBytes));
        // All but the last are nearly full.
        assert.ok(bytes.slice(0, -1).every((size) => size > packMaxBytes - 2000));
      }
      for (const { to, news } of [...urgent, ...later]) {
        assert.equal(to.length, later.some((one) => one.news === news) ? 2 : 4);
      }
      const count = (told: readonly Told[], kind: keyof News): number => {
        const items = told.flatMap(({ news }): readonly unknown[] => news[kind]);
        assert.equal(new Set(items).size, items.length, "nothing is told twice");
        return items.length;
      };
      assert.equal(count(urgent, "records"), records);
      assert.equal(count(urgent, "votes"), votes);
      assert.equal(count(urgent, "sightings"), sightings);
      assert.equal(count(later, "records"), joins);
    }),
    { numRuns: 20 },
  );
});

/** Tags that take nearly as much as those of one node may. */
const largestTags = Object.fromEntries(
  Array.from({ length: tagsMax - 1 }, (_, index) => [`tag${index}`, "x".repeat(250)]),
);

Deno.test("Outbox.flush() tells news that fits a frame, however large the records are", () => {
  assert.ok(JSON.stringify(largestTags).length <= tagsMaxBytes);
  const outbox = new Outbox(1000);
  for (let number = 1; number <= 8; number++) {
    outbox.record(recordOf(number, { tags: largestTags }), 0);
  }
  for (const { news } of flush(outbox, 0)) {
    const bytes = encodeMessage({ kind: "news", news }).length;
    assert.ok(bytes <= bodyMaxBytes, `${news.records.length} records make ${bytes} bytes`);
  }
});

Deno.test("Outbox tells nobody what it has told itself, but everybody what one of them has not", () => {
  const outbox = new Outbox(1000);
  const [one, two, three] = all as [InstanceId, InstanceId, InstanceId, InstanceId];
  const news = { records: [recordOf(1)], votes: [voteOf(2, 3)], sightings: [sightingOf(4)] };
  outbox.record(recordOf(1), 0);
  outbox.vote(voteOf(2, 3), 0);
  outbox.sighting(sightingOf(4), 0);
  outbox.heard(news, one);
  outbox.heard({ ...news, votes: [] }, two);
  outbox.heard(newsOf(recordOf(1, { incarnation: 1 })), three);
  outbox.heard({ records: [], votes: [voteOf(2, 3, 2)], sightings: [] }, three);
  assert.deepEqual(flush(outbox, 0), [{ to: all.slice(1), news }]);
  outbox.vote(voteOf(2, 3), 0);
  for (const each of all) outbox.heard(news, each);
  assert.deepEqual(flush(outbox, 0), [], "all know it");
  outbox.vote(voteOf(2, 3), 0);
  assert.equal(flush(outbox, 0)[0]?.to.length, 4, "who has told it before may have forgotten it");
});

Deno.test("Outbox tells a newcomer to others than those who have told of it", () => {
  const outbox = new Outbox(1000);
  outbox.join(recordOf(9), 0);
  for (const each of all.slice(0, 2)) outbox.heard(newsOf(recordOf(9)), each);
  assert.deepEqual(flush(outbox, 50), [{ to: all.slice(2), news: newsOf(recordOf(9)) }]);
});

Deno.test("Outbox passes a storm of urgent news on four times an interval, and none of it is lost", () => {
  const outbox = new Outbox(1000);
  const told: Told[] = [];
  for (let now = 0; now < 20_000; now += 10) {
    outbox.vote(voteOf(1, 2 + now), now);
    if (now >= outbox.dueAt) told.push(...flush(outbox, now));
  }
  assert.ok(told.length >= 4 * 20 && told.length <= 4 * 20 + 64, `${told.length} times`);
  told.push(...flush(outbox, outbox.dueAt));
  assert.equal(told.flatMap(({ news }) => news.votes).length, 2000);
});

Deno.test("Outbox.end() holds nothing back", () => {
  const outbox = new Outbox(1000);
  for (let voter = 0; voter < 100; voter++) {
    outbox.vote(voteOf(1, voter), 0);
    if (outbox.dueAt <= 0) flush(outbox, 0);
  }
  assert.deepEqual(flush(outbox, 0), []);
  outbox.end(0);
  assert.notDeepEqual(flush(outbox, 0), []);
});
