import { deepEqual, equal, ok } from "node:assert/strict";
import { HistoryMemory, pageMax, partMax, standingMax } from "../../lib/history/history_memory.ts";
import { changeOf, instanceOf, n1, nameOf, remembered, shortly } from "./support.ts";

const started = { kind: "started", name: n1, cluster: "default", software: "s" } as const;

/** The present of the first run. */
function at(now: number) {
  return { run: instanceOf(1), at: now, time: now };
}

function joined(number: number, when: number) {
  return remembered(1, when, when, changeOf(number, when));
}

Deno.test("part() tells what is young enough, and what held before", () => {
  const memory = new HistoryMemory(100_000);
  memory.add(remembered(1, 0, 0, started));
  memory.add(joined(2, 10));
  memory.add(joined(3, 20));
  memory.add(remembered(1, 30, 30, changeOf(2, 30, { kind: "failed", status: "down" })));
  memory.add(remembered(1, 40, 40, changeOf(3, 40, { kind: "left" })));
  memory.add(joined(4, 50));
  const part = memory.part(30, at(80));
  deepEqual(shortly(part), ["80 started n1", "50 failed n2", "30 joined n4"]);
  equal(part.reachMs, 30);
  equal(memory.part(1_000_000, at(80)).reachMs, 80);
});

Deno.test("part() forgets at each start what the run before knew", () => {
  const memory = new HistoryMemory(100_000);
  const findings = [{ kind: "alone", name: nameOf(2) }] as const;
  memory.add(remembered(1, 0, 0, started));
  memory.add(joined(2, 10));
  memory.add(remembered(1, 20, 20, { kind: "links-changed", findings }));
  deepEqual(shortly(memory.part(10, at(50))), [
    "50 started n1",
    "40 joined n2",
    "30 links-changed 1",
  ]);
  memory.add(remembered(1, 60, 60, started));
  deepEqual(shortly(memory.part(10, at(100))), ["40 started n1"]);
});

Deno.test("part() forgets bad links that are mended", () => {
  const memory = new HistoryMemory(100_000);
  const alone = { kind: "alone", name: nameOf(2) } as const;
  memory.add(remembered(1, 0, 0, { kind: "links-changed", findings: [alone] }));
  memory.add(remembered(1, 10, 10, { kind: "links-changed", findings: [] }));
  deepEqual(memory.part(1, at(50)).entries, []);
});

Deno.test("HistoryMemory stays within its bytes and knows what held before what it dropped", () => {
  const memory = new HistoryMemory(100_000);
  memory.add(remembered(1, 0, 0, started));
  for (let number = 1; number <= 100_000; number++) memory.add(joined(number % 7, number));
  const part = memory.part(Infinity, at(100_000));
  // A line takes about 270 bytes.
  ok(part.entries.length < 400, `${part.entries.length} entries`);
  ok(part.entries.length > 250, `${part.entries.length} entries`);
  ok(part.reachMs < 400);
  const [first, ...others] = shortly(part);
  equal(first, "100000 started n1");
  // Each of the seven is known at the beginning of what is left.
  deepEqual(
    others.slice(0, 7).map((entry) => entry.split(" ")[2]).toSorted(),
    ["n0", "n1", "n2", "n3", "n4", "n5", "n6"],
  );
  deepEqual(memory.standing().length, 8);
});

Deno.test("HistoryMemory stays small however many members there were", () => {
  const memory = new HistoryMemory(100_000);
  for (let number = 0; number < standingMax + 5000; number++) memory.add(joined(number, number));
  const all = memory.standing();
  equal(all.length, standingMax);
  equal(all.at(-1)?.at, standingMax + 4999);
  ok(memory.part(Infinity, at(20_000)).entries.length < standingMax + 500);
});

Deno.test("part() tells the newest of too much, and how far back they reach", () => {
  const memory = new HistoryMemory(10_000_000);
  for (let number = 1; number <= partMax + 10; number++) memory.add(joined(3, number));
  const part = memory.part(Infinity, at(partMax + 10));
  equal(part.entries.length, partMax + 1);
  equal(shortly(part)[0], `${partMax} joined n3`);
  equal(part.reachMs, partMax - 1);
});

Deno.test("page() goes on where the page before has ended, and skips what was dropped meanwhile", () => {
  const memory = new HistoryMemory(1_000_000);
  for (let number = 0; number < pageMax + 3; number++) memory.add(joined(number, number));
  const now = at(pageMax + 3);
  const page = memory.page(Infinity, undefined, now);
  deepEqual([page.entries.length, page.first, page.end], [pageMax, 0, pageMax + 3]);
  const rest = memory.page(Infinity, pageMax, now);
  deepEqual(shortly(rest), [
    `3 joined n${pageMax}`,
    `2 joined n${pageMax + 1}`,
    `1 joined n${pageMax + 2}`,
  ]);
  equal(rest.first, pageMax);
  const young = memory.page(2, undefined, now);
  deepEqual(shortly(young), shortly(rest).slice(1));
  deepEqual([young.first, young.end, young.reachMs], [pageMax + 1, pageMax + 3, 2]);
  for (let number = 0; number < 5000; number++) memory.add(joined(number, pageMax + 3));
  const later = memory.page(Infinity, pageMax, now);
  ok(later.first > pageMax && later.entries.length > 0);
  equal(later.first, memory.page(Infinity, 0, now).first, "nothing that is left is skipped");
});
