/**
 * How far a node trusts itself.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { LocalHealth } from "../../../lib/core/detector/local_health.ts";

/** Signs of sickness: how bad, and how long after the one before, in milliseconds. */
const anySigns = fc.array(fc.tuple(fc.nat(9), fc.nat(5000)), { maxLength: 20 });

Deno.test("LocalHealth is perfect when nothing has happened, however late it is", () => {
  for (const now of [0, 1, 999, 1e12]) {
    const health = new LocalHealth();
    assert.equal(health.score(now), 0);
    assert.equal(health.stretch(now), 1);
    assert.equal(health.mayVote(now), true);
  }
});

Deno.test("LocalHealth.worsen() adds up to 7 and never beyond", () => {
  const health = new LocalHealth();
  health.worsen(3, 50);
  assert.equal(health.score(50), 3);
  health.worsen(3, 50);
  assert.equal(health.score(50), 6);
  health.worsen(3, 50);
  assert.equal(health.score(50), 7);
  assert.equal(health.stretch(50), 8);
  health.worsen(1e9, 50);
  assert.equal(health.score(50), 7);
});

Deno.test("LocalHealth.score() falls by one with each clean second, down to 0", () => {
  const health = new LocalHealth();
  health.worsen(7, 10_400);
  for (let fallen = 0; fallen < 7; fallen++) {
    assert.equal(health.score(10_400 + fallen * 1000), 7 - fallen);
    assert.equal(health.score(11_399 + fallen * 1000), 7 - fallen, "not a moment too soon");
  }
  assert.equal(health.score(17_400), 0);
  assert.equal(health.score(1e9), 0);
});

Deno.test("LocalHealth.score() counts a second anew when a sign falls into it", () => {
  const health = new LocalHealth();
  health.worsen(2, 0);
  health.worsen(1, 900);
  assert.equal(health.score(1899), 3);
  assert.equal(health.score(1900), 2);
});

Deno.test("LocalHealth.mayVote() is false from a score of 4 on", () => {
  const health = new LocalHealth();
  health.worsen(3, 0);
  assert.equal(health.mayVote(0), true);
  health.worsen(1, 0);
  assert.equal(health.mayVote(999), false);
  assert.equal(health.mayVote(1000), true);
});

Deno.test("LocalHealth.score() is what the signs and the clean seconds make it, always 0 to 7", () => {
  fc.assert(fc.property(anySigns, fc.nat(9000), (signs, laterMs) => {
    const health = new LocalHealth();
    let now = 0;
    let expected = 0;
    for (const [by, afterMs] of [...signs, [0, laterMs] as const]) {
      now += afterMs;
      expected = Math.max(0, expected - Math.floor(afterMs / 1000));
      assert.equal(health.score(now), expected);
      assert.equal(health.stretch(now), 1 + expected);
      assert.equal(health.mayVote(now), expected < 4);
      health.worsen(by, now);
      expected = Math.min(7, expected + by);
      assert.equal(health.score(now), expected);
    }
  }));
});

Deno.test("LocalHealth.score() does not depend on how often it is looked at", () => {
  const looks = fc.array(fc.nat(900), { maxLength: 12 });
  fc.assert(fc.property(anySigns, looks, (signs, pausesMs) => {
    const [watched, alone] = [new LocalHealth(), new LocalHealth()];
    let now = 0;
    for (const [by, afterMs] of signs) {
      now += afterMs;
      watched.worsen(by, now);
      alone.worsen(by, now);
      for (const pauseMs of pausesMs) watched.score(now += pauseMs);
      assert.equal(watched.score(now), alone.score(now));
    }
  }));
});
