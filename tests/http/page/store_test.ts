/** What the page knows, from what a node tells. */
import assert from "node:assert/strict";
import { membersOf, nodeOf } from "../../../lib/http/api/reports.ts";
import { pastMembers } from "../../../lib/http/page/state/past.ts";
import { Store } from "../../../lib/http/page/state/store.ts";
import { eventReport } from "../../../lib/report/event_report.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { fixture, node } from "../fixtures.ts";

function opened(state: "five" | "one-dead" = "five") {
  const shown = fixture(state);
  const clock = new ManualClock();
  const store = new Store(clock);
  const tell = (event: string, report: unknown): void =>
    store.apply({ event, data: JSON.stringify(report) });
  tell("node", nodeOf(shown.source, false));
  tell("members", membersOf(shown.source));
  return { shown, clock, store, tell };
}

Deno.test("Store.apply() lists the members by name, and lets their durations go on", () => {
  const { shown, store, clock } = opened();
  assert.deepEqual(store.list.value.map(({ name }) => store.label.value(name)), [
    ...["n1", "n2", "n3", "n4", "n5"],
  ]);
  const [first] = store.list.value;
  assert.ok(first !== undefined);
  assert.equal(store.wallTime.value, shown.source.now());
  assert.equal(store.wallTime.value - first.since, first.forMs);
  clock.pass(3000);
  store.tick();
  assert.equal(store.wallTime.value - first.since, first.forMs + 3000);
});

Deno.test("Store.setTime() follows a time that passes faster than that of the page", () => {
  const { store, clock } = opened();
  store.setTime("2026-03-10T09:00:00.000Z", 10);
  clock.pass(2000);
  store.tick();
  assert.equal(new Date(store.wallTime.value).toISOString(), "2026-03-10T09:00:20.000Z");
});

Deno.test("Store.apply() keeps the members that have not changed as they are", () => {
  const { store, tell } = opened();
  const before = store.list.value;
  const [first, second] = before;
  assert.ok(first !== undefined && second !== undefined);
  tell("member", { ...first, status: "suspect" });
  tell("gone", { schema: "gone.v1", name: second.name });
  const names = store.list.value.map(({ name }) => store.label.value(name));
  assert.deepEqual(names, ["n1", "n3", "n4", "n5"]);
  assert.equal(store.list.value[0]?.status, "suspect");
  assert.equal(store.list.value[1], before[2]);
});

Deno.test("Store.apply() asks for the history anew after a gap, and of another run of the node", () => {
  const { shown, store, tell } = opened();
  assert.equal(store.historyBreaks.value, 0);
  tell("gap", { schema: "gap.v1", message: "7 changes are no longer kept", missingCount: 7 });
  assert.equal(store.historyBreaks.value, 1);
  tell("node", nodeOf(shown.source, false));
  assert.equal(store.historyBreaks.value, 1);
  tell("node", { ...nodeOf(shown.source, false), instance: "f".repeat(32) });
  assert.equal(store.historyBreaks.value, 2);
});

Deno.test("Store.apply() leaves out what it does not understand", () => {
  const { store } = opened();
  store.apply({ event: "members", data: "{" });
  store.apply({ event: "later", data: "{}" });
  assert.equal(store.list.value.length, 5);
});

Deno.test("Store.setHistory() keeps what came after the last that the node remembers", () => {
  const { store, tell } = opened();
  const change = (second: number, name: string) => ({
    ...{ time: `2026-03-10T09:00:0${second}.000Z`, event: "failed" as const, name },
    ...{ agoMs: 0, incarnation: 0, reason: "", status: "down" as const, sequence: second },
  });
  for (const second of [1, 2, 3]) tell("change", change(second, "n3@h"));
  assert.equal(store.changeCount.value, 3);
  store.setHistory({
    ...{ schema: "history.v1", time: "2026-03-10T09:00:02.500Z", asked: "n1@h", cluster: "c" },
    since: "2026-03-10T08:00:00.000Z",
    entries: [change(0, "n2@h"), change(2, "n3@h")],
  });
  assert.deepEqual(store.happenings.value.map(({ sequence }) => sequence), [0, 2, 3]);
});

Deno.test("pastMembers() shows members as they were, and leaves out those that were not there", () => {
  const { shown, store, tell } = opened("one-dead");
  const { source } = shown;
  const now = source.now();
  const { cluster } = source;
  for (const change of source.changes(0).changes) {
    const seen = { ...change, agoMs: now - change.time, seenBy: [source.name] };
    tell("change", eventReport(seen, { cluster, now }));
  }
  const dead = node(shown, 3).core.name;
  const statusesAt = (at: number): Record<string, string> =>
    Object.fromEntries(
      pastMembers(store.list.value, store.happenings.value, at)
        .map(({ name, status }) => [name, status]),
    );
  assert.equal(statusesAt(now)[dead], "down");
  assert.equal(statusesAt(now - 46_000)[dead], "alive");
  const failed = store.happenings.value.findLast(({ name }) => name === dead);
  assert.ok(failed !== undefined);
  const past = pastMembers(store.list.value, store.happenings.value, now);
  assert.equal(past.find(({ name }) => name === dead)?.since, Date.parse(failed.time));
  assert.equal(statusesAt(source.startedAt - 1)[dead], undefined);
});
