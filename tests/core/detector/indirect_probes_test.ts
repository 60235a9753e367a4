/**
 * Whom a node asks to try a member in its place, and when it has its answer.
 *
 * @module
 */
import assert from "node:assert/strict";
import { IndirectProbes } from "../../../lib/core/detector/indirect_probes.ts";
import { nameOf } from "../records.ts";
import { View } from "../view.ts";

Deno.test("IndirectProbes.ask() asks three members that answer, and not the one in doubt", () => {
  const view = new View(8);
  for (const number of [1, 2, 3]) view.breakLink(number, "silent", 100);
  view.links.forget(nameOf(4));
  const questions = new IndirectProbes(view).ask(view.member(1), 100);
  const helpers = questions.map(({ helper }) => helper.name);
  assert.equal(new Set(helpers).size, 3);
  const able = [5, 6, 7, 8].map(nameOf);
  assert.ok(helpers.every((name) => able.includes(name)), `${helpers}`);
  assert.ok(questions.every(({ subject }) => subject.name === nameOf(1)));
  assert.equal(new Set(questions.map(({ probe }) => probe)).size, 3, "numbers differ");
});

Deno.test("IndirectProbes.ask() asks nobody where nobody answers", () => {
  const view = new View(2);
  for (const number of [1, 2]) view.breakLink(number, "silent", 100);
  const probes = new IndirectProbes(view);
  assert.deepEqual(probes.ask(view.member(1), 100), []);
  assert.ok(!probes.isAsking(nameOf(1), 100));
});

Deno.test("IndirectProbes.ask() gives helpers more time while this node is sick", () => {
  const view = new View(2);
  const { indirectTimeoutMs } = view.settings.timings;
  const probes = new IndirectProbes(view);
  assert.equal(probes.ask(view.member(1), 0)[0]?.timeoutMs, indirectTimeoutMs);
  assert.ok(probes.isAsking(nameOf(1), 2 * indirectTimeoutMs - 1));
  assert.ok(!probes.isAsking(nameOf(1), 2 * indirectTimeoutMs));
  view.health.worsen(2, 0);
  assert.equal(probes.ask(view.member(1), 0)[0]?.timeoutMs, 3 * indirectTimeoutMs);
});

Deno.test("IndirectProbes.ended() knows when one helper reaches it, or when the last does not", () => {
  const view = new View(3);
  const probes = new IndirectProbes(view);
  const ask = (): number[] => probes.ask(view.member(1), 0).map(({ probe }) => probe);
  const [first = 0, second = 0] = ask();
  assert.equal(probes.ended(first, false), undefined);
  assert.deepEqual(probes.ended(second, undefined), { record: view.member(1), reached: false });
  const [third = 0, fourth = 0] = ask();
  assert.deepEqual(probes.ended(third, true), { record: view.member(1), reached: true });
  assert.equal(probes.ended(fourth, true), undefined, "nobody waits any more");
  const [fifth = 0] = ask();
  probes.cancel(nameOf(1));
  assert.equal(probes.ended(fifth, true), undefined);
});

Deno.test("IndirectProbes.ended() counts no answer to a question that was called off for the next", () => {
  const view = new View(4);
  const probes = new IndirectProbes(view);
  const ask = (): number[] => probes.ask(view.member(1), 0).map(({ probe }) => probe);
  const before = ask();
  probes.cancel(nameOf(1));
  const [first = 0, second = 0, third = 0] = ask();
  for (const late of before) assert.equal(probes.ended(late, undefined), undefined);
  assert.equal(probes.ended(first, undefined), undefined);
  assert.equal(probes.ended(second, undefined), undefined);
  assert.deepEqual(probes.ended(third, undefined), { record: view.member(1), reached: false });
});
