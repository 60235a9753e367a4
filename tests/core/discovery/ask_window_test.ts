/**
 * How many candidates are asked at a time.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AskWindow } from "../../../lib/core/discovery/ask_window.ts";
import { Candidate } from "../../../lib/core/members/candidate.ts";
import { claimOfRow } from "../../../lib/core/members/row_claim.ts";
import { rowOf } from "../lone_node.ts";

const candidates = Array.from(
  { length: 9 },
  (_, number) => new Candidate(claimOfRow(rowOf(number))),
);

/** Asks as many of them as it may at `now`; returns how many. */
function ask(window: AskWindow, from: readonly Candidate[], now: number): number {
  let asked = 0;
  for (const candidate of from) {
    if (window.opensAt(from.length) > now) break;
    window.asks(candidate);
    asked++;
  }
  return asked;
}

Deno.test("AskWindow lets as many be asked as it is made for, and after an answer waits for what it tells", () => {
  const window = new AskWindow(2);
  assert.equal(ask(window, candidates, 0), 2);
  assert.equal(window.opensAt(7), Infinity);
  window.ended(candidates[0] as Candidate, true, 10);
  assert.equal(window.opensAt(7), 160);
  window.ended(candidates[1] as Candidate, true, 100);
  assert.equal(window.opensAt(7), 160, "a second answer does not put it off");
  assert.equal(ask(window, candidates.slice(2), 160), 2);
  assert.equal(ask(new AskWindow(4), candidates, 0), 4);
});

Deno.test("AskWindow lets twice as many be asked each time one fails", () => {
  const window = new AskWindow(2);
  ask(window, candidates, 0);
  window.ended(candidates[0] as Candidate, false, 10);
  assert.equal(ask(window, candidates.slice(2), 10), 3);
  window.ended(candidates[7] as Candidate, true, 20);
  assert.equal(window.opensAt(1), Infinity, "the answer of one who was not asked first is no sign");
});

Deno.test("AskWindow is no bound where very many wait", () => {
  const window = new AskWindow(2);
  for (const candidate of candidates) window.asks(candidate);
  assert.ok(window.opensAt(65) < 0);
  assert.equal(window.opensAt(64), Infinity);
});
