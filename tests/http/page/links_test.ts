import assert from "node:assert/strict";
import {
  colourAt,
  domainOf,
  type Rgb,
  shareOf,
  ticksOf,
} from "../../../lib/http/page/draw/matrix/colour_scale.ts";
import { LinkIndex, staleMs } from "../../../lib/http/page/draw/link_index.ts";

const index = new LinkIndex([
  { from: "a", to: "b", result: "pong", roundTripUs: 400, agoMs: 900 },
  { from: "b", to: "a", result: "pong", roundTripUs: 600, agoMs: staleMs + 1 },
  { from: "a", to: "c", result: "pong", roundTripUs: 800, agoMs: 100 },
  { from: "c", to: "a", result: "silent", agoMs: 100 },
  { from: "a", to: "d", result: "refused", agoMs: 100 },
  { from: "b", to: "d", result: "unknown" },
  { from: "d", to: "a", result: "no-answer", agoMs: 100 },
]);

Deno.test("LinkIndex.state() tells good, stale, failed, one-way, unmeasured and self apart", () => {
  assert.equal(index.state("a", "b"), "good");
  assert.equal(index.state("b", "a"), "stale");
  assert.equal(index.state("c", "a"), "one-way");
  assert.equal(index.state("a", "c"), "good");
  assert.equal(index.state("a", "d"), "failed");
  assert.equal(index.state("b", "d"), "unmeasured");
  assert.equal(index.state("d", "c"), "unmeasured");
  assert.equal(index.state("e", "a"), "unmeasured");
  assert.equal(index.state("a", "a"), "self");
});

Deno.test("LinkIndex.sum() counts measured and bad links, and takes the median of the others", () => {
  assert.deepEqual(index.sum(["a"], ["b", "c", "d"]), {
    state: "failed",
    count: 3,
    badCount: 1,
    roundTripUs: 400,
    agoMs: 900,
  });
  assert.deepEqual(index.sum(["c"], ["a", "b"]), {
    state: "one-way",
    count: 1,
    badCount: 1,
    roundTripUs: undefined,
    agoMs: undefined,
  });
  assert.equal(index.sum(["a", "b"], ["a", "b"]).state, "good");
  assert.equal(index.sum(["b"], ["a"]).state, "stale");
  assert.equal(index.sum(["b"], ["d"]).state, "unmeasured");
  assert.equal(index.sum(["a"], ["a"]).state, "self");
});

Deno.test("LinkIndex.bad tells each pair once, and which direction fails", () => {
  assert.deepEqual(index.bad, [
    { from: "c", to: "a", isOneWay: true, result: "silent" },
    { from: "a", to: "d", isOneWay: false, result: "refused" },
  ]);
});

Deno.test("domainOf() has round ends, holds all, and is a factor of ten wide at least", () => {
  assert.deepEqual(domainOf([]), { minUs: 100, maxUs: 10_000 });
  assert.deepEqual(domainOf([120, 4_100]), { minUs: 100, maxUs: 5_000 });
  for (const value of [1, 7, 50, 99, 100, 101, 333, 1000, 9_999, 250_000]) {
    const { minUs, maxUs } = domainOf([value, value * 1.1]);
    assert.ok(minUs <= value && value * 1.1 <= maxUs, `${value}: ${minUs} to ${maxUs}`);
    assert.ok(maxUs / minUs >= 9.99 && maxUs / minUs <= 100, `${value}: ${minUs} to ${maxUs}`);
  }
});

Deno.test("shareOf() grows with the round trip, in equal steps for equal ratios", () => {
  const domain = { minUs: 100, maxUs: 10_000 };
  assert.equal(shareOf(100, domain), 0);
  assert.equal(shareOf(10_000, domain), 1);
  assert.ok(Math.abs(shareOf(1000, domain) - 0.5) < 1e-9);
  assert.equal(shareOf(0, domain), 0);
  assert.equal(shareOf(1e9, domain), 1);
  const shares = Array.from({ length: 50 }, (_, step) => shareOf(100 * 1.09 ** step, domain));
  assert.ok(shares.every((share, step) => step === 0 || share > (shares[step - 1] ?? 0)));
});

/** Lightness as the eye sees it, roughly. */
function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number): number => (value / 255) ** 2.2;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

Deno.test("colourAt() gets lighter on a dark page, and darker on a light one, in every step", () => {
  for (const isDark of [true, false]) {
    const steps = Array.from({ length: 51 }, (_, step) => luminance(colourAt(step / 50, isDark)));
    const grows = steps.every((value, step) => step === 0 || value > (steps[step - 1] ?? 0));
    const shrinks = steps.every((value, step) => step === 0 || value < (steps[step - 1] ?? 0));
    assert.equal(grows, isDark);
    assert.equal(shrinks, !isDark);
  }
});

Deno.test("ticksOf() begins and ends with the domain, and nothing is crowded", () => {
  assert.deepEqual(ticksOf({ minUs: 100, maxUs: 10_000 }).map(({ text }) => text), [
    "100 µs",
    "1 ms",
    "10 ms",
  ]);
  const wide = ticksOf({ minUs: 1, maxUs: 10_000_000 });
  assert.ok(wide.length <= 5);
  assert.deepEqual([wide[0]?.share, wide.at(-1)?.share], [0, 1]);
});
