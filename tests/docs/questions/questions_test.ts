/**
 * Whatever newcomers ask is answered within two clicks from the README.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../../permissions.ts";
import { anchorsOf, linksOf } from "../pages/links.ts";
import { readSource } from "../source_files.ts";
import { questions } from "./questions.ts";

/** What `read` leads to with one click, and with two, as `page.md#heading`. */
function reached(read: (path: string) => string): ReadonlyMap<string, number> {
  const clicks = new Map<string, number>();
  let pages = ["README.md"];
  for (const count of [1, 2]) {
    const next: string[] = [];
    for (const page of pages) {
      for (const { path, anchor } of linksOf(page, read(page))) {
        const target = anchor === "" ? path : `${path}#${anchor}`;
        if (!clicks.has(target)) clicks.set(target, count);
        if (path.endsWith(".md")) next.push(path);
      }
    }
    pages = [...new Set(next)];
  }
  return clicks;
}

/** The text under a heading, up to the next one of its level or above; all without one. */
function sectionOf(page: string, anchor: string | undefined): string {
  if (anchor === undefined) return page;
  const plain = page.replace(/^```[^]*?^```$/gm, (block) => block.replace(/^#/gm, " #"));
  const lines = plain.split("\n");
  const headings = lines.flatMap((line, index) => /^#{1,6} /.test(line) ? [index] : []);
  const which = anchorsOf(plain).indexOf(anchor);
  const from = headings[which];
  if (from === undefined) return "";
  const level = lines[from]?.indexOf(" ") ?? 0;
  const end = headings.slice(which + 1).find((at) => (lines[at]?.indexOf(" ") ?? 0) <= level);
  return lines.slice(from + 1, end).join("\n");
}

Deno.test("reached() counts clicks, and stops after two", () => {
  const pages = new Map([
    ["README.md", "[a](a.md#x)"],
    ["a.md", "[b](b.md)"],
    ["b.md", "[c](c.md)"],
  ]);
  const clicks = reached((path) => pages.get(path) ?? "");
  assert.deepEqual([...clicks], [["a.md#x", 1], ["b.md", 2]]);
});

Deno.test("sectionOf() ends at the next heading of its level", () => {
  const page = "# A\n1\n## B\n2\n```sh\n# no heading\n```\n### C\n3\n## D\n4\n";
  assert.match(sectionOf(page, "b"), /^2\n[^]*no heading\n[^]*3$/);
  assert.equal(sectionOf(page, "d"), "4\n");
  assert.equal(sectionOf(page, "e"), "");
});

Deno.test({
  ...needing("each question is answered where two clicks from the README lead", "read"),
  fn() {
    assert.ok(questions.length >= 20);
    const clicks = reached(readSource);
    for (const { asked, target, answer } of questions) {
      assert.ok(clicks.has(target), `${asked} No two clicks lead to ${target}`);
      const [path = "", anchor] = target.split("#");
      assert.match(sectionOf(readSource(path), anchor), answer, asked);
    }
  },
});

Deno.test({
  ...needing("the README leads to most answers with one click", "read"),
  fn() {
    const clicks = reached(readSource);
    const near = questions.filter(({ target }) => clicks.get(target) === 1);
    assert.ok(near.length >= 12, `only ${near.length}`);
  },
});
