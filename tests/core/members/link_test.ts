/**
 * What pings do to a link.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { PingFailure } from "../../../lib/core/base/ping_failure.ts";
import { Link, missesMax } from "../../../lib/core/members/link.ts";
import type { Miss } from "../../../lib/core/members/link.ts";
import { profileTimings } from "../../../lib/core/base/profile.ts";
import { pingFailures } from "../records.ts";

const address = { host: "10.0.0.2", port: 4370 };
const profiles = Object.entries(profileTimings);

function missOf(kind: PingFailure, sentAt = 0): Miss {
  return { kind, detail: "", sentAt };
}

/** A link that carried these round trips, in milliseconds. */
function linkAfter(roundTripsMs: readonly number[]): Link {
  const link = new Link();
  roundTripsMs.forEach((roundTripMs, at) => link.pong(roundTripMs * 1000, address, at));
  return link;
}

Deno.test("Link is neither bad nor answered when nothing was sent", () => {
  const link = new Link();
  assert.equal(link.isBad, false);
  assert.equal(link.hasAnswered, false);
  assert.equal(link.isConclusive, false);
  assert.equal(link.lastPongAt, -Infinity);
  assert.deepEqual(link.misses, []);
  assert.deepEqual(link.history, []);
});

Deno.test("Link.miss() makes the link bad at the second miss in a row, and keeps it so", () => {
  const link = new Link();
  assert.equal(missesMax, 2);
  assert.equal(link.miss(missOf("silent", 1), 10), false);
  assert.equal(link.isBad, false);
  assert.equal(link.miss(missOf("reset", 2), 20), true);
  assert.equal(link.badSince, 20);
  assert.equal(link.miss(missOf("refused", 3), 30), true);
  assert.equal(link.badSince, 20, "since the second, not since the last");
  assert.deepEqual(link.misses, [missOf("reset", 2), missOf("refused", 3)]);
});

Deno.test("Link is bad exactly when the last two pings were misses, in any sequence", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (pongs) => {
    const link = new Link();
    pongs.forEach((isPong, at) => {
      if (isPong) link.pong(1000, address, at);
      else assert.equal(link.miss(missOf("silent", at), at), link.isBad);
      const missed = at - pongs.lastIndexOf(true, at);
      assert.equal(link.isBad, missed >= 2);
      assert.equal(link.badSince, missed >= 2 ? at - missed + 2 : undefined);
      assert.equal(link.misses.length, Math.min(2, missed));
      assert.equal(link.hasAnswered, missed <= at);
    });
  }));
});

Deno.test("Link.pong() mends the link at once and tells how it was", () => {
  const link = new Link();
  assert.equal(link.pong(700, address, 1), "good");
  link.miss(missOf("silent"), 2);
  assert.equal(link.pong(700, address, 3), "good", "one miss is nothing");
  link.miss(missOf("silent"), 4);
  link.miss(missOf("silent"), 5);
  assert.equal(link.pong(900, { host: "10.0.0.3", port: 1 }, 6), "bad");
  assert.equal(link.isBad, false);
  assert.deepEqual(link.misses, []);
  assert.deepEqual(link.answersAt, { host: "10.0.0.3", port: 1 });
  assert.equal(link.roundTripUs, 900);
  assert.equal(link.lastPongAt, 6);
});

Deno.test("Link.pong() tells that only this node did not reach the peer, once", () => {
  const link = new Link();
  link.miss(missOf("silent"), 1);
  link.miss(missOf("silent"), 2);
  link.reachedByHelpers(3);
  assert.equal(link.pong(700, address, 4), "bad-for-this-node-only");
  assert.equal(link.helpersReachedAt, undefined);
  link.miss(missOf("silent"), 5);
  link.miss(missOf("silent"), 6);
  assert.equal(link.pong(700, address, 7), "bad");
});

Deno.test("Link.timeoutMs() is the profile's own until three pongs have come", () => {
  for (const [profile, timings] of profiles) {
    for (const count of [0, 1, 2]) {
      const link = linkAfter(Array.from({ length: count }, () => 0));
      assert.equal(link.timeoutMs(timings), timings.pingTimeoutMs, `${profile} ${count}`);
    }
    assert.equal(linkAfter([0, 0, 0]).timeoutMs(timings), timings.pingTimeoutMinMs, profile);
    assert.equal(linkAfter([9e6, 9e6, 9e6]).timeoutMs(timings), timings.pingTimeoutMaxMs, profile);
  }
});

Deno.test("Link.timeoutMs() stays within the profile's bounds, whatever the round trips", () => {
  const roundTrip = fc.oneof(
    fc.nat(20),
    fc.nat(3000),
    fc.double({ min: 0, max: 1e9, noNaN: true }),
  );
  const roundTrips = fc.array(roundTrip, { minLength: 3, maxLength: 40 });
  fc.assert(fc.property(roundTrips, fc.constantFrom(...profiles), (times, [, timings]) => {
    const timeoutMs = linkAfter(times).timeoutMs(timings);
    assert.ok(Number.isInteger(timeoutMs));
    assert.ok(timeoutMs >= timings.pingTimeoutMinMs, `${timeoutMs}`);
    assert.ok(timeoutMs <= timings.pingTimeoutMaxMs, `${timeoutMs}`);
  }));
});

Deno.test("Link.timeoutMs() comes down to a steady round trip, and goes up when one is late", () => {
  for (const [profile, timings] of profiles) {
    const steadyMs = (timings.pingTimeoutMinMs + timings.pingTimeoutMaxMs) / 2;
    const link = linkAfter(Array.from({ length: 300 }, () => steadyMs));
    const learnedMs = link.timeoutMs(timings);
    assert.ok(Math.abs(learnedMs - steadyMs) <= 1, `${profile}: ${learnedMs} ms`);
    link.pong(steadyMs * 1100, address, 1000);
    // One late by a tenth: the mean moves by a hundredth, and eight deviations are added.
    const expectedMs = steadyMs * (1.01 + 8 * Math.sqrt(0.9 * 0.1 * 0.1 ** 2));
    const laterMs = link.timeoutMs(timings);
    assert.ok(Math.abs(laterMs - expectedMs) <= 2, `${profile}: ${laterMs} ms`);
  }
});

Deno.test("Link.forgives() lets the first reset since the last pong pass, and no other", () => {
  const link = new Link();
  assert.equal(link.forgives("reset"), true);
  assert.equal(link.forgives("reset"), false);
  link.pong(700, address, 1);
  assert.equal(link.forgives("reset"), true);
  assert.equal(link.forgives("reset"), false);
  assert.equal(link.isBad, false);
  assert.deepEqual(link.misses, [], "what is forgiven is no miss");
});

Deno.test("Link.forgives() lets no other failure pass, and does not use up its mercy for it", () => {
  const link = new Link();
  for (const kind of pingFailures) {
    if (kind !== "reset") assert.equal(link.forgives(kind), false, kind);
  }
  assert.equal(link.forgives("reset"), true);
});

Deno.test("Link.forgives() does not help when a ping was missed before", () => {
  const link = new Link();
  link.miss(missOf("silent"), 1);
  assert.equal(link.forgives("reset"), false);
  link.pong(700, address, 2);
  assert.equal(link.forgives("reset"), true);
});

Deno.test("Link.isConclusive is true only when both misses show that the process is gone", () => {
  const proofs: readonly PingFailure[] = ["refused", "other-instance"];
  for (const first of pingFailures) {
    for (const second of pingFailures) {
      const link = new Link();
      link.miss(missOf(first), 1);
      assert.equal(link.isConclusive, false, `${first} alone`);
      link.miss(missOf(second), 2);
      const expected = proofs.includes(first) && proofs.includes(second);
      assert.equal(link.isConclusive, expected, `${first}, ${second}`);
      link.miss(missOf("refused"), 3);
      assert.equal(link.isConclusive, proofs.includes(second), `${first}, ${second}, refused`);
      link.pong(700, address, 4);
      assert.equal(link.isConclusive, false, "after a pong");
    }
  }
});

Deno.test("Link.history holds the last twelve pings, the oldest first", () => {
  const link = new Link();
  for (let at = 1; at <= 12; at++) link.pong(at, address, at);
  assert.equal(link.history.length, 12);
  assert.deepEqual(link.history[0], { at: 1, kind: "pong", roundTripUs: 1 });
  link.miss(missOf("garbage", 12), 13);
  assert.equal(link.history.length, 12);
  assert.deepEqual(link.history[0], { at: 2, kind: "pong", roundTripUs: 2 });
  assert.deepEqual(link.history.at(-1), { at: 13, kind: "garbage" });
});
