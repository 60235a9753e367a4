import assert from "node:assert/strict";
import { type Entry, stateAt } from "../../../lib/http/page/draw/history_state.ts";
import { gapsOf, lanesOf, spanAt } from "../../../lib/http/page/draw/timeline/lanes.ts";
import { findingsAt, linksOf } from "../../../lib/http/page/draw/history_links.ts";
import { clockText, timeTicks } from "../../../lib/http/page/draw/timeline/time_axis.ts";

const start = Date.parse("2026-03-01T12:00:00.000Z");

function entry(seconds: number, event: string, name: string, more: Partial<Entry> = {}): Entry {
  const time = new Date(start + seconds * 1000).toISOString();
  return { time, event, name, reason: `${event} then`, ...more };
}

function at(entries: readonly Entry[], seconds: number, name = "n3"): string {
  const { status, linkWorks } = stateAt(entries, start + seconds * 1000).get(name) ?? {};
  return `${status}${linkWorks === false ? " not reached" : ""}`;
}

const failure = [
  entry(10, "suspected", "n3"),
  entry(12, "failed", "n3", { status: "unreachable" }),
  entry(20, "returned", "n3"),
];

Deno.test("stateAt() tells what an entry made of a member, from its very millisecond on", () => {
  assert.equal(at(failure, 10), "suspect");
  assert.equal(at(failure, 11.999), "suspect");
  assert.equal(at(failure, 12), "unreachable");
  assert.equal(at(failure, 19.999), "unreachable");
  assert.equal(at(failure, 20), "alive");
  assert.equal(at(failure, 1e6), "alive");
});

Deno.test("stateAt() tells how a member was before the first entry about it", () => {
  assert.equal(at(failure, 9.999), "alive");
  const before: Readonly<Record<string, string>> = {
    "joined": "absent",
    "returned": "down",
    "failed": "alive",
    "replaced": "alive",
    "left": "alive",
    "forgotten": "down",
    "suspected": "alive",
    "cleared": "suspect",
    "link-bad": "alive",
    "link-mended": "alive not reached",
  };
  for (const [event, state] of Object.entries(before)) {
    assert.equal(at([entry(5, "service", "n3"), entry(10, event, "n3")], 0), state, event);
  }
});

Deno.test("stateAt() takes a failure without a status for down, and one who left for absent", () => {
  assert.equal(at([entry(1, "failed", "n3")], 1), "down");
  assert.equal(at([entry(1, "left", "n3")], 1), "absent");
  assert.equal(at([entry(1, "forgotten", "n3")], 1), "absent");
});

Deno.test("stateAt() tells a bad link from a bad member", () => {
  const entries = [entry(1, "link-bad", "n3"), entry(2, "link-mended", "n3")];
  assert.equal(at(entries, 1), "alive not reached");
  assert.equal(at(entries, 2), "alive");
});

Deno.test("stateAt() says nothing of members that the entries do not speak of", () => {
  assert.deepEqual([...stateAt([], start).keys()], []);
  assert.deepEqual([...stateAt(failure, start).keys()], ["n3"]);
});

Deno.test("stateAt() knows nothing of the time in which the node that tells did not run", () => {
  const entries = [
    entry(1, "joined", "n3"),
    entry(10, "stopped", "n1"),
    entry(20, "started", "n1"),
    entry(21, "joined", "n3"),
  ];
  assert.equal(at(entries, 9), "alive");
  assert.equal(at(entries, 10), "unknown");
  assert.equal(at(entries, 20), "unknown");
  assert.equal(at(entries, 21), "alive");
  const range = { from: start, to: start + 30_000 };
  const gap = { from: start + 10_000, to: start + 20_000 };
  assert.deepEqual(gapsOf(entries, range), [gap]);
  const torn = entries.filter(({ event }) => event !== "stopped");
  assert.deepEqual(gapsOf(torn, range), [{ ...gap, from: start + 1000 }]);
  assert.deepEqual(gapsOf(entries.slice(2), range), [{ ...gap, from: start }]);
  assert.deepEqual(gapsOf(entries, { from: start + 25_000, to: start + 30_000 }), []);
});

Deno.test("stateAt() keeps the order of what happened in the same millisecond", () => {
  const entries = [
    entry(1, "started", "n1"),
    entry(1, "joined", "n3"),
    entry(9, "failed", "n3"),
    entry(20, "joined", "n4"),
    entry(20, "crashed", "n1"),
    entry(20, "started", "n1"),
    entry(20, "joined", "n3"),
  ];
  assert.equal(at(entries, 0), "unknown");
  assert.equal(at(entries, 5), "alive");
  assert.equal(at(entries, 9), "down");
  assert.equal(at(entries, 20), "alive");
  assert.equal(at(entries, 20, "n4"), "unknown");
  const range = { from: start, to: start + 30_000 };
  const n3 = lanesOf(entries, [member("n3")], range).find(({ name }) => name === "n3");
  const looks = n3?.spans.map(({ look }) => look);
  assert.deepEqual(looks, ["unknown", "alive", "down", "alive"]);
});

Deno.test("stateAt() knows of the node that tells when it ran", () => {
  const entries = [
    entry(5, "started", "n1"),
    entry(10, "crashed", "n1"),
    entry(20, "started", "n1"),
    { ...entry(25, "links-changed", ""), reason: "" },
  ];
  assert.equal(at(entries, 6, "n1"), "alive");
  assert.equal(at(entries, 11, "n1"), "absent");
  assert.equal(at(entries, 20, "n1"), "alive");
  assert.deepEqual([...stateAt(entries, start).keys()], ["n1"]);
});

Deno.test("lanesOf() takes a member of which the present run tells nothing for what it is", () => {
  const entries = [
    entry(1, "joined", "n3"),
    entry(10, "stopped", "n1"),
    entry(20, "started", "n1"),
  ];
  const range = { from: start, to: start + 30_000 };
  const [, n3, n4] = lanesOf(entries, [member("n1"), member("n3", "down"), member("n4")], range);
  assert.deepEqual(n3?.spans.map(({ look }) => look), ["absent", "alive", "unknown", "down"]);
  assert.deepEqual(n4?.spans.map(({ look }) => look), ["alive", "unknown", "alive"]);
});

function member(name: string, status: "alive" | "down" = "alive") {
  return { name, tags: [], status, linkWorks: true };
}

Deno.test("lanesOf() fills the range of every member without holes, in the order of the ring", () => {
  const range = { from: start + 11_000, to: start + 30_000 };
  const lanes = lanesOf(
    [...failure, entry(25, "left", "n10")],
    [member("n2", "down"), member("n3")],
    range,
  );
  assert.deepEqual(lanes.map(({ name }) => name), ["n2", "n3", "n10"]);
  for (const { spans } of lanes) {
    assert.equal(spans[0]?.from, range.from);
    assert.equal(spans.at(-1)?.to, range.to);
    for (const [index, { from, to }] of spans.entries()) {
      assert.ok(to > from);
      assert.equal(from, spans[index - 1]?.to ?? range.from);
    }
  }
  assert.deepEqual(lanes.map(({ spans }) => spans.map(({ look }) => look)), [
    ["down"],
    ["suspect", "unreachable", "alive"],
    ["alive", "absent"],
  ]);
  assert.deepEqual(lanes.map(({ hasChanges }) => hasChanges), [false, true, true]);
});

Deno.test("lanesOf() shows what changes no state as a mark", () => {
  const entries = [
    entry(5, "replaced", "n3"),
    entry(6, "service", "n3"),
    entry(40, "service", "n3"),
  ];
  const [lane] = lanesOf(entries, [member("n3")], { from: start, to: start + 30_000 });
  assert.deepEqual(lane?.spans.map(({ look }) => look), ["alive"]);
  assert.deepEqual(lane?.marks.map(({ event }) => event), ["replaced", "service"]);
  assert.equal(lane?.hasChanges, true);
});

Deno.test("spanAt() finds the span of a moment, at its edges too", () => {
  const [lane] = lanesOf(failure, [member("n3")], { from: start, to: start + 30_000 });
  assert.ok(lane);
  const look = (seconds: number) => spanAt(lane, start + seconds * 1000)?.look;
  assert.deepEqual([-5, 0, 9.999, 10, 12, 20, 99].map(look), [
    ...["alive", "alive", "alive"],
    ...["suspect", "unreachable", "alive", "alive"],
  ]);
});

Deno.test("timeTicks() are round by the local clock, and not too many", () => {
  const offset = 3_600_000;
  const ticks = timeTicks({ from: start - 1, to: start + 3_600_000 }, 6, offset);
  assert.deepEqual(ticks.map(({ text }) => text), ["13:00", "13:15", "13:30", "13:45", "14:00"]);
  for (const span of [1000, 60_000, 3_600_000, 86_400_000, 1e10]) {
    const shown = timeTicks({ from: start, to: start + span }, 6, 0);
    assert.ok(shown.length >= 1 && shown.length <= 7, `${span}: ${shown.length}`);
  }
});

Deno.test("clockText() shows the day at midnight", () => {
  assert.equal(clockText(Date.parse("2026-03-02T00:00:00Z"), 0, false), "03-02");
  assert.equal(clockText(Date.parse("2026-03-01T23:00:00Z"), 3_600_000, false), "03-02");
  assert.equal(clockText(start + 7000, 0, true), "12:00:07");
});

Deno.test("lanesOf() does not count it as a change that a node came to know a member", () => {
  const range = { from: start, to: start + 300_000 };
  const entries = [
    entry(1, "started", "n1"),
    entry(2, "joined", "n3"),
    entry(200, "joined", "n4"),
    entry(250, "stopped", "n1"),
    entry(260, "started", "n1"),
    entry(261, "joined", "n3"),
  ];
  const lanes = lanesOf(entries, [member("n3"), member("n4")], range);
  assert.deepEqual(lanes.map(({ name, hasChanges }) => [name, hasChanges]), [
    ["n1", false],
    ["n3", false],
    ["n4", true],
  ]);
});

Deno.test("findingsAt() tells what was wrong with links then, and nothing beyond a run", () => {
  const message = "n1 → n2 fails";
  const findings = [{
    finding: "one-way",
    message,
    from: "n1",
    to: "n2",
    result: "silent",
  }] as const;
  const entries = [
    { ...entry(5, "links-changed", ""), findings },
    { ...entry(10, "links-changed", ""), findings: [] },
    { ...entry(15, "links-changed", ""), findings },
    entry(20, "stopped", "n1"),
  ];
  const seconds = [4, 5, 9, 10, 15, 19, 20];
  assert.deepEqual(
    seconds.map((second) => findingsAt(entries, start + second * 1000).length),
    [0, 1, 1, 0, 1, 1, 0],
  );
});

Deno.test("linksOf() makes of findings the links that they tell of", () => {
  const made = (finding: Record<string, unknown>): string[] =>
    linksOf([{ message: "", ...finding } as never], ["a", "b", "c"]).map(({ from, to, result }) =>
      `${from} ${to} ${result}`
    );
  assert.deepEqual(made({ finding: "one-way", from: "a", to: "b", result: "silent" }), [
    "a b silent",
    "b a pong",
  ]);
  assert.deepEqual(made({ finding: "broken", from: "a", to: "b", result: "reset" }), [
    "a b reset",
    "b a reset",
  ]);
  assert.deepEqual(made({ finding: "no-report", name: "c", reachedBy: ["a"], missedBy: ["b"] }), [
    "b c no-answer",
    "a c pong",
  ]);
  assert.deepEqual(made({ finding: "alone", name: "c" }).length, 4);
  assert.deepEqual(made({ finding: "one-peer", name: "c", peer: "a" }), [
    ...["a c pong", "c a pong", "b c no-answer", "c b no-answer"],
  ]);
  assert.deepEqual(made({ finding: "split", groups: [{ names: ["a"] }, { names: ["b", "c"] }] }), [
    ...["a b no-answer", "b a no-answer", "a c no-answer", "c a no-answer"],
  ]);
});
