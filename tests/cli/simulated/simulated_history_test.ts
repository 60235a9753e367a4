/**
 * A simulated cluster remembers as a real node does, so that the page can go back in it.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { after, fixture, node } from "../../http/fixtures.ts";
import type { HistoryEntry } from "../../../lib/core/explain/history.ts";

function kinds(entries: readonly HistoryEntry[]): string[] {
  return entries.map(({ event }) => event.kind);
}

Deno.test("SimulatedSource.history() begins with the start of the simulation, in virtual time", () => {
  const five = fixture("five");
  const { entries } = five.source.history(Infinity);
  equal(kinds(entries)[0], "started");
  equal(kinds(entries).filter((kind) => kind === "joined").length, 4);
  five.cluster.kill(node(five, 3));
  after(five, 10_000);
  const later = five.source.history(10_000);
  ok(
    later.entries.some(({ event, agoMs }) =>
      event.kind === "failed" && event.name === node(five, 3).core.name && agoMs < 10_000
    ),
  );
  // All had joined before that time.
  equal(kinds(later.entries).filter((kind) => kind === "joined").length, 4);
  equal(later.reachMs, 10_000);
});

Deno.test("SimulatedSource.history() tells what was wrong with links while they were looked at", async () => {
  const five = fixture("one-dead");
  for (let look = 0; look < 3; look++) await five.source.links();
  const told = five.source.history(Infinity).entries.flatMap(({ event }) =>
    event.kind === "links-changed" ? event.findings.map(({ kind }) => kind) : []
  );
  deepEqual(told, ["no-report"]);
});
