/**
 * The lint rules of this project, on code that breaks them and on code that does not.
 *
 * @module
 */
import assert from "node:assert/strict";
import house, { isBound } from "../../scripts/lint/house.ts";

/** Rule and first line of what it found, of each fault in `source`. */
function faults(source: string, fileName = "lib/node/node.ts"): string[] {
  return Deno.lint.runPlugin(house, fileName, source).map(({ id, range }) =>
    `${id}: ${source.slice(...range).split("\n")[0]}`
  );
}

const rule = "house/time-and-chance-are-arguments";

Deno.test("time-and-chance-are-arguments refuses what reads a clock, waits or rolls dice", () => {
  const wrong = [
    ["Date.now()", "Date.now"],
    ["const read = Date.now;", "Date.now"],
    ["Date()", "Date"],
    ["new Date()", "new Date()"],
    ["Math.random()", "Math.random"],
    ["performance.now()", "performance.now"],
    ["setTimeout(f, 1)", "setTimeout"],
    ["globalThis.setInterval(f, 1)", "globalThis.setInterval"],
    ["crypto.randomUUID()", "crypto.randomUUID"],
    ["Temporal.Now.instant()", "Temporal.Now"],
  ] as const;
  for (const [source, found] of wrong) assert.deepEqual(faults(source), [`${rule}: ${found}`]);
});

Deno.test("time-and-chance-are-arguments lets formatting, comments and texts pass", () => {
  const fine = [
    "new Date(wallTime).toISOString();",
    "// Date.now() and Math.random()",
    '"setTimeout(f, 1)";',
    "clock.now(); clock.after(1, f); random.below(2);",
    "options.setTimeout(1);",
  ];
  for (const source of fine) assert.deepEqual(faults(source), []);
});

Deno.test("isBound() is true for files of the library but the clock and the composition root", () => {
  assert.equal(isBound("/home/me/clusternode/lib/core/pulse.ts"), true);
  assert.equal(isBound("C:\\clusternode\\lib\\cli\\start.ts"), true);
  assert.equal(isBound("/home/me/clusternode/lib/clock.ts"), false);
  assert.equal(isBound("/home/me/clusternode/lib/start.ts"), false);
  assert.equal(isBound("/home/me/clusternode/tests/lib_test.ts"), false);
});

Deno.test("function-fits-a-screen refuses a function of 71 lines and lets one of 70 pass", () => {
  const long = (lines: number): string => `function f() {${"\n".repeat(lines - 1)}}`;
  assert.deepEqual(faults(long(71)), ["house/function-fits-a-screen: function f() {"]);
  assert.deepEqual(faults(long(70)), []);
});

Deno.test("using-needs-more-than-one-use refuses what the bundler would never close", () => {
  const found = ["house/using-needs-more-than-one-use: using a = f();"];
  assert.deepEqual(faults("function g() { using a = f(); return a.b; }"), found);
  assert.deepEqual(faults("function g() { using a = f(); h({ a }); a2(); }"), found);
  const asynchronous = "async function g() { await using a = await f(); return await a.b(x.a); }";
  assert.deepEqual(faults(asynchronous), [
    "house/using-needs-more-than-one-use: await using a = await f();",
  ]);
  const fine = [
    "function g() { using _a = f(); h(); }",
    "function g() { using a = f(); a.b(); a.c(); }",
    "function g() { using a = f(); h(); a.b(); }",
    "function g() { using a = f(); return h(() => a.b()); }",
    "function g() { using a = f(); while (a.b()); }",
    "function g() { const a = f(); return a.b; }",
  ];
  for (const source of fine) assert.deepEqual(faults(source), []);
  assert.deepEqual(faults("function g() { using a = f(); a.b(); }", "tests/a_test.ts"), []);
});
