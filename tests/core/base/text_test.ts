/** Texts that are cut. */
import assert from "node:assert/strict";
import { cutText, firstOf } from "../../../lib/core/base/text.ts";

Deno.test("cutText() leaves no half of a character that takes two", () => {
  assert.equal(cutText("abc", 2), "ab");
  assert.equal(cutText("a😀😀", 4), "a😀");
  assert.equal(cutText("a😀", 3), "a😀");
  assert.equal(cutText("a\ud83db", 3), "ab");
});

Deno.test("firstOf() names all, or the first ones and how many others there are", () => {
  assert.equal(firstOf(["n1", "n2"], 2), "n1, n2");
  assert.equal(firstOf(["n1", "n2", "n3"], 2), "n1, n2 and 1 more");
  assert.equal(firstOf([], 2), "");
});
