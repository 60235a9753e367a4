/**
 * What is worth a hint, and how often it is given.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import type { Clock } from "../../../lib/clock.ts";
import { Hint, tellChanges } from "../../../lib/registry/common/hint.ts";
import type { Listener } from "../../../lib/registry/common/hint.ts";
import { lastingOfRow, lastingOfText, OwnWrites } from "../../../lib/registry/common/news.ts";
import { StorageFault } from "../../../lib/registry/common/storage_fault.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { settle } from "../../support/waiting.ts";
import { rowOf } from "../rows.ts";

Deno.test("lastingOfText() is the same from heartbeat to heartbeat, in any order of the fields", () => {
  const before = rowOf("n1@h", 1, { activeAt: "2016-03-10T18:51:30.277Z" });
  const reversed = Object.fromEntries(Object.entries(rowOf("n1@h", 2)).reverse());
  assert.equal(lastingOfText(JSON.stringify(reversed)), lastingOfRow(before));
  assert.notEqual(lastingOfRow(rowOf("n1@h", 1, { tags: { a: "b" } })), lastingOfRow(before));
  for (const text of ["", "{", "null", "7", "[]"]) assert.doesNotThrow(() => lastingOfText(text));
  assert.notEqual(lastingOfText("7"), lastingOfText("8"));
});

Deno.test("OwnWrites.isNews() is false only for a heartbeat on top of an own write, whatever its pace", () => {
  const text = (heartbeat: number, changes = {}): string =>
    JSON.stringify(rowOf("n1@h", heartbeat, changes));
  const writes = new OwnWrites();
  assert.ok(writes.isNews("n1@h", text(1), undefined));
  writes.remember("n1@h", text(1), "v1");
  assert.ok(!writes.isNews("n1@h", text(2), "v1"));
  assert.ok(!writes.isNews("n1@h", text(2, { heartbeatIntervalMs: 2828 }), "v1"), "more seldom");
  assert.ok(writes.isNews("n1@h", text(2), "v2"), "by somebody else");
  assert.ok(writes.isNews("n2@h", text(2), "v1"), "another key");
  assert.ok(writes.isNews("n1@h", text(2, { state: "leaving" }), "v1"));
  writes.forget("n1@h");
  assert.ok(writes.isNews("n1@h", text(2), "v1"));
});

Deno.test("OwnWrites forgets rather than grow", () => {
  const writes = new OwnWrites();
  for (let index = 0; index < 101; index++) writes.remember(`n${index}@h`, "{}", "v");
  assert.ok(writes.isNews("n0@h", "{}", "v"));
  assert.ok(!writes.isNews("n100@h", "{}", "v"));
});

Deno.test("Hint tells once of what comes together, and nothing in the end", () => {
  let due: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    after(_delayMs, callback) {
      due.push(callback);
      return () => due = due.filter((each) => each !== callback);
    },
  };
  let told = 0;
  const hint = new Hint(clock, () => told++);
  hint.give();
  hint.give();
  for (const callback of due.splice(0)) callback();
  assert.equal(told, 1);
  hint.give();
  assert.equal(due.length, 1);
  hint[Symbol.dispose]();
  assert.equal(due.length, 0);
  const over = new Hint(clock, () => told++);
  over[Symbol.dispose]();
  over.give();
  assert.equal(due.length, 0);
});

Deno.test("tellChanges() tells what nobody may have heard, but for the first time that it listens", async () => {
  const clock = new ManualClock();
  const over = new AbortController();
  let told = 0;
  let broken = Promise.withResolvers<void>();
  const listen = async ({ ready }: Listener): Promise<void> => {
    ready();
    await broken.promise;
    throw new StorageFault("the connection broke");
  };
  const telling = tellChanges(listen, clock, () => told++, over.signal);
  await clock.passGradually(1000);
  assert.equal(told, 0);
  broken.resolve();
  await settle();
  broken = Promise.withResolvers();
  await clock.passGradually(1000);
  assert.equal(told, 1);
  over.abort();
  broken.resolve();
  await telling;
  assert.equal(clock.pending, 0);
});

Deno.test("tellChanges() listens again ever later while that fails, and soon after it did not", async () => {
  const clock = new ManualClock();
  const over = new AbortController();
  const begun: number[] = [];
  const listen = async ({ ready }: Listener): Promise<void> => {
    begun.push(clock.now());
    if (begun.length === 8) ready();
    if (begun.length === 9) over.abort();
    await Promise.reject(new StorageFault("it does not listen"));
  };
  const telling = tellChanges(listen, clock, () => {}, over.signal);
  await clock.passGradually(60_000);
  await telling;
  const pauses = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 100]);
});
