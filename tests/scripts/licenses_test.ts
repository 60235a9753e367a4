/** Whose work the program contains, and what is locked: as told, nothing is left out. */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { licensesText } from "../../lib/cli/licenses.ts";
import { noticeOf } from "../../scripts/licenses/notice.ts";
import { importedPackages, lockedPackages } from "../../scripts/licenses/packages.ts";
import {
  licensedPackages,
  noticeFile,
  noticeSource,
  tableDocument,
} from "../../scripts/licenses.ts";
import { tableFile } from "../../scripts/licenses.ts";
import { chapter } from "../docs/markdown.ts";
import { readSource } from "../docs/source_files.ts";
import { needing, permitted } from "../permissions.ts";

const page = permitted("read") ? readSource(tableFile) : "";

Deno.test({
  ...needing(
    "the notice and the table of what is locked are those of deno task licenses",
    "read",
    "run",
  ),
  async fn() {
    const packages = await licensedPackages();
    assert.ok(packages.length > 20);
    assert.equal(readSource(noticeFile), noticeSource(packages));
    assert.equal(page, tableDocument(page, packages));
  },
});

Deno.test({
  ...needing(
    "docs/dependencies.md has a reason for each import of deno.json, and for no other",
    "read",
  ),
  fn() {
    const rows = chapter(page, "Dependencies").split("## ")[0]?.match(/^\| `.*$/gm) ?? [];
    const named = rows.flatMap((row) => [...row.split(" | ")[0]?.matchAll(/`([^`]+)`/g) ?? []])
      .map(([, name]) => name);
    assert.deepEqual(named.sort(), Object.keys(manifest.imports).sort());
    for (const row of rows) assert.match(row, /^\| `.*` \| \S.* \| \S.* \|$/);
  },
});

Deno.test({
  ...needing("licences of what is locked let it be passed on", "read", "run"),
  async fn() {
    const known = ["MIT", "ISC", "Unlicense", "Apache-2.0"];
    for (const { name, license, isInProgram, text } of await licensedPackages()) {
      // What only tests use is not passed on.
      assert.ok(known.includes(license) || !isInProgram, `${name} is under ${license}`);
      if (!isInProgram) continue;
      // The Unlicense asks for nothing; all others want their text to go along.
      assert.ok(text.length > 100 || license === "Unlicense", `${name} has a text`);
      assert.ok(licensesText().includes(`== ${name} `), name);
    }
  },
});

Deno.test("lockedPackages() follows what the program imports, and what that needs", () => {
  const locked = { "a@1.0.0": { dependencies: ["@x/b"] }, "@x/b@2.0.0_c@1.0.0": {}, "c@1.0.0": {} };
  assert.deepEqual(lockedPackages(locked, new Set(["a"])), [
    { name: "a", version: "1.0.0", isInProgram: true },
    { name: "@x/b", version: "2.0.0", isInProgram: true },
    { name: "c", version: "1.0.0", isInProgram: false },
  ]);
  assert.throws(() => lockedPackages(locked, new Set(["d"])), /d is not locked/);
});

Deno.test("importedPackages() finds static and dynamic imports, of parts of packages too", () => {
  const sources = [
    'import x from "@x/b/part.js";',
    'await import("a")',
    'from "./c"',
    'from "node:c"',
  ];
  assert.deepEqual(
    importedPackages(sources, ["@x/b", "a", "c", "@x"]),
    new Set(["@x/b", "a", "@x"]),
  );
});

Deno.test("noticeOf() keeps every line of a licence that is not shared, and shared ones once", () => {
  const mit = (holder: string): string =>
    `MIT License\n\n${holder}\n\nPermission is hereby\ngranted, …\nDEALINGS IN THE\nSOFTWARE.\n\nMore\n`;
  const common = { version: "1", license: "MIT", isInProgram: true };
  const text = noticeOf([
    { name: "a", ...common, text: mit("Copyright (c) 2020 A") },
    { name: "b", ...common, text: mit("Copyright (c) 2021 B\nCopyright (c) 2022 C") },
    { name: "c", ...common, license: "ISC", text: "Copyright D\n\nOther words\n" },
    { name: "d", ...common, license: "Unlicense", text: "" },
  ]);
  assert.equal(
    text,
    "== a 1 (MIT)\n\nCopyright (c) 2020 A\n\nMore\n\n" +
      "== b 1 (MIT)\n\nCopyright (c) 2021 B\nCopyright (c) 2022 C\n\nMore\n\n" +
      "== c 1 (ISC)\n\nCopyright D\n\nOther words\n\n== d 1 (Unlicense)\n\n" +
      "== The MIT licence\n\nPermission is hereby\ngranted, …\nDEALINGS IN THE\nSOFTWARE.",
  );
});
