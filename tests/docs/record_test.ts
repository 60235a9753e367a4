/**
 * The picture in the README shows what was recorded, in every renderer.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isComplete, renderSvg } from "../../scripts/record.ts";
import { needing } from "../permissions.ts";
import { readSource } from "./source_files.ts";

const lines = [
  { atMs: 0, text: 'node_1 | 1[info] n1["n1": true]' },
  { atMs: 5000, text: 'node_2 | <a> & "n1": false' },
];

Deno.test("renderSvg() shows each line at its moment and ends with the last", () => {
  const svg = renderSvg("clusternode local 2", lines);
  assert.match(svg, /animation: scroll 10000ms step-end infinite/);
  // 20 rows of 18 px: with three lines there are 17 rows left above them.
  assert.match(svg, /0\.00% { transform: translateY\(324px\) }/);
  assert.match(svg, /50\.00% { transform: translateY\(306px\) }/);
  assert.match(svg, /<g id="lines" transform="translate\(0,306\)">/);
});

Deno.test("renderSvg() escapes what would be markup", () => {
  const svg = renderSvg("clusternode local 2", lines);
  assert.ok(svg.includes("&lt;a&gt; &amp; "));
  assert.ok(svg.includes('<tspan fill="#ff6b6b">false</tspan>'));
});

Deno.test("renderSvg() cuts what is wider than the picture", () => {
  const svg = renderSvg("x", [{ atMs: 0, text: "a".repeat(161) }, {
    atMs: 1,
    text: "b".repeat(160),
  }]);
  assert.ok(svg.includes(`>${"a".repeat(159)}…<`));
  assert.ok(svg.includes(`>${"b".repeat(160)}<`));
});

Deno.test("isComplete() is true when the last lines are all five's, and show all five after a start", () => {
  const all = '"a": true, "b": true, "c": true, "d": true, "e": true';
  const seen = [1, 2, 3, 4, 5].map((number) => `node_${number} | ${all}`);
  assert.equal(isComplete(seen), false);
  assert.equal(isComplete(["node_3 | started again", ...seen.slice(1)]), false);
  assert.equal(isComplete(["node_3 | started again", ...seen]), true);
  assert.equal(isComplete(["node_3 | started again", ...seen, "node_1 | more"]), false);
});

Deno.test({
  ...needing("the picture in the README shows a meeting, a death and a return", "read"),
  fn() {
    const picture = readSource("docs/five_nodes.svg");
    for (const words of ["joined: it answered", "killed with SIGKILL", "started again"]) {
      assert.ok(picture.includes(words), words);
    }
    assert.ok(readSource("README.md").includes("(docs/five_nodes.svg)"));
  },
});
