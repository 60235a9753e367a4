/**
 * Every link of every document leads somewhere, and every document is found.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../../permissions.ts";
import { exists } from "../markdown.ts";
import { filesBelow, readSource } from "../source_files.ts";
import { anchorsOf, brokenLinks, linksOf } from "./links.ts";

const tree = { read: readSource, exists };

Deno.test("linksOf() resolves links from the folder of their document", () => {
  const page = "[a](b.md#c), [`code`](../d/), [top](#here), [far](https://deno.com)\n" +
    "```sh\n[not](this.md)\n```\n";
  const links = linksOf("docs/page.md", page).map(({ path, anchor }) => `${path}#${anchor}`);
  assert.deepEqual(links, ["docs/b.md#c", "d#", "docs/page.md#here"]);
});

Deno.test("anchorsOf() names headings as GitHub does", () => {
  const page = "# A `--flag`, and more\n## Über uns\n## 1. One\n## 1. One\n" +
    "```sh\n# a comment\n```\n";
  assert.deepEqual(anchorsOf(page), ["a---flag-and-more", "über-uns", "1-one", "1-one-1"]);
});

Deno.test("brokenLinks() finds files and headings that are missing", () => {
  const pages = new Map([
    ["README.md", "[1](a.md) [2](b.md) [3](a.md#there) [4](a.md#gone) [5](#none)"],
    ["a.md", "# There\n"],
  ]);
  const read = (path: string): string => pages.get(path) ?? "";
  const faults = brokenLinks("README.md", { read, exists: (path) => pages.has(path) });
  assert.deepEqual(faults, ["README.md: b.md", "README.md: a.md#gone", "README.md: #none"]);
});

Deno.test({
  ...needing("links of all documents lead to files and headings that exist", "read"),
  fn() {
    const pages = filesBelow("").filter((path) => path.endsWith(".md"));
    assert.ok(pages.length > 25, `only ${pages.length} documents were found`);
    assert.deepEqual(pages.flatMap((path) => brokenLinks(path, tree)), []);
  },
});

Deno.test({
  ...needing("docs/README.md leads to every document of its folder", "read"),
  fn() {
    const linked = linksOf("docs/README.md", readSource("docs/README.md")).map(({ path }) => path);
    const pages = filesBelow("docs").filter((path) => path.endsWith(".md"));
    const lost = pages.filter((path) => path !== "docs/README.md" && !linked.includes(path));
    assert.deepEqual(lost, []);
  },
});
