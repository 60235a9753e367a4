import { equal, match } from "node:assert/strict";
import { fault, fine, warning } from "../../lib/doctor/finding.ts";
import { remedyFor } from "../../lib/doctor/remedies.ts";
import { findingsText, isWell, summary } from "../../lib/doctor/report.ts";

const findings = [
  fault("registry-write", "Cannot write: read-only", "Mount it for writing"),
  fine("registry", "It answers"),
  warning("rows", "x is no row", "Remove it"),
];

Deno.test("findingsText() puts faults last, and below them the summary", () => {
  equal(
    findingsText(findings, { color: false }),
    [
      "✔ ok       It answers",
      "! warning  x is no row",
      "             → Remove it",
      "✘ fault    Cannot write: read-only",
      "             → Mount it for writing",
      "",
      "1 fault, 1 warning, 1 ok",
      "",
    ].join("\n"),
  );
});

Deno.test("findingsText() colours the marks alone, and only when it may", () => {
  const text = findingsText(findings, { color: true });
  // deno-lint-ignore no-control-regex
  equal(text.replace(/\x1b\[\d+m/g, ""), findingsText(findings, { color: false }));
  equal(text.split("\n")[0], "\x1b[32m✔ ok     \x1b[0m  It answers");
});

Deno.test("summary() says so when all is well", () => {
  equal(summary([fine("registry", "It answers")]), "All is well: 1 ok");
  const two = [...findings, warning("rows", "y is no row", "Remove it")];
  equal(summary(two), "1 fault, 2 warnings, 1 ok");
});

Deno.test("isWell() forgives warnings and no faults", () => {
  equal(isWell(findings), false);
  equal(isWell(findings.slice(1)), true);
  equal(isWell([]), true);
});

Deno.test("remedyFor() knows the words in which storage says no", () => {
  equal(remedyFor("Cannot write x: Read-only file system"), "Mount it for writing");
  equal(remedyFor("Cannot write x: No space left on device"), "Free some space there");
  match(remedyFor("Cannot write x: Permission denied"), /as the same user/);
  match(remedyFor("Cannot list x: no answer within 2000 ms"), /try again/);
  match(remedyFor("something never seen"), /See whether the storage works/);
});
