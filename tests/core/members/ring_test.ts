/**
 * Who watches whom, in clusters of all sizes.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import { observersAmong, observersMax, Ring } from "../../../lib/core/members/ring.ts";
import { recordOf } from "../records.ts";

/** One node's ring, and the records that belong to it. */
class Scene {
  readonly records = new Map<string, MemberRecord>();
  readonly ring: Ring;

  constructor(self: MemberRecord, full = false) {
    this.ring = new Ring(self.instanceHash, () => this.records.values(), full);
  }

  add(member: MemberRecord): this {
    this.records.set(member.name, member);
    this.ring.add(member);
    return this;
  }

  remove(member: MemberRecord): void {
    this.ring.remove(member);
    this.records.delete(member.name);
  }

  /** Whom the node watches, in an order that does not depend on history. */
  get targets(): MemberRecord[] {
    return [...this.ring.targets.values()].sort((one, other) => one.name < other.name ? -1 : 1);
  }

  /** Whom a node would watch that has only ever seen what is known now. */
  fresh(self: MemberRecord, full = false): MemberRecord[] {
    const scene = new Scene(self, full);
    for (const member of [...this.records.values()].reverse()) scene.add(member);
    return scene.targets;
  }
}

const self = recordOf(0);
const many = Array.from({ length: 500 }, (_, number) => recordOf(number));

function others(count: number): MemberRecord[] {
  return Array.from({ length: count }, (_, index) => recordOf(index + 1));
}

function sceneOf(members: readonly MemberRecord[], me: MemberRecord, full = false): Scene {
  const scene = new Scene(me, full);
  for (const member of members) if (member !== me) scene.add(member);
  return scene;
}

/** For each of many nodes the names of those it watches. */
function watchedBy(members: readonly MemberRecord[]): Map<string, ReadonlySet<string>> {
  return new Map(members.map((me) => {
    return [me.name, new Set(sceneOf(members, me).ring.targets.keys())];
  }));
}

Deno.test("Ring watches nobody when there is nobody", () => {
  const { ring } = new Scene(self);
  assert.equal(ring.size, 0);
  assert.equal(ring.observers, 0);
  assert.equal(ring.targets.size, 0);
  assert.deepEqual([...ring.members()], []);
});

Deno.test("Ring lets everybody watch everybody in a cluster of up to eleven", () => {
  for (let nodes = 1; nodes <= 11; nodes++) {
    const members = many.slice(0, nodes);
    for (const me of members) {
      const { ring } = sceneOf(members, me);
      const expected = members.filter((member) => member !== me).map(({ name }) => name);
      assert.deepEqual([...ring.targets.keys()].sort(), expected.sort(), `of ${nodes}`);
      assert.equal(ring.observers, nodes - 1);
    }
  }
});

Deno.test("Ring watches about ten in a larger cluster, and never a member that is not there", () => {
  for (const nodes of [12, 13, 20, 100, 500]) {
    const members = many.slice(0, nodes);
    const known = new Set(members.map(({ name }) => name));
    for (const me of members.slice(0, 20)) {
      const { ring } = sceneOf(members, me);
      assert.ok(ring.targets.size <= observersMax + 4, `${ring.targets.size} of ${nodes}`);
      assert.ok(ring.targets.size >= 6, `${ring.targets.size} of ${nodes}`);
      for (const name of ring.targets.keys()) assert.ok(known.has(name));
      assert.equal(ring.targets.has(me.name), false, "nobody watches itself");
      assert.equal(ring.observers, 10);
    }
  }
});

Deno.test("Ring gives each of 500 members about ten watchers, and spreads them over all", () => {
  const watchers = new Map<string, string[]>(many.map(({ name }) => [name, []]));
  const watched = watchedBy(many);
  for (const [me, targets] of watched) for (const target of targets) watchers.get(target)?.push(me);
  const counts = [...watchers.values()].map(({ length }) => length);
  const mean = counts.reduce((sum, count) => sum + count) / counts.length;
  assert.ok(mean > 9.9 && mean <= 10, `mean ${mean}`);
  assert.ok(Math.min(...counts) >= 8, `fewest ${Math.min(...counts)}`);
  assert.ok(Math.max(...counts) <= 12, `most ${Math.max(...counts)}`);
  // Those who watch one have little else in common, so no few nodes decide about another few.
  for (const mine of watchers.values()) {
    const shared = new Map<string, number>();
    for (const watcher of mine) {
      for (const target of watched.get(watcher) ?? []) {
        shared.set(target, (shared.get(target) ?? 0) + 1);
      }
    }
    // The first place is taken by the one itself.
    const most = [...shared.values()].sort((one, other) => other - one)[1] ?? 0;
    assert.ok(most <= 5, `${most} watchers of one watch the same other one`);
  }
});

Deno.test("Ring connects 500 members so well that news reaches all within four hops", () => {
  const watched = watchedBy(many);
  const neighbours = new Map([...watched].map(([me, targets]) => [me, new Set(targets)]));
  for (const [me, targets] of watched) for (const to of targets) neighbours.get(to)?.add(me);
  const reached = new Set<string>([self.name]);
  for (let hop = 0; hop < 4; hop++) {
    for (const at of [...reached]) for (const to of neighbours.get(at) ?? []) reached.add(to);
  }
  assert.equal(reached.size, 500);
});

Deno.test("Ring has two watch each other or neither, and one of them ask", () => {
  for (const nodes of [2, 11, 12, 20, 100]) {
    const members = many.slice(0, nodes);
    const rings = new Map(members.map((me) => [me, sceneOf(members, me).ring]));
    let asked = 0;
    for (const [one, ring] of rings) {
      for (const other of ring.targets.values()) {
        const theirs = rings.get(other);
        assert.equal(theirs?.watches(one.name), true, `${one.name} and ${other.name} of ${nodes}`);
        assert.equal(ring.asks(other), !theirs?.asks(one));
        if (ring.asks(other)) asked++;
      }
    }
    assert.ok(asked / nodes <= observersMax / 2 + 0.5, `${asked} of ${nodes}`);
  }
});

Deno.test("Ring has each of many members ask half of those that it watches", () => {
  for (const me of many) {
    const { ring } = sceneOf(many, me);
    const asked = [...ring.targets.values()].filter((member) => ring.asks(member)).length;
    assert.ok(asked >= 4 && asked <= 6, `${me.name} asks ${asked}`);
  }
});

Deno.test("Ring.targets is that of the final members, in whatever order they came and went", () => {
  const pool = others(30);
  const change = fc.record({ member: fc.constantFrom(...pool), look: fc.boolean() });
  const anyFill = fc.shuffledSubarray(pool);
  fc.assert(fc.property(anyFill, fc.array(change, { maxLength: 60 }), (first, changes) => {
    const scene = sceneOf(first, self);
    for (const { member, look } of changes) {
      if (scene.records.has(member.name)) scene.remove(member);
      else scene.add(member);
      assert.equal(scene.ring.size, scene.records.size);
      // What was chosen before must not stand in the way.
      if (look) assert.deepEqual(scene.targets, scene.fresh(self));
    }
    assert.deepEqual(scene.targets, scene.fresh(self));
  }));
});

Deno.test("Ring.targets follows each single step up to 30 members and down again", () => {
  const pool = others(30);
  const scene = new Scene(self);
  for (const member of pool) assert.deepEqual(scene.add(member).targets, scene.fresh(self));
  for (const member of pool) {
    scene.remove(member);
    assert.deepEqual(scene.targets, scene.fresh(self));
  }
  assert.equal(scene.ring.size, 0);
});

Deno.test("Ring.targets stays as it is when a member goes that is not watched", () => {
  const scene = sceneOf(many.slice(0, 100), self);
  const before = scene.targets;
  const unwatched = [...scene.records.values()].filter((member) => !before.includes(member));
  for (const member of unwatched.slice(0, 60)) {
    scene.remove(member);
    assert.deepEqual(scene.targets, before);
  }
});

Deno.test("Ring.targets changes little when one of many comes or goes", () => {
  const scene = sceneOf(many.slice(0, 100), self);
  for (const member of scene.targets) {
    const before = scene.targets;
    scene.remove(member);
    const kept = scene.targets.filter((target) => before.includes(target));
    assert.ok(kept.length >= before.length - 2, `only ${kept.length} of ${before.length} stay`);
    scene.add(member);
    assert.deepEqual(scene.targets, before);
  }
});

Deno.test("Ring.renew() puts the new description of a member into the targets", () => {
  for (const count of [3, 40]) {
    const scene = sceneOf(others(count), self);
    for (const member of scene.targets) {
      const renewed = recordOf(Number(member.name.slice(1).split("@")[0]), { incarnation: 5 });
      scene.records.set(renewed.name, renewed);
      scene.ring.renew(renewed);
      assert.equal(scene.ring.targets.get(member.name), renewed);
      assert.equal(scene.ring.size, count);
    }
    assert.deepEqual(scene.targets, scene.fresh(self));
  }
});

Deno.test("Ring.remove() does not choose the one that goes again while it is among the records", () => {
  const scene = sceneOf(others(40), self);
  for (const member of scene.targets) {
    scene.ring.remove(member);
    assert.equal(scene.ring.targets.has(member.name), false);
    scene.records.delete(member.name);
  }
});

Deno.test("Ring.members() and the targets are those alone that were not removed", () => {
  const scene = new Scene(self);
  const living = others(30);
  for (const member of living) scene.add(member);
  assert.deepEqual([...scene.ring.members()], living);
  // From those watched by the rings down to those watched because they are few.
  while (scene.ring.size > 2) {
    const [going] = scene.targets;
    scene.remove(going as MemberRecord);
    assert.ok(scene.targets.length > 0);
    assert.ok(scene.targets.every((target) => living.includes(target)));
  }
  assert.equal(scene.targets.length, 2);
});

Deno.test("Ring watches everybody in a full mesh of up to 64 nodes, and at most ten beyond", () => {
  const scene = sceneOf(others(63), self, true);
  assert.equal(scene.ring.targets.size, 63);
  assert.equal(scene.ring.observers, 63);
  const larger = sceneOf(others(64), self, true);
  assert.equal(larger.ring.observers, 10);
  assert.ok(larger.ring.targets.size <= 12, `${larger.ring.targets.size}`);
  larger.remove(recordOf(64));
  assert.deepEqual(larger.targets, scene.targets);
});

Deno.test("Ring watches at most ten as soon as a full mesh grows beyond 64 nodes", () => {
  for (let newcomer = 64; newcomer < 84; newcomer++) {
    const scene = sceneOf(others(63), self, true);
    assert.equal(scene.ring.targets.size, 63, "it has chosen");
    scene.add(recordOf(newcomer));
    assert.equal(scene.ring.targets.size, scene.fresh(self, true).length, `with n${newcomer}`);
  }
});

for (const [count, full] of [[6, false], [40, true], [200, false]] as const) {
  Deno.test(`observersAmong() finds those of ${count} that watch a member`, () => {
    const all = Array.from({ length: count }, (_, number) => recordOf(number));
    const without = (one: MemberRecord): MemberRecord[] => all.filter((other) => other !== one);
    const subject = all[3] as MemberRecord;
    const watching = without(subject).filter((one) =>
      sceneOf(without(one), one, full).ring.watches(subject.name)
    );
    const observers = observersAmong(without(subject), subject, full);
    assert.deepEqual(observers.toSorted(), watching.map(({ name }) => name).toSorted());
  });
}
