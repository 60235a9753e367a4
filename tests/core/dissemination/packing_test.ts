/**
 * What others say may be as large as it is legal: it is passed on whole, or refused when it comes in.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AntiEntropy } from "../../../lib/core/dissemination/anti_entropy.ts";
import { countMax } from "../../../lib/core/base/count.ts";
import { bodyMaxBytes } from "../../../lib/protocol/envelope.ts";
import { Outbox } from "../../../lib/core/dissemination/outbox.ts";
import { hashText } from "../../../lib/core/base/hash.ts";
import type { Effect } from "../../../lib/core/input.ts";
import {
  decodeAnswer,
  decodeNotice,
  encodeAnswer,
  encodeMessage,
} from "../../../lib/protocol/message.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { collectTags, tagsMaxBytes } from "../../../lib/options/option_identity.ts";
import {
  packMaxBytes,
  recordBytes,
  recordMaxBytes,
} from "../../../lib/core/dissemination/packing.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";
import type { MemberRecord, RecordContent } from "../../../lib/core/members/record.ts";
import { makeRecord } from "../../../lib/core/members/record.ts";
import { MemberList } from "../../../lib/core/members/member_list.ts";
import { bucketsMin } from "../../../lib/core/members/buckets.ts";
import {
  addressesMax,
  decodeRow,
  descriptionBytes,
  encodeRow,
} from "../../../lib/core/members/row.ts";
import { rowMaxBytes, tagsMax } from "../../../lib/core/members/row.ts";
import { World } from "../../../lib/simulation/world.ts";
import { largestRow } from "../../registry/rows.ts";
import { contentOf, effectsOf, instanceOf, recordOf } from "../records.ts";

/** Characters that take one to six bytes in JSON: quotes, emoji, halves of a pair. */
const costly = ["x", '"', "\\", "\u200f", "é", "日", "😀", "\ud800"];

/** Tags of a legal shape, small and far too large ones. */
const anyTags = fc.record({
  character: fc.constantFrom(...costly),
  count: fc.integer({ min: 0, max: tagsMax }),
  lengths: fc.infiniteStream(fc.constantFrom(0, 100, 256, 256)),
}).map(({ character, count, lengths }) =>
  Object.fromEntries(
    [...lengths.take(count)].map((
      length,
      index,
    ) => [`${index}`, character.repeat(length / character.length)]),
  )
);

/** The costliest of them, so that not chance decides whether one is too large. */
const largestTags = Object.fromEntries(
  Array.from({ length: tagsMax }, (_, index) => [`${index}`, "\ud800".repeat(256)]),
);

const longestName = `${"n".repeat(99)}@${"h".repeat(100)}` as NodeName;

/** The longest cause that a record can have. */
const longestCause = { kind: "other-instance", accusers: Array(8).fill(longestName) } as const;

function isAccepted(content: RecordContent): boolean {
  const news = { records: [makeRecord(content)], votes: [], sightings: [] };
  return decodeNotice(encodeMessage({ kind: "news", news })) !== undefined;
}

function passedOn(record: MemberRecord): readonly MemberRecord[] {
  const outbox = new Outbox(1000);
  outbox.record(record, 0);
  const out: Effect[] = [];
  outbox.flush([instanceOf(1)], (all) => all, 0, out);
  return effectsOf("tell", out).flatMap(({ news }) => {
    const body = encodeMessage({ kind: "news", news });
    assert.ok(body.length <= bodyMaxBytes, `${body.length} bytes`);
    return decodeNotice(body)?.news.records ?? [];
  });
}

Deno.test("a record that is accepted can be passed on, also once it has failed", () => {
  let refused = 0;
  fc.assert(
    fc.property(anyTags, (tags) => {
      const content = contentOf(1, { tags });
      const fits = descriptionBytes(content) <= rowMaxBytes;
      assert.equal(isAccepted(content), fits);
      if (!fits) return void refused++;
      const failed = recordOf(1, {
        ...content,
        incarnation: countMax,
        state: "failed",
        cause: longestCause,
      });
      assert.ok(recordBytes(failed) <= recordMaxBytes);
      assert.deepEqual(passedOn(failed), [failed]);
    }),
    { examples: [[largestTags]] },
  );
  assert.ok(refused > 0, "some are too large");
});

Deno.test("a notice with a record three times as large as a row is refused when it comes in", () => {
  const news = { records: [recordOf(1, { tags: largestTags })], votes: [], sightings: [] };
  const body = encodeMessage({ kind: "news", news });
  assert.ok(body.length <= bodyMaxBytes && body.length > 3 * rowMaxBytes, `${body.length} bytes`);
  assert.equal(decodeNotice(body), undefined);
});

Deno.test("what a row of the largest size says of its node is a legal record", () => {
  const row = largestRow(longestName);
  assert.equal(decodeRow(longestName, encodeRow(row)).kind, "row");
  assert.ok(isAccepted({ ...contentOf(1), ...row, state: "alive" }));
  assert.ok(2 * recordMaxBytes < packMaxBytes);
});

Deno.test("decodeRow() says damaged of a row with few characters and too many bytes", () => {
  const row = { ...largestRow(longestName), software: "日".repeat(100) };
  const text = encodeRow(row);
  assert.ok(text.length < rowMaxBytes);
  const reason = `it is larger than ${rowMaxBytes} bytes`;
  assert.deepEqual(decodeRow(longestName, text), { kind: "damaged", reason });
});

Deno.test("whatever options a node is given, its record is legal", () => {
  fc.assert(fc.property(anyTags, (tags) => {
    const collected = collectTags(Object.entries(tags));
    if (!("value" in collected)) {
      return assert.equal(
        collected.fault,
        `together the tags may take at most ${tagsMaxBytes} bytes`,
      );
    }
    const address = { host: `${"h".repeat(62)}.`.repeat(4).slice(0, -1), port: 65_535 };
    const content = contentOf(1, {
      name: longestName,
      tags: collected.value,
      addresses: Array(addressesMax).fill(address),
      software: "s".repeat(100),
    });
    assert.ok(isAccepted(content));
  }));
});

Deno.test("AntiEntropy.asked() tells all of a bucket that fits no answer, some each time", () => {
  const memberList = new MemberList(contentOf(1), false);
  const names: NodeName[] = [];
  for (let number = 2; names.length < 7; number++) {
    const name = `n${number}@10.0.0.2` as NodeName;
    if (hashText(name) % bucketsMin === 5) names.push(name);
  }
  const tags = Object.fromEntries(
    Array.from({ length: 31 }, (_, index) => [`${index}`, "é".repeat(250)]),
  );
  for (const [index, name] of names.entries()) {
    memberList.merge(recordOf(index + 2, { name, tags }), 0);
  }
  const comparison = new AntiEntropy({ memberList, random: seededRandom(1) });
  const told = new Set<string>();
  for (let reply = 1; reply <= names.length; reply++) {
    const out: Effect[] = [];
    comparison.asked(Array(bucketsMin).fill(0), reply, out);
    for (const { buckets, records, more } of effectsOf("sync-answer", out)) {
      const body = encodeAnswer({ kind: "sync", buckets, records, more });
      assert.equal(decodeAnswer(body)?.kind, "sync");
      for (const { name } of records) told.add(name);
    }
  }
  for (const name of names) assert.ok(told.has(name), name);
});

Deno.test("encodeAnswer() refuses an answer that fits no frame, and says how large it is", () => {
  const answer = { kind: "sync", buckets: [], records: [] as MemberRecord[], more: false } as const;
  while (encodeMessage(answer).length <= bodyMaxBytes) {
    answer.records.push(recordOf(answer.records.length));
  }
  const size = encodeMessage(answer).length;
  assert.deepEqual(decodeAnswer(encodeAnswer(answer)), {
    kind: "refused",
    reason: `The answer has ${size} bytes, and the most is ${bodyMaxBytes}`,
  });
});

Deno.test("Membership.explain() fits an answer, however many are said to have voted", () => {
  const world = new World({ seed: 1 });
  const [asked, subject] = ["n1@10.0.0.1", "n2@10.0.0.2"].map((name) => world.start(name));
  assert.ok(asked && subject);
  world.run(2000);
  const votes = Array.from({ length: 500 }, (_, index) => ({
    subject: subject.instance,
    subjectName: subject.settings.name,
    incarnation: 0,
    voter: instanceOf(1000 + index),
    voterName: longestName,
    sequence: 1,
    kind: "silent" as const,
  }));
  asked.take({ kind: "told", news: { records: [], votes, sightings: [] } });
  const explanation = asked.core.explain(subject.settings.name, world.now);
  assert.ok(explanation && explanation.accusers.length > 1);
  const answer = { kind: "explain", explanation } as const;
  assert.deepEqual(decodeAnswer(encodeAnswer(answer)), JSON.parse(JSON.stringify(answer)));
});
