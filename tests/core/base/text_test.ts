/** Texts that are cut. */
import assert from "node:assert/strict";
import { cutText } from "../../../lib/core/base/text.ts";

Deno.test("cutText() leaves no half of a character that takes two", () => {
  assert.equal(cutText("abc", 2), "ab");
  assert.equal(cutText("a😀😀", 4), "a😀");
  assert.equal(cutText("a😀", 3), "a😀");
  assert.equal(cutText("a\ud83db", 3), "ab");
});
