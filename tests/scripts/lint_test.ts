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
