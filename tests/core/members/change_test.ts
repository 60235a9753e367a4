/**
 * How changes are told and kept.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  changeKinds,
  describeChange,
  describeChanges,
  serviceWords,
  statusWords,
} from "../../../lib/core/members/change.ts";
import { batchMs, ChangeLog, changesKeptMax } from "../../../lib/core/explain/change_log.ts";
import type { Change } from "../../../lib/core/members/change.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { memberStatuses } from "../../../lib/core/members/member.ts";
import { serviceStates } from "../../../lib/core/members/service.ts";
import { effectsOf, nameOf } from "../records.ts";

function changeOf(number: number, changes: Partial<Change> = {}): Change {
  return { kind: "joined", name: nameOf(number), reason: "it answered", ...changes };
}

const run = { instance: "", incarnation: 0 };

/** What is told when the log is woken at `now`: one list for each time it speaks. */
function told(log: ChangeLog, now: number): (readonly Change[])[] {
  const out: Effect[] = [];
  log.wake(now, out);
  return effectsOf("changes", out).map(({ changes }) => changes);
}

const sentences: Readonly<Record<Change["kind"], string>> = {
  "joined": "joined",
  "returned": "is back",
  "failed": "is down",
  "replaced": "was replaced",
  "left": "left",
  "forgotten": "was forgotten",
  "suspected": "is suspected by this node",
  "cleared": "is no longer suspected by this node",
  "link-bad": "is alive but unreachable from this node",
  "link-mended": "can be reached again",
  "service": "says that its service is starting",
  "isolated": "may be isolated",
  "connected": "is no longer isolated",
  "held-up": "was held up",
};

Deno.test("describeChange() has words of its own for each kind", () => {
  assert.deepEqual([...changeKinds].sort(), Object.keys(sentences).sort());
  for (const kind of changeKinds) {
    const sentence = describeChange(changeOf(3, { kind, reason: "so it is" }));
    assert.equal(sentence, `n3@10.0.0.3 ${sentences[kind]}: so it is`);
  }
});

Deno.test("describeChange() says of a service what it is called now, and why if there is a why", () => {
  const words = serviceStates.map((service) => {
    const sentence = describeChange(changeOf(3, { kind: "service", service, reason: "" }));
    assert.equal(sentence, `n3@10.0.0.3 says that its service ${serviceWords(service)}`);
    return sentence;
  });
  assert.equal(new Set(words).size, serviceStates.length);
  const failing: Partial<Change> = { kind: "service", service: "failing", reason: "exit code 1" };
  assert.equal(
    describeChange(changeOf(3, failing)),
    "n3@10.0.0.3 says that its service is failing: exit code 1",
  );
});

Deno.test("describeChange() says of a failed member what it is called now", () => {
  const words = memberStatuses.map((status) => {
    const sentence = describeChange(changeOf(3, { kind: "failed", status, reason: "why" }));
    assert.equal(sentence, `n3@10.0.0.3 ${statusWords(status)}: why`);
    return statusWords(status);
  });
  assert.equal(new Set(words).size, memberStatuses.length);
  assert.equal(statusWords("unreachable"), "is unreachable");
});

Deno.test("describeChanges() puts many into one sentence, ten of them by name", () => {
  const many = Array.from(
    { length: 12 },
    (_, index) => changeOf(index + 1, { kind: "left", reason: `reason ${index + 1}` }),
  );
  assert.equal(describeChanges([]), "");
  assert.equal(describeChanges(many.slice(0, 1)), "n1@10.0.0.1 left: reason 1");
  assert.equal(
    describeChanges(many.slice(0, 2)),
    "2 members: n1@10.0.0.1, n2@10.0.0.2: each left; the first: reason 1",
  );
  const alike = many.slice(0, 2).map((change) => ({ ...change, reason: "why" }));
  assert.match(describeChanges(alike), /: each left: why$/);
  assert.match(describeChanges(many.slice(0, 10)), /^10 members: .*n10@10\.0\.0\.10: each left/);
  assert.match(describeChanges(many.slice(0, 11)), /n10@10\.0\.0\.10 and 1 more: each left/);
  assert.match(
    describeChanges(many),
    /^12 members: .* and 2 more: each left; the first: reason 1$/,
  );
  assert.doesNotMatch(describeChanges(many), /n11/);
});

Deno.test("ChangeLog has nothing to tell and keeps nothing at first", () => {
  const log = new ChangeLog();
  assert.equal(log.dueAt, Infinity);
  assert.deepEqual(told(log, 1e9), []);
  assert.deepEqual(log.kept, []);
  assert.equal(log.forgotten, 0);
  assert.equal(log.lastAt(nameOf(1)), undefined);
});

Deno.test("ChangeLog.wake() tells the first change at once, and the next ones together", () => {
  assert.equal(batchMs, 500);
  const log = new ChangeLog();
  log.add(changeOf(1), run, 1000);
  assert.ok(log.dueAt <= 1000);
  assert.deepEqual(told(log, 1000), [[changeOf(1)]]);
  assert.equal(log.dueAt, Infinity);
  log.add(changeOf(2), run, 1001);
  log.add(changeOf(3), run, 1400);
  assert.equal(log.dueAt, 1000 + batchMs);
  assert.deepEqual(told(log, 999 + batchMs), []);
  assert.deepEqual(told(log, 1000 + batchMs), [[changeOf(2), changeOf(3)]]);
  assert.deepEqual(told(log, 1000 + batchMs), [], "each once");
  log.add(changeOf(4), run, 9000);
  assert.ok(log.dueAt <= 9000, "after a quiet time at once again");
});

Deno.test("ChangeLog.wake() tells each change once and in order, at most twice a second", () => {
  fc.assert(fc.property(fc.array(fc.nat(400), { maxLength: 40 }), (pausesMs) => {
    const log = new ChangeLog();
    const changes: Change[] = [];
    const heard: Change[] = [];
    let now = 0;
    let lastTold = -Infinity;
    const wake = (): void => {
      for (const batch of told(log, now)) {
        assert.ok(now - lastTold >= batchMs && batch.length > 0);
        lastTold = now;
        heard.push(...batch);
      }
    };
    pausesMs.forEach((pauseMs, number) => {
      now += pauseMs;
      wake();
      const change = changeOf(number);
      changes.push(change);
      log.add(change, run, now);
      wake();
    });
    now += batchMs;
    wake();
    assert.deepEqual(heard, changes);
    assert.deepEqual(log.kept.map(({ name }) => name), changes.map(({ name }) => name));
  }));
});

Deno.test("ChangeLog.kept holds the last 200, and `forgotten` numbers the first of them", () => {
  const log = new ChangeLog();
  for (let number = 0; number < changesKeptMax; number++) log.add(changeOf(number), run, number);
  assert.equal(log.kept.length, changesKeptMax);
  assert.equal(log.forgotten, 0);
  assert.equal(log.lastAt(nameOf(0)), 0);
  log.add(changeOf(777), run, 777);
  log.trim();
  assert.equal(log.kept.length, changesKeptMax);
  assert.equal(log.forgotten, 1);
  assert.deepEqual(log.kept[0], { ...changeOf(1), ...run, at: 1 });
  assert.deepEqual(log.kept.at(-1), { ...changeOf(777), ...run, at: 777 });
  assert.equal(log.lastAt(nameOf(0)), undefined);
  assert.equal(log.lastAt(nameOf(777)), 777);
});

Deno.test("ChangeLog tells all that waits, also what is no longer kept", () => {
  const log = new ChangeLog();
  for (let number = 0; number < 300; number++) log.add(changeOf(number), run, number);
  log.trim();
  assert.equal(log.forgotten, 100);
  assert.equal(told(log, 300)[0]?.length, 300);
});

Deno.test("ChangeLog.lastAt() is the time of the last change of a member, and only while it is kept", () => {
  const moves = fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 9 })), { maxLength: 12 });
  fc.assert(fc.property(moves, fc.integer({ min: 180, max: 210 }), (changes, more) => {
    const log = new ChangeLog();
    let now = 0;
    const add = (number: number, pauseMs: number): void =>
      log.add(changeOf(number), run, now += pauseMs);
    for (const [number, pauseMs] of changes) add(number, pauseMs);
    for (let count = 0; count < more; count++) add(99, 1);
    log.trim();
    for (const number of [0, 1, 2, 3, 4, 99]) {
      const last = log.kept.findLast(({ name }) => name === nameOf(number));
      assert.equal(log.lastAt(nameOf(number)), last?.at);
    }
  }));
});

Deno.test("ChangeLog.lastAt() is known while one of two changes of one moment is still kept", () => {
  const log = new ChangeLog();
  log.add(changeOf(1, { kind: "replaced" }), run, 5);
  log.add(changeOf(1, { kind: "failed" }), run, 5);
  for (let count = 0; count < changesKeptMax - 1; count++) log.add(changeOf(2), run, 6);
  log.trim();
  assert.deepEqual(log.kept[0], { ...changeOf(1, { kind: "failed" }), ...run, at: 5 });
  assert.equal(log.lastAt(nameOf(1)), 5);
});
