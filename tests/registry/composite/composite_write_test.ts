/**
 * Several registries as one: who may change a row that lies in all of them, and what is mended.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { sleep, systemClock } from "../../../lib/clock.ts";
import { RegistryError } from "../../../lib/core/base/errors.ts";
import { versionOf } from "../../../lib/registry/composite/composite_version.ts";
import type { Registry, RowVersion } from "../../../lib/registry/registry.ts";
import { cookieKey } from "../../../lib/registry/store.ts";
import { heartbeatsIn, ManyScene, name, written } from "./composite_scene.ts";
import { never, rowOf } from "../rows.ts";
import { ManualClock } from "../../support/manual_clock.ts";

const older = "0".repeat(32);
const newer = "f".repeat(32);

/** A handle that lists but takes nothing. */
function readOnly(registry: Registry): Registry {
  const refuse = (): Promise<never> =>
    Promise.reject(new RegistryError("Cannot write n1@10.0.0.2: it is read-only"));
  return Object.assign(registry, { write: refuse, remove: refuse });
}

Deno.test("write() is not held up by a silent registry that failed before", async () => {
  const clock = new ManualClock();
  await using scene = new ManyScene(clock);
  const all = scene.open();
  let version = await written(all, rowOf(name, 1));
  const release = scene.a.silence();
  for (const [heartbeat, atMaxMs] of [[2, 4_200], [3, 300], [4, 300]] as const) {
    let result: RowVersion | undefined;
    const begun = clock.now();
    const seen = version;
    written(all, rowOf(name, heartbeat), seen).then((value) => result = value);
    while (result === undefined) {
      assert.ok(clock.now() - begun <= atMaxMs, `heartbeat ${heartbeat} took too long`);
      await sleep(systemClock, 0);
      if (result === undefined) clock.pass(20);
    }
    version = result;
  }
  assert.deepEqual(heartbeatsIn(scene.b), [4]);
  release();
});

Deno.test("write() puts the row where it is missing: new, wiped, or away before", async () => {
  await using scene = new ManyScene();
  const { a, b, c } = scene;
  const two = scene.open(a, b);
  let version = await written(two, rowOf(name, 1));
  // The same row has the same version, whoever is asked.
  const three = scene.open(a, b, c);
  assert.equal((await three.read(name, never))?.version, version);
  version = await written(three, rowOf(name, 2), version);
  assert.deepEqual(heartbeatsIn(a, b, c), [2, 2, 2]);
  for (const [heartbeat, place] of [a, b, c].entries()) {
    place.wipe();
    version = await written(three, rowOf(name, 10 + heartbeat), version);
    assert.deepEqual(heartbeatsIn(a, b, c), [10 + heartbeat, 10 + heartbeat, 10 + heartbeat]);
  }
  for (const [heartbeat, place] of [a, b, c].entries()) {
    place.away(true);
    version = await written(three, rowOf(name, 20 + 2 * heartbeat), version);
    place.away(false);
    version = await written(three, rowOf(name, 21 + 2 * heartbeat), version);
    assert.deepEqual(heartbeatsIn(a, b, c), [
      21 + 2 * heartbeat,
      21 + 2 * heartbeat,
      21 + 2 * heartbeat,
    ]);
  }
});

Deno.test("write() is a conflict when the row has gone from all that answer", async () => {
  await using scene = new ManyScene();
  const all = scene.open();
  const version = await written(all, rowOf(name, 1));
  scene.a.wipe();
  scene.b.wipe();
  const gone = await all.write(rowOf(name, 2), version, never);
  assert.deepEqual(gone, { kind: "conflict", current: undefined });
  await written(all, rowOf(name, 2));
  assert.deepEqual(heartbeatsIn(scene.a, scene.b), [2, 2]);
});

Deno.test("write() is a conflict when another instance has the name in any registry", async () => {
  for (const place of ["a", "b"] as const) {
    await using scene = new ManyScene();
    const all = scene.open();
    const stranger = rowOf(name, 5, { instance: newer });
    await written(scene.openOne(scene[place]), stranger);
    const version = versionOf(place === "a" ? 0 : 1, stranger);
    const current = { row: stranger, version };
    const mine = rowOf(name, 1, { instance: older });
    const lost = await all.write(mine, undefined, never);
    assert.deepEqual(lost, { kind: "conflict", current });
    assert.equal(heartbeatsIn(scene.a, scene.b).filter((heartbeat) => heartbeat === 1).length, 0);
    // Whoever has seen it may take its place, everywhere.
    await written(all, mine, version);
    assert.deepEqual(heartbeatsIn(scene.a, scene.b), [1, 1]);
  }
});

Deno.test("write() makes one of two give way that have the same name in two registries", async () => {
  const clock = new ManualClock();
  await using scene = new ManyScene(clock);
  const { a, b } = scene;
  const [one, two] = [scene.open(), scene.open()];
  const inA = rowOf(name, 1, { instance: older });
  const inB = rowOf(name, 1, { instance: newer });
  b.away(true);
  let ours = await written(one, inA);
  b.away(false);
  a.away(true);
  const theirs = await written(two, inB);
  a.away(false);
  // The one in the later registry is told at once, and of the other one, not of itself.
  const lost = await two.write({ ...inB, heartbeat: 2 }, theirs, never);
  assert.ok(lost.kind === "conflict");
  assert.deepEqual(lost.current?.row, inA);
  // The other one leaves it time to go, and takes nothing from it meanwhile.
  ours = await written(one, { ...inA, heartbeat: 5 }, ours);
  clock.pass(2_999);
  ours = await written(one, { ...inA, heartbeat: 6 }, ours);
  assert.deepEqual(heartbeatsIn(a, b), [6, 1]);
  clock.pass(1);
  const found = await one.write({ ...inA, heartbeat: 7 }, ours, never);
  const current = { row: inB, version: versionOf(1, inB) };
  assert.deepEqual(found, { kind: "conflict", current });
  assert.deepEqual(
    heartbeatsIn(a, b),
    [7, 1],
    "its own row stays, as it may be the one that lives",
  );
  // Found dead, it is replaced; its registry is the one that decides about that.
  ours = await written(one, { ...inA, heartbeat: 8 }, current.version);
  assert.deepEqual(heartbeatsIn(a, b), [8, 8]);
  await written(one, { ...inA, heartbeat: 9 }, ours);
});

Deno.test("write() leaves no ghost when the other registry keyedMutex out to be taken", async () => {
  await using scene = new ManyScene();
  const stranger = rowOf(name, 5, { instance: newer });
  const slow = scene.openOne(scene.b);
  const read = slow.read.bind(slow);
  // Between the look and the write somebody else takes the name in b alone.
  slow.read = async (...given) => {
    const found = await read(...given);
    await slow.write(stranger, undefined, never);
    return found;
  };
  const all = scene.join([scene.openOne(scene.a), slow]);
  const lost = await all.write(rowOf(name, 1, { instance: older }), undefined, never);
  assert.equal(lost.kind, "conflict");
  assert.deepEqual(heartbeatsIn(scene.a, scene.b), [undefined, 5]);
});

Deno.test("write() lets the first registry that can be written decide", async () => {
  await using scene = new ManyScene();
  const { a, b } = scene;
  const all = scene.join([readOnly(scene.openOne(a)), scene.openOne(b)]);
  let version = await written(all, rowOf(name, 1));
  const late = scene.join([readOnly(scene.openOne(a)), scene.openOne(b)]);
  assert.equal((await late.write(rowOf(name, 2), undefined, never)).kind, "conflict");
  for (let heartbeat = 2; heartbeat < 5; heartbeat++) {
    version = await written(all, rowOf(name, heartbeat), version);
    await all.list(never);
  }
  assert.deepEqual(heartbeatsIn(a, b), [undefined, 4]);
  const told = scene.troubles.filter((text) => text.startsWith("Registry memory:a unavailable"));
  assert.equal(told.length, 1, scene.troubles.join("\n"));
  assert.match(told[0] ?? "", /unavailable \(Cannot write .* read-only\); continuing without it$/);
});

Deno.test("write() loses no row of a single writer, whoever is away when", async () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.constantFrom("", "a", "b")), {
    minLength: 5,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      await using scene = new ManyScene();
      const { a, b } = scene;
      const all = scene.open();
      let version: RowVersion | undefined;
      let heartbeat = 0;
      for (const [aAway, bAway, wiped] of [...script, [false, false, ""] as const]) {
        if (wiped === "a") a.wipe();
        if (wiped === "b") b.wipe();
        a.away(aAway);
        b.away(bAway);
        if (aAway && bAway) {
          await assert.rejects(all.list(never), RegistryError);
          continue;
        }
        const row = rowOf(name, ++heartbeat);
        let result = await all.write(row, version, never);
        // Only if all that answer have lost it, or it lies in one that is away now.
        for (let tries = 0; result.kind === "conflict"; tries++) {
          assert.ok(tries < 2, "a single writer is in nobody's way");
          const { current } = result;
          result = await all.write(row, current?.version, never);
        }
        version = result.version;
        assert.deepEqual((await all.list(never)).rows.map((one) => one.row), [row]);
      }
      assert.deepEqual(heartbeatsIn(a, b), [heartbeat, heartbeat]);
    }),
    { numRuns: 200 },
  );
});

Deno.test("remove() takes all copies, also those that have fallen behind", async () => {
  await using scene = new ManyScene();
  const { a, b } = scene;
  for (const behind of [a, b]) {
    const all = scene.open();
    const first = await written(all, rowOf(name, 1));
    behind.away(true);
    await written(all, rowOf(name, 2), first);
    behind.away(false);
    const { version } = await all.read(name, never) ?? assert.fail();
    assert.equal(await all.remove(name, first, never), "conflict");
    assert.equal(await all.remove(name, version, never), "removed");
    assert.deepEqual(heartbeatsIn(a, b), [undefined, undefined]);
    assert.equal(await all.remove(name, version, never), "conflict");
  }
});

Deno.test("remove() is not undone by a write of the same handle that comes before it ends", async () => {
  await using scene = new ManyScene();
  const all = scene.open();
  const version = await written(all, rowOf(name, 1));
  const removing = all.remove(name, version, never);
  const late = await all.write(rowOf(name, 2), version, never);
  assert.deepEqual(late, { kind: "conflict", current: undefined });
  assert.equal(await removing, "removed");
  assert.deepEqual(heartbeatsIn(scene.a, scene.b), [undefined, undefined]);
  // An abort does not let the next one in too soon.
  const next = await written(all, rowOf(name, 3));
  const again = all.remove(name, next, never);
  const controller = new AbortController();
  const waiting = all.write(rowOf(name, 4), next, controller.signal);
  const last = all.write(rowOf(name, 5), next, never);
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  assert.equal(await again, "removed");
  assert.equal((await last).kind, "conflict");
});

Deno.test("remove() is a conflict when another instance has the name in any registry", async () => {
  await using scene = new ManyScene();
  const all = scene.open();
  const version = await written(all, rowOf(name, 1, { instance: older }));
  scene.b.wipe();
  await written(scene.openOne(scene.b), rowOf(name, 7, { instance: newer }));
  assert.equal(await all.remove(name, version, never), "conflict");
  assert.deepEqual(heartbeatsIn(scene.a, scene.b), [1, 7]);
});

Deno.test("write() brings the cookie to a registry that was away or wiped", async () => {
  await using scene = new ManyScene();
  const { a, b } = scene;
  const all = scene.open();
  b.away(true);
  assert.equal(await all.getOrCreateCookie("minted", never), "minted");
  let version = await written(all, rowOf(name, 1));
  b.away(false);
  version = await written(all, rowOf(name, 2), version);
  assert.equal(await scene.openOne(b).cookie(never), "minted");
  for (const [heartbeat, place] of [a, b].entries()) {
    place.wipe();
    version = await written(all, rowOf(name, 3 + heartbeat), version);
    assert.equal(await scene.openOne(place).cookie(never), "minted");
  }
  // One that was away may have come back without, whatever else it holds.
  b.away(true);
  version = await written(all, rowOf(name, 5), version);
  b.storage.cluster("default").cells.delete(cookieKey);
  b.away(false);
  await written(all, rowOf(name, 6), version);
  assert.equal(await scene.openOne(b).cookie(never), "minted");
});
