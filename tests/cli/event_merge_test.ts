/**
 * Histories of several nodes as one.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { EventMerge } from "../../lib/cli/event_merge.ts";
import type { MergedEvent } from "../../lib/cli/event_merge.ts";
import type { MemberView } from "../../lib/core/members/member.ts";
import type { EventView } from "../../lib/protocol/message.ts";
import { contentOf, instanceOf, nameOf } from "../core/records.ts";

function observerOf(number: number) {
  return { name: nameOf(number), instance: instanceOf(number) };
}

/** An event about member `number`, seen at `at`, as it is told at 1000. */
function eventOf(number: number, at: number, more: Partial<EventView> = {}): EventView {
  return {
    ...{ number: 0, agoMs: 1000 - at, kind: "joined", reason: "" },
    ...{ name: nameOf(number), instance: instanceOf(number), incarnation: 0 },
    ...more,
  };
}

function viewOf(number: number, more: Partial<MemberView>): MemberView {
  return {
    ...contentOf(number),
    ...{ kind: "node", status: "alive", self: false, linkWorks: true },
    ...{ forMs: 0, reason: "", flapping: false },
    ...more,
  };
}

function told(events: readonly MergedEvent[]): string[] {
  return events.map(({ kind, name, status = "", at, seenBy }) => {
    const numbers = seenBy.map((one) => one.match(/\d+/)?.[0]).join("+");
    return `${at} ${numbers}: ${name.split("@")[0]} ${kind} ${status}`.trim();
  });
}

const down = { kind: "failed", status: "down" } as const;

Deno.test("EventMerge.release() gives what several saw once, at the time of the first, in order", () => {
  const merge = new EventMerge();
  merge.take(observerOf(1), [eventOf(5, 300), eventOf(6, 500, down)], 1000);
  merge.take(observerOf(2), [eventOf(5, 290), eventOf(7, 400), eventOf(6, 520, down)], 1000);
  assert.deepEqual(told(merge.release(1000)), [
    "290 2+1: n5 joined",
    "400 2: n7 joined",
    "500 1+2: n6 failed down",
  ]);
  assert.deepEqual(merge.release(2000), []);
});

Deno.test("EventMerge.release() tells runs, claims, statuses and repetitions apart", () => {
  const merge = new EventMerge();
  const history = (shiftMs: number): EventView[] => [
    eventOf(5, 100 + shiftMs, down),
    eventOf(5, 200 + shiftMs, { ...down, status: "unreachable" }),
    eventOf(5, 300 + shiftMs, down),
    eventOf(5, 400 + shiftMs, { kind: "returned", incarnation: 1 }),
    eventOf(5, 500 + shiftMs, { ...down, incarnation: 1 }),
    eventOf(5, 600 + shiftMs, { kind: "replaced", instance: instanceOf(55) }),
    eventOf(5, 700 + shiftMs, { ...down, instance: instanceOf(55) }),
  ];
  merge.take(observerOf(1), history(0), 1000);
  merge.take(observerOf(2), history(7), 1000);
  assert.deepEqual(told(merge.release(1000)), [
    "100 1+2: n5 failed down",
    "200 1+2: n5 failed unreachable",
    "300 1+2: n5 failed down",
    "400 1+2: n5 returned",
    "500 1+2: n5 failed down",
    "600 1+2: n5 replaced",
    "700 1+2: n5 failed down",
  ]);
});

Deno.test("EventMerge.release() keeps what observers say of their own links and of themselves", () => {
  const merge = new EventMerge();
  merge.take(observerOf(1), [eventOf(5, 100, { kind: "link-bad" })], 1000);
  merge.take(observerOf(2), [eventOf(5, 200, { kind: "link-bad" })], 1000);
  assert.deepEqual(told(merge.release(1000)), ["100 1: n5 link-bad", "200 2: n5 link-bad"]);
});

Deno.test("EventMerge.release() tells suspicions of one cause once, and those of another one again", () => {
  const merge = new EventMerge();
  const suspected = { kind: "suspected" } as const;
  merge.take(observerOf(1), [...[100, 3000, 9000].map((at) => eventOf(5, at, suspected))], 1000);
  merge.take(observerOf(2), [eventOf(5, 150, suspected), eventOf(5, 20_000, suspected)], 1000);
  assert.deepEqual(told(merge.release(30_000)), [
    "100 1+2: n5 suspected",
    "3000 1: n5 suspected",
    "9000 1: n5 suspected",
    "20000 2: n5 suspected",
  ]);
});

Deno.test("EventMerge.release() keeps back what came after the moment, for all to tell it", () => {
  const merge = new EventMerge();
  merge.take(observerOf(1), [eventOf(5, 600), eventOf(6, 900)], 1000);
  assert.deepEqual(told(merge.release(700)), ["600 1: n5 joined"]);
  merge.take(observerOf(2), [eventOf(7, 800), eventOf(6, 910)], 1000);
  assert.deepEqual(told(merge.release(1000)), ["800 2: n7 joined", "900 1+2: n6 joined"]);
});

Deno.test("EventMerge.take() does not show what is older than wanted, unless others tell it", () => {
  const merge = new EventMerge();
  merge.take(observerOf(2), [eventOf(5, 100), eventOf(6, 700)], 1000, 500);
  assert.deepEqual(told(merge.release(1000)), ["700 2: n6 joined"]);
  merge.take(observerOf(1), [eventOf(5, 90)], 1000);
  assert.deepEqual(told(merge.release(1000)), []);
});

Deno.test("EventMerge.know() believes who has known a member for longest, whoever is asked first", () => {
  for (const ages of [[9000, 100], [100, 9000]]) {
    const merge = new EventMerge();
    for (const forMs of ages) merge.know([viewOf(5, { forMs })], 1000);
    merge.take(observerOf(2), [eventOf(5, 900)], 1000);
    assert.deepEqual(told(merge.release(1000)), []);
  }
});

Deno.test("EventMerge.know() leaves out what a newcomer finds, and nothing that happens then", () => {
  const merge = new EventMerge();
  // Observer 1 has forgotten how 5 joined and 6 failed; 2 has just started and finds that.
  merge.know([viewOf(5, { forMs: 9000 }), viewOf(6, { forMs: 9000, status: "down" })], 1000);
  merge.know([viewOf(2, { self: true, forMs: 5000 }), viewOf(5, { forMs: 100 })], 1000);
  merge.take(observerOf(2), [eventOf(5, 900), eventOf(6, 910, down)], 1000);
  merge.take(observerOf(1), [eventOf(2, 890)], 1000);
  assert.deepEqual(told(merge.release(1000)), ["890 1: n2 joined"]);
  const later = [
    eventOf(6, 1500, { kind: "returned", incarnation: 1 }),
    eventOf(6, 1600, { ...down, incarnation: 1 }),
    eventOf(5, 1700, { kind: "left" }),
    eventOf(5, 1800),
  ];
  merge.take(observerOf(1), later, 1000);
  assert.deepEqual(told(merge.release(2000)), [
    "1500 1: n6 returned",
    "1600 1: n6 failed down",
    "1700 1: n5 left",
    "1800 1: n5 joined",
  ]);
});

Deno.test("EventMerge.release() gives each event of a history once, whoever tells it in which parts", () => {
  const kinds = ["failed", "returned", "left", "joined"] as const;
  const step = fc.record({ number: fc.nat(3), kind: fc.constantFrom(...kinds) });
  const parts = fc.array(fc.record({ observer: fc.nat(2), count: fc.nat(4) }), { maxLength: 30 });
  fc.assert(fc.property(fc.array(step, { maxLength: 20 }), parts, (steps, asked) => {
    const history = steps.map(({ number, kind }, index) => eventOf(number, index * 10, { kind }));
    const merge = new EventMerge();
    const next = [0, 0, 0];
    const released: MergedEvent[] = [];
    const ask = (observer: number, count: number): void => {
      const from = next[observer] ?? 0;
      next[observer] = Math.min(history.length, from + count);
      merge.take(observerOf(observer), history.slice(from, next[observer]), 1000);
    };
    for (const { observer, count } of asked) {
      ask(observer, count);
      // All have told what came before that.
      released.push(...merge.release(10 * Math.min(...next) - 10));
    }
    for (const observer of next.keys()) ask(observer, history.length);
    released.push(...merge.release(1000));
    const all = (events: readonly EventView[]) => events.map(({ name, kind }) => `${name} ${kind}`);
    assert.deepEqual(all(released), all(history));
  }));
});
