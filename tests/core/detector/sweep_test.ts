/**
 * Whom the sweep asks, how often, and when it asks nobody.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Sweep, sweepsPerInterval } from "../../../lib/core/detector/sweep.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { nameOf, recordOf } from "../records.ts";
import { View } from "../view.ts";

/** A sweep over so many members, and the time. */
class Scene {
  readonly view: View;
  readonly sweep: Sweep;
  now = 0;

  constructor(members: number) {
    this.view = new View(members);
    this.sweep = new Sweep(this.view);
    this.view.budget.begin(12, 0);
    this.sweep.start(0);
  }

  /** The names of those that are not watched. */
  get unwatched(): string[] {
    const { ring } = this.view.memberList;
    return [...ring.members()].map(({ name }) => name).filter((name) => !ring.watches(name)).sort();
  }

  /** Lets so many intervals pass; the names of those whose turn it was. */
  pass(intervals: number): string[] {
    const names: string[] = [];
    const until = this.now + intervals * 1000;
    for (; this.sweep.wakeAt <= until; this.now = Math.max(this.now, this.sweep.wakeAt)) {
      this.now = this.sweep.wakeAt;
      const record = this.sweep.take(true, this.now);
      if (record !== undefined) names.push(record.name);
    }
    this.now = until;
    return names;
  }
}

Deno.test("Sweep leaves a start in peace, then gives each that is not watched one turn, in its share", () => {
  const scene = new Scene(40);
  assert.deepEqual(scene.pass(4), []);
  const { unwatched } = scene;
  // All forty may be new, and have ten turns an interval together.
  const intervals = unwatched.length * 40 / 10;
  const half = scene.pass(intervals / 2);
  assert.ok(half.length <= unwatched.length / 2 + 2, `${half.length} turns in half of the time`);
  assert.deepEqual([...half, ...scene.pass(intervals / 2 + 4)].toSorted(), unwatched);
});

Deno.test("Sweep gives turns seldom once it has seen all, and none twice before all had one", () => {
  const scene = new Scene(40);
  scene.pass(130);
  const names = scene.pass(100);
  assert.ok(names.length >= 8 && names.length <= 12, `${names.length} turns in 100 intervals`);
  names.push(...scene.pass(10 * scene.unwatched.length));
  const round = names.slice(0, scene.unwatched.length - 1);
  assert.equal(new Set(round).size, round.length);
});

Deno.test("Sweep.alert() gives all their turn again at full pace, and then it is calm", () => {
  const scene = new Scene(40);
  scene.pass(130);
  for (const calm of [25, 250]) {
    scene.pass(calm);
    scene.sweep.alert(scene.now);
    // The round that was under way, and a whole one.
    const names = scene.pass(2 * scene.unwatched.length / sweepsPerInterval + 3);
    assert.deepEqual([...new Set(names)].sort(), scene.unwatched);
    assert.ok(scene.pass(30).length <= 4, "calm again");
  }
});

Deno.test("Sweep.alert() gives each other host one turn, however many members answer there", () => {
  const scene = new Scene(60);
  scene.pass(400);
  const { memberList } = scene.view;
  const hosts = [memberList.self.addresses[0]?.host ?? "", "10.1.0.1", "10.1.0.2"];
  for (let number = 1; number <= 60; number++) {
    const addresses = [{ host: hosts[number % 3] as string, port: 4000 + number }];
    memberList.merge(recordOf(number, { incarnation: 1, addresses }), scene.now);
  }
  scene.sweep.alert(scene.now);
  const names = scene.pass(9);
  const swept = names.map((name) => memberList.get(name as NodeName)?.addresses[0]?.host);
  assert.deepEqual(swept.slice(0, 2).toSorted(), hosts.slice(1));
  assert.ok(swept.length <= 3, `${swept.length} turns: then it is calm`);
});

Deno.test("Sweep.alert() again and again hastens nobody's turn where all answer at one host", () => {
  const scene = new Scene(60);
  scene.pass(400);
  const { memberList } = scene.view;
  for (let number = 1; number <= 60; number++) {
    const { addresses } = memberList.self;
    memberList.merge(recordOf(number, { incarnation: 1, addresses }), scene.now);
  }
  const names: string[] = [];
  for (let interval = 0; interval < 100; interval++) {
    scene.sweep.alert(scene.now);
    names.push(...scene.pass(1));
  }
  assert.ok(names.length >= 8 && names.length <= 12, `${names.length} turns in 100 intervals`);
});

Deno.test("Sweep.alert() again and again makes it no faster, and no round shorter", () => {
  const scene = new Scene(40);
  scene.pass(130);
  const names: string[] = [];
  for (let interval = 0; interval < 30; interval++) {
    for (let time = 0; time < 5; time++) scene.sweep.alert(scene.now);
    names.push(...scene.pass(1));
  }
  assert.ok(names.length <= 30 * sweepsPerInterval, `${names.length} turns in 30 intervals`);
  assert.deepEqual([...new Set(names)].sort(), scene.unwatched);
});

Deno.test("Sweep gives nobody a turn where all are watched anyway, and hardly wakes up there", () => {
  const scene = new Scene(10);
  scene.sweep.alert(0);
  assert.deepEqual(scene.pass(20), []);
  assert.ok(scene.sweep.wakeAt - scene.now > 0);
  const woken = scene.sweep.wakeAt;
  assert.equal(scene.sweep.take(true, woken), undefined);
  assert.ok(scene.sweep.wakeAt >= woken + 9000);
});

Deno.test("Sweep.take() gives no turn before it is due, may ask, and pings may be paid", () => {
  const { sweep, view } = new Scene(30);
  assert.equal(sweep.take(true, 4999), undefined);
  assert.equal(sweep.take(false, 5000), undefined);
  assert.ok(sweep.wakeAt > 5000 && sweep.wakeAt < 6000, "it asks as soon as it may");
  view.budget.begin(0, sweep.wakeAt);
  assert.equal(sweep.take(true, sweep.wakeAt), undefined);
  assert.notEqual(sweep.take(true, sweep.wakeAt), undefined);
});

Deno.test("Sweep passes over who has failed, left or was replaced since its round began", () => {
  const scene = new Scene(30);
  assert.equal(scene.pass(5).length, 1);
  const gone = Array.from({ length: 15 }, (_, index) => index + 1);
  for (const number of gone) {
    scene.view.memberList.merge(recordOf(number, { incarnation: 1, state: "failed" }), scene.now);
  }
  const rest = scene.pass(8);
  assert.ok(rest.length > 0 && gone.every((number) => !rest.includes(nameOf(number))), `${rest}`);
});

Deno.test("Sweep.alert() has hundreds of very many hosts looked at, each once, and others on each node", () => {
  const roundOf = (numberDrawn: number): string[] => {
    const scene = new Scene(1);
    for (; numberDrawn > 0; numberDrawn--) scene.view.random.next();
    const { memberList } = scene.view;
    for (let number = 2; number <= 5000; number++) {
      const addresses = [{ host: `10.1.${number >> 8}.${number & 255}`, port: 4000 }];
      memberList.merge(recordOf(number, { addresses }), 0);
    }
    scene.pass(6);
    scene.sweep.alert(scene.now);
    const names = scene.pass(306);
    assert.ok(names.every((name) => !memberList.ring.watches(name as NodeName)));
    return names;
  };
  const names = roundOf(0);
  assert.ok(names.length > 550 && names.length <= 600, `${names.length} turns`);
  assert.equal(new Set(names).size, names.length);
  const others = new Set(roundOf(1));
  assert.ok(names.filter((name) => others.has(name)).length < 200);
});

Deno.test("Sweep.alert() disturbs no start", () => {
  const view = new View(30);
  const sweep = new Sweep(view);
  sweep.alert(0);
  assert.equal(sweep.wakeAt, Infinity);
  sweep.start(0);
  sweep.alert(1);
  assert.ok(sweep.wakeAt >= 5000);
});

Deno.test("Sweep.alert() does not hasten a node that may be the sick one itself", () => {
  const scene = new Scene(30);
  while (scene.pass(1).length > 0 || scene.now < 6000);
  scene.view.health.worsen(7, scene.now);
  scene.sweep.alert(scene.now);
  assert.ok(scene.pass(2).length <= 1);
  scene.pass(8);
  scene.sweep.alert(scene.now);
  assert.equal(scene.pass(2).length, 2 * sweepsPerInterval - 1);
});

Deno.test("Sweep is in no hurry, whatever is wrong, while its node comes late itself", () => {
  const scene = new Scene(40);
  scene.pass(130);
  scene.sweep.alert(scene.now);
  assert.ok(scene.pass(3).length >= 2 * sweepsPerInterval);
  scene.view.health.worsen(3, scene.now);
  assert.ok(scene.pass(3).length <= 1);
});
