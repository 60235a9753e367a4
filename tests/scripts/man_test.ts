/** The manual page: what is in it, and that no text in it is taken for a request of troff. */
import assert from "node:assert/strict";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import { optionEntries } from "../../lib/options/option_table.ts";
import { manPage } from "../../scripts/man.ts";
import { bold, escaped, example, folded, italic, prose } from "../../scripts/man/roff.ts";

const page = manPage("2026-03-01");
const lines = page.trimEnd().split("\n");

Deno.test("escaped() leaves nothing that troff would set otherwise", () => {
  assert.equal(
    escaped("a\\fB -o 'x' \"y\" `z` 10^6 ~/.a …"),
    [
      ...["a\\(rsfB", "\\-o", "\\(aqx\\(aq", "\\(dqy\\(dq", "\\(gaz\\(ga", "10\\(ha6", "\\(ti/.a"],
      "...",
    ].join(" "),
  );
});

Deno.test("escaped() refuses what plain ASCII cannot say", () => {
  assert.throws(() => escaped("5 µs"), /cannot show "µ" of "5 µs"/);
  assert.throws(() => escaped("a\nb"), RangeError);
});

Deno.test("prose() and example() begin no line with a request", () => {
  assert.equal(prose(".so /etc/passwd"), "\\&.so /etc/passwd");
  assert.equal(prose(`${"x".repeat(77)} .de a`), `${"x".repeat(77)}\n\\&.de a`);
  assert.equal(example([".sh", "'x"]), ".RS 4\n.EX\n\\&.sh\n\\(aqx\n.EE\n.RE");
});

Deno.test("prose() sets in bold what stands between backquotes", () => {
  assert.equal(prose("with `--a b`, c"), "with \\fB\\-\\-a b\\fR, c");
  assert.equal(bold("--a"), "\\fB\\-\\-a\\fR");
  assert.equal(italic("a|b"), "\\fIa|\\:b\\fR");
});

Deno.test("folded() gives lines of at most 78 characters, and loses no word", () => {
  const words = Array.from({ length: 90 }, (_, index) => "w".repeat(index % 17 + 1));
  const text = folded(words.join(" "));
  assert.deepEqual(text.split(/\s/), words);
  assert.ok(text.split("\n").every((line) => line.length <= 78), text);
});

Deno.test("manPage() has all sections, in the usual order", () => {
  assert.match(page, /\n\.TH CLUSTERNODE 1 2026-03-01 "clusternode [\d.]+" "User Commands"\n/);
  const sections = lines.flatMap((line) => /^\.SH (.*)/.exec(line)?.[1] ?? []);
  assert.deepEqual(sections, [
    ...["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "ENVIRONMENT", "FILES"],
    ...["EXIT STATUS", "EXAMPLES", "SEE ALSO"],
  ]);
});

Deno.test("manPage() has every command with its examples, and every option", () => {
  for (const [name, { examples, flags }] of commandEntries) {
    assert.ok(page.includes(`\n.TP\n${bold(name)}`), name);
    for (const line of examples) assert.ok(lines.includes(escaped(line)), line);
    for (const { flag } of Object.values(flags)) assert.ok(page.includes(bold(flag)), flag);
  }
  for (const [key, { flag, variable }] of optionEntries) {
    const row = lines.findIndex((line, at) =>
      lines[at - 1] === ".TP" && line.startsWith(bold(flag)) &&
      lines.slice(at, at + 12).join(" ").includes(`Variable: ${variable}`)
    );
    assert.ok(row > 0, `${key} has an entry`);
  }
});

Deno.test("manPage() is plain ASCII, and its lines with a full stop in front are macros of man", () => {
  assert.match(page, /^[\n\x20-\x7e]*$/);
  const macros = new Set(lines.flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? []));
  const known = ['\\"', "TH", "nh", "ad", "ss", "SH", "SS", "PP", "TP", "IP", "RS", "RE"];
  assert.deepEqual(
    [...macros].filter((name) => ![...known, "EX", "EE", "BR", "br"].includes(name)),
    [],
  );
});
