/**
 * Which votes count, how many it takes, and how long an accuser waits.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { profileTimings } from "../../../lib/core/base/profile.ts";
import {
  Suspicion,
  suspicionMs,
  voteLifeMs,
  votesNeeded,
} from "../../../lib/core/detector/suspicion.ts";
import { nameOf, voteOf } from "../records.ts";

const profiles = Object.entries(profileTimings);

function votersOf(suspicion: Suspicion, incarnation: number, now: number): string[] {
  return suspicion.votes(incarnation, now).map(({ voterName }) => voterName).sort();
}

Deno.test("votesNeeded() is a majority, at least two where two could vote, at most four", () => {
  const expected = [1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4];
  assert.deepEqual(expected.map((_, observers) => votesNeeded(observers)), expected);
  assert.equal(votesNeeded(63), 4);
  assert.equal(votesNeeded(100_000), 4);
});

Deno.test("suspicionMs() shrinks with each confirmation, between the profile's limits", () => {
  for (const [profile, timings] of profiles) {
    for (let needed = 0; needed <= 12; needed++) {
      let beforeMs = timings.suspicionMaxMs;
      for (let confirmations = 0; confirmations <= needed + 2; confirmations++) {
        const waitMs = suspicionMs(confirmations, needed, timings);
        const where = `${profile}: ${confirmations} of ${needed}`;
        assert.ok(Number.isInteger(waitMs), where);
        assert.ok(waitMs >= timings.suspicionMinMs && waitMs <= beforeMs, where);
        const isLonger = confirmations > 0 && confirmations <= needed;
        assert.ok(!isLonger || waitMs < beforeMs, `${where} is no shorter`);
        beforeMs = waitMs;
      }
    }
  }
});

Deno.test("suspicionMs() is the longest alone, and the shortest with all who are needed", () => {
  for (const [profile, timings] of profiles) {
    for (const needed of [1, 2, 3, 4, 1000]) {
      assert.equal(suspicionMs(0, needed, timings), timings.suspicionMaxMs, profile);
      assert.equal(suspicionMs(needed, needed, timings), timings.suspicionMinMs, profile);
    }
    assert.equal(suspicionMs(0, 0, timings), timings.suspicionMinMs, "nobody else is needed");
  }
});

Deno.test("suspicionMs() falls by the logarithm: one of three brings it half-way", () => {
  assert.equal(suspicionMs(1, 3, profileTimings.lan), (1500 + 12_000) / 2);
});

Deno.test("Suspicion is over when nobody votes", () => {
  const suspicion = new Suspicion(7);
  assert.equal(suspicion.ownVoteAt, undefined);
  assert.deepEqual(suspicion.votes(0, 7), []);
  assert.ok(suspicion.isOver(0, 7));
});

Deno.test("Suspicion.hear() takes from each voter only what is newer than before", () => {
  const suspicion = new Suspicion(0);
  assert.equal(suspicion.hear(voteOf(2, { sequence: 5 }), 0), true);
  assert.equal(suspicion.hear(voteOf(2, { sequence: 5, kind: "refused" }), 1), false);
  assert.equal(suspicion.hear(voteOf(2, { sequence: 4, kind: "refused" }), 1), false);
  assert.deepEqual(suspicion.votes(0, 1), [voteOf(2, { sequence: 5 })]);
  assert.equal(suspicion.hear(voteOf(3, { sequence: 1 }), 1), true, "another voter counts anew");
  assert.equal(suspicion.hear(voteOf(2, { sequence: 6, kind: "refused" }), 1), true);
  assert.deepEqual(votersOf(suspicion, 0, 1), [nameOf(2), nameOf(3)]);
});

Deno.test("Suspicion.votes() leaves out what was taken back, also when the vote comes late", () => {
  const suspicion = new Suspicion(0);
  suspicion.hear(voteOf(2), 0);
  assert.equal(suspicion.isOver(0, 0), false);
  assert.equal(suspicion.hear(voteOf(2, { sequence: 2, kind: undefined }), 1), true);
  assert.ok(suspicion.isOver(0, 1));
  assert.equal(suspicion.hear(voteOf(2), 2), false);
  assert.ok(suspicion.isOver(0, 2));
});

Deno.test("Suspicion.votes() leaves out votes about an incarnation before", () => {
  const suspicion = new Suspicion(0);
  suspicion.hear(voteOf(2, { incarnation: 3 }), 0);
  suspicion.hear(voteOf(3, { incarnation: 4 }), 0);
  assert.deepEqual(votersOf(suspicion, 3, 0), [nameOf(2), nameOf(3)]);
  assert.deepEqual(votersOf(suspicion, 4, 0), [nameOf(3)]);
  assert.ok(suspicion.isOver(5, 0));
});

Deno.test("Suspicion.votes() leaves out a vote that was not renewed for its whole life", () => {
  const suspicion = new Suspicion(0);
  suspicion.hear(voteOf(2), 100);
  suspicion.hear(voteOf(3), 200);
  assert.deepEqual(votersOf(suspicion, 0, 99 + voteLifeMs), [nameOf(2), nameOf(3)]);
  assert.deepEqual(votersOf(suspicion, 0, 100 + voteLifeMs), [nameOf(3)]);
  suspicion.hear(voteOf(3), 300);
  assert.ok(suspicion.isOver(0, 200 + voteLifeMs), "hearing old news renews nothing");
  suspicion.hear(voteOf(2, { sequence: 2 }), 300 + voteLifeMs);
  assert.deepEqual(votersOf(suspicion, 0, 299 + 2 * voteLifeMs), [nameOf(2)]);
});

Deno.test("Suspicion.votes() are the same in whatever order the votes were heard", () => {
  const anyVote = fc.record({
    voter: fc.integer({ min: 2, max: 5 }),
    sequence: fc.integer({ min: 1, max: 6 }),
  }).map(({ voter, sequence }) =>
    // What a voter says under a number is said once and for all.
    voteOf(voter, {
      sequence,
      incarnation: (voter + sequence) % 3,
      kind: (voter * sequence) % 4 === 0 ? undefined : "silent",
    })
  );
  const twice = fc.array(anyVote, { maxLength: 20 }).chain((votes) =>
    fc.tuple(
      fc.constant(votes),
      fc.shuffledSubarray(votes, { minLength: votes.length }),
      fc.nat(3),
    )
  );
  fc.assert(fc.property(twice, ([one, other, incarnation]) => {
    const [heard, mixed] = [one, other].map((votes) => {
      const suspicion = new Suspicion(0);
      for (const vote of votes) suspicion.hear(vote, 0);
      return votersOf(suspicion, incarnation, 0);
    });
    assert.deepEqual(heard, mixed);
    assert.equal(new Set(heard).size, heard?.length, "each voter counts once");
  }));
});
