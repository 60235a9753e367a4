import assert from "node:assert/strict";
import type { Entry } from "../../../lib/http/page/draw/history_state.ts";
import { LinkIndex } from "../../../lib/http/page/draw/link_index.ts";
import { cellWords, gridOf, shapeOf } from "../../../lib/http/page/draw/matrix/matrix_cells.ts";
import { lanePaths } from "../../../lib/http/page/draw/timeline/lane_paths.ts";
import { entryNear, moved } from "../../../lib/http/page/draw/timeline/timeline_words.ts";

const index = new LinkIndex([
  { from: "n1", to: "n2", result: "pong", roundTripUs: 420, agoMs: 2000 },
  { from: "n2", to: "n1", result: "silent", agoMs: 100 },
  { from: "n1", to: "n3", result: "refused", agoMs: 100 },
]);

function words(from: string[], to: string[]): string {
  const [one = "", other = ""] = [from[0], to[0]];
  return cellWords(index.sum(from, to), index.link(one, other)?.result);
}

Deno.test("cellWords() tells of a link how long it took and when, or how it failed", () => {
  assert.equal(words(["n1"], ["n2"]), "420 µs, 2 s ago");
  assert.equal(
    words(["n2"], ["n1"]),
    "connected, but no answer in time; the other direction works",
  );
  assert.equal(words(["n1"], ["n3"]), "connection refused");
  assert.equal(words(["n3"], ["n1"]), "not measured");
  assert.equal(words(["n1"], ["n1"]), "the node itself");
});

Deno.test("cellWords() tells of bundles how many links fail, and the median of the others", () => {
  assert.equal(words(["n1"], ["n2", "n3"]), "1 of 2 links fail, median 420 µs");
});

function members(count: number) {
  return Array.from({ length: count }, (_, number) => ({ name: `n${number + 1}`, tags: [] }));
}

Deno.test("gridOf() shows a row for each member, and of a large cluster for those who told", () => {
  const small = gridOf(members(3), new Set(), index);
  assert.deepEqual([small.rows.length, small.columns.length, small.cells.length], [3, 3, 9]);
  assert.equal(small.cells[1]?.state, "good");
  assert.equal(small.cells[3]?.state, "one-way");
  const large = gridOf(members(100), new Set(), index);
  assert.deepEqual([large.rows.length, large.columns.length, large.cells.length], [1, 10, 10]);
});

Deno.test("shapeOf() lets the matrix fit its room, whatever its size", () => {
  for (const count of [2, 8, 50, 64]) {
    for (const width of [330, 640]) {
      const grid = gridOf(members(count), new Set(), index);
      const { cell, left } = shapeOf(grid, width, { row: 60, column: 60 });
      assert.ok(left + count * cell <= width, `${count} in ${width}: ${left} and ${cell} each`);
      assert.ok(cell >= 3);
    }
  }
});

Deno.test("lanePaths() draws what is bad as long as it must be to be seen, and nothing of absence", () => {
  const spans = [
    { from: 0, to: 10_000, look: "absent", reason: "" },
    { from: 10_000, to: 20_000, look: "alive", reason: "" },
    { from: 20_000, to: 20_001, look: "down", reason: "" },
    { from: 20_001, to: 30_000, look: "alive", reason: "" },
  ] as const;
  const lane = { name: "n1", spans, marks: [], hasChanges: true };
  assert.deepEqual(lanePaths(lane, 0, 5000), [
    { look: "alive", path: "M10 -1H20V1H10ZM20.001 -1H30V1H20.001Z" },
    { look: "down", path: "M20 -6H25V6H20Z" },
  ]);
});

function entry(time: number): Entry {
  return { time: new Date(time).toISOString(), event: "failed", name: "n1", reason: "" };
}

Deno.test("moved() goes by a hundredth of the range, and to the next and the last change", () => {
  const range = { from: 0, to: 100_000 };
  const entries = [entry(20_000), entry(60_000)];
  const to = (key: string, time: number) => moved(key, time, range, entries);
  assert.equal(to("ArrowLeft", 50_000), 49_000);
  assert.equal(to("ArrowRight", 99_500), 100_000);
  assert.equal(to("PageUp", 60_000), 20_000);
  assert.equal(to("PageUp", 20_000), 0);
  assert.equal(to("PageDown", 20_000), 60_000);
  assert.equal(to("Home", 50_000), 0);
  assert.equal(to("a", 50_000), undefined);
});

Deno.test("entryNear() finds the nearest entry within reach, and none beyond", () => {
  const entries = [entry(20_000), entry(21_000)];
  assert.equal(entryNear(entries, 20_600, 1000), entries[1]);
  assert.equal(entryNear(entries, 19_500, 1000), entries[0]);
  assert.equal(entryNear(entries, 30_000, 1000), undefined);
});
