/** What dissemination decides about what it is told, by itself. */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { Links } from "../../../lib/core/detector/links.ts";
import type { Candidate } from "../../../lib/core/members/candidate.ts";
import { Candidates } from "../../../lib/core/discovery/candidates.ts";
import { Dissemination } from "../../../lib/core/dissemination/dissemination.ts";
import { MemberList } from "../../../lib/core/members/member_list.ts";
import { Outbox } from "../../../lib/core/dissemination/outbox.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { bucketsMin } from "../../../lib/core/members/buckets.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import { contentOf, instanceOf, nameOf, recordOf, voteOf } from "../records.ts";

/** Node 1, which knows the nodes 2 and 3; none of them has missed a ping. */
function scene() {
  const memberList = new MemberList(contentOf(1), false);
  const random = seededRandom(1);
  const candidates = new Candidates(memberList, random);
  const links = new Links();
  const outbox = new Outbox(1000);
  const parts = { settings: { intervalMs: 1000 }, memberList, candidates, links, outbox, random };
  const dissemination = new Dissemination(parts);
  for (const number of [2, 3]) dissemination.publish(recordOf(number), 0);
  dissemination.wake(100, []);
  links.of(nameOf(2)).pong(1, { host: "10.0.0.2", port: 1 }, 100);
  return { ...parts, dissemination };
}

const failed = recordOf(2, { state: "failed", cause: { kind: "silent", accusers: [nameOf(3)] } });
const content = (record: MemberRecord, fingerprint = 0) => ({
  incarnation: record.incarnation,
  fingerprint,
});

Deno.test("Dissemination.publish() returns a record that wins with the one before, and nothing of an old one", () => {
  const { dissemination, memberList } = scene();
  const [before] = memberList.sorted();
  assert.deepEqual(dissemination.publish(failed, 200), [
    { kind: "taken", record: failed, before, ghost: undefined },
  ]);
  assert.deepEqual(dissemination.publish(failed, 201), []);
  assert.equal(memberList.get(nameOf(2)), failed);
});

Deno.test("Dissemination passes on what it takes, to those that ping it", () => {
  const { dissemination } = scene();
  dissemination.pinged(recordOf(3), content(recordOf(3)), 200);
  dissemination.publish(failed, 201);
  const out: Effect[] = [];
  dissemination.wake(201, out);
  const told = out.flatMap((effect) => effect.kind === "tell" ? effect.news.records : []);
  assert.deepEqual(told, [failed]);
});

Deno.test("Dissemination.heard() looks itself first, and takes the claim when a ping fails", () => {
  const { dissemination, memberList } = scene();
  assert.deepEqual(dissemination.heard(failed, instanceOf(3), 200), [
    { kind: "look", name: nameOf(2) },
  ]);
  assert.equal(memberList.get(nameOf(2))?.state, "alive");
  const [taken] = dissemination.missed(recordOf(2), 300);
  assert.ok(taken?.kind === "taken" && taken.record === failed);
});

Deno.test("Dissemination.ponged() acquits a member that answers after it was accused, and tells it", () => {
  const { dissemination, memberList } = scene();
  dissemination.heard(failed, instanceOf(3), 200);
  const record = memberList.get(nameOf(2)) as MemberRecord;
  const outcome = {
    kind: "pong",
    roundTripUs: 1,
    address: { host: "10.0.0.2", port: 1 },
    ...content(record, memberList.fingerprint),
  } as const;
  const early = dissemination.ponged({ kind: "pong", record, sentAt: 199, outcome }, 210);
  assert.deepEqual(early, [{ kind: "look", name: nameOf(2) }]);
  assert.deepEqual(dissemination.ponged({ kind: "pong", record, sentAt: 201, outcome }, 220), [
    { kind: "acquitted", record, sentAt: 201 },
    {
      kind: "tell",
      to: [record.instance],
      news: { records: [failed], votes: [], sightings: [] },
    },
  ]);
});

Deno.test("Dissemination refutes what is said of its own node, and has its row written", () => {
  const { dissemination, memberList } = scene();
  const said = recordOf(1, { state: "failed" });
  assert.deepEqual(dissemination.heard(said, instanceOf(3), 200), [
    { kind: "renewed" },
    { kind: "refuted" },
  ]);
  assert.equal(memberList.self.incarnation, 1);
  const vote = voteOf(3, { subject: instanceOf(1), incarnation: 1 });
  assert.deepEqual(scene().dissemination.own.accused(vote, 200).map(({ kind }) => kind), [
    "renewed",
    "refuted",
  ]);
});

Deno.test("Dissemination.pinged() compares with a peer that knows something else, and not while it waits", () => {
  const { dissemination, memberList } = scene();
  const record = memberList.get(nameOf(2)) as MemberRecord;
  const differs = content(record, memberList.fingerprint ^ 1);
  assert.deepEqual(dissemination.pinged(record, content(record, memberList.fingerprint), 200), []);
  const buckets = memberList.checksums(bucketsMin);
  assert.deepEqual(dissemination.pinged(record, differs, 201), [
    { kind: "compare", peer: record, buckets },
  ]);
  assert.deepEqual(dissemination.pinged(record, differs, 202), []);
});

Deno.test("Dissemination.pinged() leaves another process of its own name to the registry", () => {
  const other = recordOf(1, { instance: instanceOf(9) });
  assert.deepEqual(scene().dissemination.pinged(other, content(other), 200), [
    { kind: "contested" },
  ]);
});

Deno.test("Dissemination.bury() lets a candidate leave at an incarnation that nobody has to refute", () => {
  const { dissemination, memberList, candidates } = scene();
  const { state: _, ...claim } = contentOf(9, { incarnation: 77 });
  candidates.learn(claim);
  const candidate = candidates.get(nameOf(9)) as Candidate;
  candidates.fail(candidate, 100);
  const [taken] = dissemination.bury(candidate, 200);
  assert.ok(taken?.kind === "taken" && taken.ghost === candidate);
  assert.deepEqual([taken.record.state, taken.record.incarnation], ["left", 0]);
  assert.equal(candidates.get(nameOf(9)), undefined);
  assert.equal(memberList.get(nameOf(9))?.state, "left");
});

Deno.test("Dissemination.own.moved() drops connections of a lost address, and asks all at once", () => {
  const { dissemination, memberList } = scene();
  assert.deepEqual(dissemination.own.moved(memberList.self.addresses, 200), []);
  const kinds = dissemination.own.moved([{ host: "10.9.9.9", port: 4370 }], 200).map(({ kind }) =>
    kind
  );
  assert.deepEqual(kinds, ["renewed", "note", "drop", "look", "look"]);
});

Deno.test("Dissemination.pinged() looks for what the hello of a member has not told, again and again", () => {
  const { dissemination, memberList } = scene();
  const newcomer = recordOf(4);
  const looks = (now: number) =>
    dissemination.pinged(newcomer, content(newcomer, memberList.fingerprint), now)
      .filter(({ kind }) => kind === "look");
  const look = { kind: "look", name: nameOf(4) };
  assert.deepEqual([looks(200), looks(300)], [[look], [look]], "an answer may be lost");
  dissemination.pinged(newcomer, { ...content(newcomer), record: newcomer }, 400);
  assert.deepEqual(looks(500), []);
});

Deno.test("Dissemination believes a higher incarnation that only a ping tells when the answer says so", () => {
  const { dissemination, memberList } = scene();
  const renewed = recordOf(2, { incarnation: 7 });
  const decisions = dissemination.pinged(renewed, content(renewed), 200);
  assert.deepEqual(decisions[0], { kind: "look", name: nameOf(2) });
  assert.equal(memberList.get(nameOf(2))?.incarnation, recordOf(2).incarnation);
  const outcome = {
    kind: "pong",
    roundTripUs: 1,
    address: { host: "10.0.0.2", port: 1 },
    ...content(renewed),
  } as const;
  dissemination.ponged({ kind: "pong", record: renewed, sentAt: 200, outcome }, 201);
  assert.equal(memberList.get(nameOf(2))?.incarnation, 7);
});
