/** Which of several connections is used, kept and let go. */
import assert from "node:assert/strict";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { InstanceId } from "../../lib/core/members/row.ts";
import type { Connection } from "../../lib/transport/connection.ts";
import { ConnectionPool } from "../../lib/transport/connection_pool.ts";

const own = "5".repeat(32) as InstanceId;
const smaller = "1".repeat(32) as InstanceId;
const greater = "9".repeat(32) as InstanceId;
const name = "n2@10.0.0.2" as NodeName;
const addresses = [{ host: "10.0.0.2", port: 4000 }];

/** A connection of which only that is there which a pool looks at. */
class Fake {
  readonly peer: { readonly name: NodeName; readonly instance: InstanceId };
  readonly reusable = true;
  idleChecks = 0;
  busy = false;
  usable = true;

  constructor(readonly dialled: boolean, instance: InstanceId = greater) {
    this.peer = { name, instance };
  }

  drain(): void {
    this.usable = false;
  }

  leave(): Promise<void> {
    this.usable = false;
    return Promise.resolve();
  }
}

function poolOf(fakes: readonly Fake[], max = 100): ConnectionPool {
  const pool = new ConnectionPool(own, max);
  for (const fake of fakes) pool.add(fake as unknown as Connection);
  return pool;
}

Deno.test("ConnectionPool finds nothing for a name that the instance does not have", () => {
  const fake = new Fake(true);
  const pool = poolOf([fake]);
  assert.equal(pool.find({ name, instance: greater, addresses }), fake);
  assert.equal(pool.find({ name, instance: undefined, addresses }), fake);
  const other = "n3@10.0.0.2" as NodeName;
  assert.equal(pool.find({ name: other, instance: greater, addresses }), undefined);
  assert.equal(pool.find({ name, instance: smaller, addresses }), undefined);
});

Deno.test("ConnectionPool keeps of two the one that the smaller instance has dialled", () => {
  for (const [peer, isDialled] of [[greater, true], [smaller, false]] as const) {
    const [dialled, other] = [new Fake(true, peer), new Fake(false, peer)];
    const pool = poolOf([dialled, other]);
    const kept = isDialled ? dialled : other;
    assert.equal(pool.find({ name, instance: peer, addresses }), kept);
    assert.equal(dialled.usable, isDialled);
    assert.ok(other.usable, "its dialler lets it go");
  }
});

Deno.test("ConnectionPool keeps the last four of one peer, whoever has dialled", () => {
  for (const isDialled of [true, false]) {
    const fakes = Array.from({ length: 6 }, () => new Fake(isDialled));
    poolOf(fakes);
    assert.deepEqual(fakes.map(({ usable }) => usable), [false, false, true, true, true, true]);
  }
});

Deno.test("ConnectionPool lets go who is idle, its dialler first, and nobody who is busy", () => {
  const [dialled, other, busy] = [new Fake(true), new Fake(false, smaller), new Fake(true)];
  busy.busy = true;
  const pool = poolOf([dialled, other, busy]);
  const left = (): boolean[] => [dialled, other, busy].map(({ usable }) => usable);
  for (let check = 0; check < 4; check++) pool.checkIdle();
  assert.deepEqual(left(), [true, true, true]);
  pool.checkIdle();
  assert.deepEqual(left(), [false, true, true]);
  for (let check = 0; check < 7; check++) pool.checkIdle();
  assert.deepEqual(left(), [false, true, true]);
  pool.checkIdle();
  assert.deepEqual(left(), [false, false, true]);
});

Deno.test("ConnectionPool lets the one go that was idle for longest when there are too many", () => {
  const fakes = [new Fake(true), new Fake(false, smaller)];
  const pool = poolOf(fakes, 2);
  pool.checkIdle();
  (fakes[0] as Fake).idleChecks = 0;
  pool.add(new Fake(true) as unknown as Connection);
  assert.deepEqual(fakes.map(({ usable }) => usable), [true, false]);
});
