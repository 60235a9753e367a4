/**
 * The stories in `stories/` go as they are told there.
 *
 * After a change of behaviour that is meant, `UPDATE_STORIES=1 deno test -A tests/simulation` tells
 * them anew; the difference is to be read like any other one before it is committed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { filesBelow, projectRoot, readSource } from "../docs/source_files.ts";
import { needing, permitted } from "../permissions.ts";
import { difference } from "./difference.ts";
import { playStory } from "./story.ts";

const mayUpdate = permitted("env") && Deno.env.get("UPDATE_STORIES") === "1";

const paths = permitted("read") ? filesBelow("tests/simulation/stories") : [];

Deno.test({
  ...needing("stories/ holds stories", "read"),
  fn: () => assert.ok(paths.length > 10, `only ${paths.length} were found`),
});

Deno.test("playStory() names the line that it cannot play", () => {
  assert.throws(
    () => playStory("# One\n\n> start n1\n> freeeze n1\n"),
    /line 4, "> freeeze n1": no such/,
  );
  assert.throws(() => playStory("> start n1\nrun 5s\n"), /line 2/);
  assert.throws(() => playStory("> kill n1\n"), /nobody is called n1/);
});

Deno.test("difference() shows the lines that differ and a few around", () => {
  const lines = ["a", "b", "c", "d", "e", "f", "g"];
  const changed = lines.map((line) => line === "f" ? "F" : line);
  const shown = ["  ⋮", "  c", "  d", "  e", "- f", "+ F", "  g"].join("\n");
  assert.equal(difference(lines.join("\n"), changed.join("\n")), shown);
});

for (const path of paths) {
  const text = readSource(path);
  const [title = ""] = text.split("\n");
  Deno.test(`story: ${title.replace(/^# /, "")}`, () => {
    const played = playStory(text);
    if (played === text) return;
    if (mayUpdate) return Deno.writeTextFileSync(`${projectRoot}${path}`, played);
    assert.fail(`${path} goes otherwise now:\n${difference(text, played)}`);
  });
}
