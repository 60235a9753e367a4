/**
 * The project's words: the standard terms of its field, one for each thing.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { filesBelow, readSource } from "./source_files.ts";

/** What must not be written any more, and what is written instead. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/\bbeats?\b|\bBeats\b|[a-z]Beats?\b/, "heartbeat"],
  [/\bJudge\b|\bjudge\.ts/, "failure detector"],
  [/\bMonitor\b|\bmonitoredMax\b/, "prober, observer"],
  [/\b[Rr]oster\b/, "member list"],
  [/\bOwnHealth\b/, "local health"],
  [/\bAllowance\b/, "token bucket"],
  [/\bBackOff\b|\bbackOff\b/, "backoff"],
  [/\bIntroductions\b/, "unverified queue"],
  [/\bOddit(y|ies)\b|\boddit(y|ies)\b/, "foreign entry"],
  [/\bBoundedCalls\b/, "timed calls"],
  [/\bmintCookie\b/, "getOrCreateCookie"],
  [/\bAbilities\b|\babilities\b/, "capabilities"],
  [/\bDoor\b|\bGuests?\b|\bguests?\b|\bknock/, "listener, pending connection, initiate"],
  [/\b[Vv]isitors?\b/, "client"],
  [/\bturned away\b|\bturnedAway\b/, "rejected"],
  [/\b[a-zA-Z]*Desk\b|\bReception\b/, "effects, request handler"],
  [/\bsealAndHash\b|\bopenAndHash\b/, "encryptAndHash, decryptAndHash"],
  [/\bOwnWords\b/, "command arguments"],
  [
    /\btether\b|\btorment\b|\bCrowd\b|\blonelyCall\b/,
    "parent watch, kill periodically, process group",
  ],
  [/[a-z](Most|Least)(Ms|Bytes)?\b/, "max, min"],
];

/** The words of the line that are refused. */
function faultsIn(line: string): string[] {
  return refused.filter(([old]) => old.test(line)).map(([old, now]) =>
    `${old.exec(line)?.[0]}: say ${now}`
  );
}

/** Texts of a source file that can be shown to somebody: its string literals, without comments. */
function literalsIn(source: string): string[] {
  const comment = /\/\*[\s\S]*?\*\/|\/\/.*/;
  const literal = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/;
  return [...source.matchAll(new RegExp(`${comment.source}|(${literal.source})`, "g"))]
    .flatMap(([, text]) => text ?? []);
}

/** An option or a command as it is written in a terminal, but for those of other programs. */
const commandWord = /(?<!docker run |[\w-])--[a-z]|\bclusternode [a-z]/;

Deno.test("literalsIn() finds options in texts, and neither in comments nor in code", () => {
  const source = '/* "--a" */ x = `say --b "${--count}"`; // "--c"\ny = "--d \\" --e"; --count;';
  assert.deepEqual(literalsIn(source), ['`say --b "${--count}"`', '"--d \\" --e"']);
});

Deno.test({
  ...needing("what a library shows speaks of no flags and commands: only lib/cli does", "read"),
  fn() {
    // Flags are declared in the table of options; doctor and simulate are commands. What looks like
    // a flag in the page is a property of its style.
    const shell =
      /^lib\/(cli|doctor|http\/page|report\/words|simulation|options\/option_table(_\w+)?\.ts)/;
    const files = filesBelow("lib").filter((path) => !shell.test(path));
    const faults = files.filter((path) => path.endsWith(".ts")).flatMap((path) =>
      literalsIn(readSource(path)).filter((text) => commandWord.test(text))
        .map((text) => `${path}: ${text}`)
    );
    assert.deepEqual(faults, []);
  },
});

Deno.test("faultsIn() finds an old word, and lets the new ones pass", () => {
  assert.deepEqual(faultsIn("the beat of its row"), ["beat: say heartbeat"]);
  assert.deepEqual(faultsIn("pauseMostMs"), ["eMostMs: say max, min"]);
  assert.deepEqual(faultsIn("its heartbeat, the member list, at most ten"), []);
});

Deno.test({
  ...needing("the program and its documents use the terms of the field", "read"),
  fn() {
    const files = [
      ...["README.md", ".github/CONTRIBUTING.md", "main.ts"],
      ...[...filesBelow("lib"), ...filesBelow("docs")].filter((path) => /\.(ts|md)$/.test(path)),
    ];
    const faults = files.flatMap((path) =>
      readSource(path).split("\n").flatMap((line, index) =>
        faultsIn(line).map((fault) => `${path}:${index + 1} ${fault}`)
      )
    );
    assert.ok(faults.length === 0, faults.join("\n"));
  },
});
