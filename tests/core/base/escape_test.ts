import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeControls, escapeJson, escapeLines } from "../../../lib/core/base/escape.ts";

const anyText = fc.string({ unit: "binary" });

/** Half of a pair, a right-to-left override, a zero-width space, a tag beyond the first plane. */
const invisible = "\ud800\u202e\u200b\u{e0041}";

Deno.test("escapeControls() shows the characters that nobody would see", () => {
  assert.equal(escapeControls(invisible), "\\ud800\\u202e\\u200b\\udb40\\udc41");
  assert.equal(escapeControls("\n\r\t\x1b\x9b"), "\\n\\r\\t\\x1b\\x9b");
  assert.equal(escapeControls('"節点" 🟢 ünï \\ é'), '"節点" 🟢 ünï \\ é');
});

Deno.test("escapeLines() keeps line feeds alone, and JSON what it says", () => {
  assert.equal(escapeLines("a\n\tb\x1b[2J\r\n"), "a\n\\u0009b\\u001b[2J\\u000d\n");
  fc.assert(fc.property(anyText, (text) => {
    assert.equal(JSON.parse(escapeLines(JSON.stringify({ text }, null, 2))).text, text);
    assert.equal(JSON.parse(escapeJson(JSON.stringify({ text }))).text, text);
  }));
});

Deno.test("escapeLines() and escapeControls() change nothing that they have given", () => {
  fc.assert(fc.property(anyText, (text) => {
    const line = escapeControls(text);
    assert.equal(escapeControls(line), line);
    assert.equal(escapeLines(line), line);
  }));
});
