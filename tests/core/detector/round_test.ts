/**
 * Who has the next turn of a round.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Round } from "../../../lib/core/detector/round.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import { recordOf } from "../records.ts";

const all = Array.from({ length: 50 }, (_, index) => recordOf(index + 1));
const anyone = (_: MemberRecord): boolean => true;

function names(round: Round, members: readonly MemberRecord[], mayHaveTurn = anyone): string[] {
  const found: string[] = [];
  for (let next = round.next(members, mayHaveTurn); next !== undefined;) {
    found.push(next.name);
    assert.ok(found.length <= members.length, "more turns than members");
    next = round.next(members, mayHaveTurn);
  }
  return found;
}

Deno.test("Round.next() gives each one turn, then none, then each one again in another order", () => {
  const round = new Round(seededRandom(1));
  const [first, second] = [names(round, all), names(round, all.toReversed())];
  const expected = all.map(({ name }) => name).sort();
  assert.deepEqual([first.toSorted(), second.toSorted()], [expected, expected]);
  assert.notDeepEqual(first, second);
  assert.notDeepEqual(first, names(new Round(seededRandom(2)), all));
});

Deno.test("Round.next() goes on among those that are there, whoever has come or gone", () => {
  const round = new Round(seededRandom(3));
  const begun = Array.from({ length: 10 }, () => round.next(all.slice(0, 40), anyone)?.name);
  const rest = names(round, all.slice(5));
  assert.equal(new Set([...begun, ...rest]).size, begun.length + rest.length, "none twice");
  const stayed = all.slice(5, 40).map(({ name }) => name);
  assert.deepEqual(stayed.filter((name) => ![...begun, ...rest].includes(name)), []);
});

Deno.test("Round.next() passes over those that may have no turn, and ends where none may", () => {
  const round = new Round(seededRandom(4));
  const odd = all.filter((_, index) => index % 2 === 1);
  const mayHaveTurn = (record: MemberRecord): boolean => odd.includes(record);
  assert.equal(names(round, all, mayHaveTurn).length, odd.length);
  assert.equal(round.next(all, () => false), undefined);
  assert.equal(round.next([], anyone), undefined);
});

Deno.test("Round.next() gives both of two whose hashes are equal their turn", () => {
  const round = new Round(seededRandom(5));
  const twins = all.slice(0, 3).map((record) => ({ ...record, instanceHash: 7 }));
  assert.equal(new Set(names(round, twins)).size, 3);
});
