/**
 * Several registries as one: what they say together, and what one of them may miss.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { sleep, systemClock } from "../../lib/clock.ts";
import { RegistryError } from "../../lib/core/errors.ts";
import type { Row } from "../../lib/core/row.ts";
import { keyOf, versionOf } from "../../lib/registry/many_version.ts";
import type { Registry, RowVersion } from "../../lib/registry/registry.ts";
import { ManyScene } from "./many_scene.ts";
import type { Place } from "./many_scene.ts";
import { ManualClock } from "./manual_clock.ts";
import { nameOf, never, rowOf } from "./rows.ts";

const name = nameOf("n1@10.0.0.2");
const older = "0".repeat(32);
const newer = "f".repeat(32);

async function written(registry: Registry, row: Row, seen?: RowVersion): Promise<RowVersion> {
  const result = await registry.write(row, seen, never);
  assert.equal(result.kind, "written");
  return result.kind === "written" ? result.version : "";
}

/** What lies under `name` in each of the places. */
function beatsIn(...places: Place[]): (number | undefined)[] {
  return places.map(({ storage }) => {
    const cell = storage.cluster("default").cells.get(name);
    return cell === undefined ? undefined : JSON.parse(cell.text).beat;
  });
}

/** A handle that lists but takes nothing. */
function readOnly(registry: Registry): Registry {
  const refuse = (): Promise<never> =>
    Promise.reject(new RegistryError("Cannot write n1@10.0.0.2: it is read-only"));
  return Object.assign(registry, { write: refuse, remove: refuse });
}

Deno.test("list() gives each name once: higher incarnation, greater instance, higher beat", async () => {
  const cases: [one: Row, other: Row][] = [
    [rowOf(name, 1, { incarnation: 1, instance: older }), rowOf(name, 9, { instance: newer })],
    [rowOf(name, 1, { instance: newer }), rowOf(name, 9, { instance: older })],
    [rowOf(name, 9, { instance: older }), rowOf(name, 1, { instance: older })],
  ];
  for (const [better, worse] of cases) {
    for (const [inA, inB] of [[better, worse], [worse, better]] as const) {
      await using scene = new ManyScene();
      await written(scene.openOne(scene.a), inA);
      await written(scene.openOne(scene.b), inB);
      await written(scene.openOne(scene.a), rowOf("only@a"));
      await written(scene.openOne(scene.b), rowOf("only@b"));
      const all = scene.open();
      const { rows } = await all.list(never);
      const found = new Map(rows.map(({ row }) => [row.name as string, row]));
      assert.deepEqual([...found.keys()].sort(), [name, "only@a", "only@b"]);
      assert.equal(rows.length, 3);
      assert.deepEqual(found.get(name), better);
      assert.deepEqual((await all.read(name, never))?.row, better);
    }
  }
});

Deno.test("list() gives what is odd in any registry, once", async () => {
  await using scene = new ManyScene();
  scene.a.storage.put("default", "both@h", "{");
  scene.b.storage.put("default", "both@h", "{");
  scene.b.storage.put("default", "b@h", "");
  scene.b.storage.put("default", "elixir@h", "2016-03-10 18:51:29.277");
  const { timestamps, oddities } = await scene.open().list(never);
  assert.deepEqual(timestamps.map(({ name }) => name), ["elixir@h"]);
  assert.deepEqual(oddities.map(({ key }) => key).sort(), ["b@h", "both@h"]);
});

Deno.test("list() tells in which registry a timestamp stands", async () => {
  await using scene = new ManyScene();
  for (const { storage } of [scene.a, scene.b]) {
    storage.put("default", "elixir@h", "2016-03-10 18:51:29.277");
  }
  const all = scene.open();
  const seenIn = async (): Promise<(number | undefined)[]> =>
    (await all.list(never)).timestamps.map(({ registry }) => registry);
  assert.deepEqual(await seenIn(), [0]);
  scene.a.away(true);
  assert.deepEqual(await seenIn(), [1]);
});

Deno.test("list() goes on without a registry that is away, and tells it once", async () => {
  for (const gone of ["a", "b"] as const) {
    await using scene = new ManyScene();
    const all = scene.open();
    const version = await written(all, rowOf(name, 1));
    scene[gone].away(true);
    for (let times = 0; times < 3; times++) {
      assert.deepEqual((await all.list(never)).rows.map(({ row }) => row), [rowOf(name, 1)]);
    }
    const row = rowOf(name, 2);
    const next = await written(all, row, version);
    assert.deepEqual((await all.list(never)).rows, [{ row, version: next }]);
    assert.deepEqual(scene.troubles, [
      `The registry memory:${gone} cannot be read, going on without it: ` +
      `Cannot list the rows of memory:${gone}: it is away`,
    ]);
    assert.deepEqual(scene.returns, []);
    scene[gone].away(false);
    await all.list(never);
    await written(all, rowOf(name, 3), next);
    await all.list(never);
    assert.equal(scene.troubles.length, 1);
    assert.equal(scene.returns.length, 1);
    assert.match(scene.returns[0] ?? "", new RegExp(`^The registry memory:${gone} is back after`));
    assert.deepEqual(beatsIn(scene.a, scene.b), [3, 3]);
  }
});

Deno.test("list() fails with the reason of each registry when all are away", async () => {
  await using scene = new ManyScene();
  const all = scene.open();
  scene.a.away(true);
  scene.b.away(true);
  for (const call of [() => all.list(never), () => all.write(rowOf(name), undefined, never)]) {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof RegistryError);
      assert.match(
        error.message,
        /^Cannot .* memory:a: it is away; cannot .* memory:b: it is away/,
      );
      return true;
    });
  }
  // That is for the caller to tell.
  assert.deepEqual(scene.troubles, []);
  scene.a.away(false);
  await all.list(never);
  assert.equal(scene.troubles.length, 1);
  assert.match(scene.troubles[0] ?? "", /^The registry memory:b /);
});

Deno.test("list() waits for a silent registry once, then only a moment", async () => {
  const clock = new ManualClock();
  await using scene = new ManyScene(clock);
  const all = scene.open();
  const release = scene.b.silence();
  /** Lets so much time pass, and tells whether the listing has come. */
  const comesAfter = async (listing: Promise<unknown>, durationMs: number): Promise<boolean> => {
    let came = false;
    listing.then(() => came = true);
    await sleep(systemClock, 0);
    clock.pass(durationMs);
    await sleep(systemClock, 0);
    return came;
  };
  const first = all.list(never);
  assert.equal(await comesAfter(first, 1_999), false);
  assert.equal(await comesAfter(first, 1), true);
  assert.equal(scene.troubles.length, 1);
  const second = all.list(never);
  assert.equal(await comesAfter(second, 99), false);
  assert.equal(await comesAfter(second, 1), true);
  // The one that is still open tells when it is back.
  assert.equal(await comesAfter(all.list(never), 0), true);
  release();
  await sleep(systemClock, 0);
  assert.equal(await comesAfter(all.list(never), 0), true);
  assert.equal(scene.returns.length, 1);
});

Deno.test("write() is not held up by a silent registry that failed before", async () => {
  const clock = new ManualClock();
  await using scene = new ManyScene(clock);
  const all = scene.open();
  let version = await written(all, rowOf(name, 1));
  const release = scene.a.silence();
  for (const [beat, atMostMs] of [[2, 4_200], [3, 300], [4, 300]] as const) {
    let result: RowVersion | undefined;
    const begun = clock.now();
    const seen = version;
    written(all, rowOf(name, beat), seen).then((value) => result = value);
    while (result === undefined) {
      assert.ok(clock.now() - begun <= atMostMs, `beat ${beat} took too long`);
      await sleep(systemClock, 0);
      if (result === undefined) clock.pass(20);
    }
    version = result;
  }
  assert.deepEqual(beatsIn(scene.b), [4]);
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
  assert.deepEqual(beatsIn(a, b, c), [2, 2, 2]);
  for (const [beat, place] of [a, b, c].entries()) {
    place.wipe();
    version = await written(three, rowOf(name, 10 + beat), version);
    assert.deepEqual(beatsIn(a, b, c), [10 + beat, 10 + beat, 10 + beat]);
  }
  for (const [beat, place] of [a, b, c].entries()) {
    place.away(true);
    version = await written(three, rowOf(name, 20 + 2 * beat), version);
    place.away(false);
    version = await written(three, rowOf(name, 21 + 2 * beat), version);
    assert.deepEqual(beatsIn(a, b, c), [21 + 2 * beat, 21 + 2 * beat, 21 + 2 * beat]);
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
  assert.deepEqual(beatsIn(scene.a, scene.b), [2, 2]);
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
    assert.equal(beatsIn(scene.a, scene.b).filter((beat) => beat === 1).length, 0);
    // Whoever has seen it may take its place, everywhere.
    await written(all, mine, version);
    assert.deepEqual(beatsIn(scene.a, scene.b), [1, 1]);
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
  const lost = await two.write({ ...inB, beat: 2 }, theirs, never);
  assert.ok(lost.kind === "conflict");
  assert.deepEqual(lost.current?.row, inA);
  // The other one leaves it time to go, and takes nothing from it meanwhile.
  ours = await written(one, { ...inA, beat: 5 }, ours);
  clock.pass(2_999);
  ours = await written(one, { ...inA, beat: 6 }, ours);
  assert.deepEqual(beatsIn(a, b), [6, 1]);
  clock.pass(1);
  const found = await one.write({ ...inA, beat: 7 }, ours, never);
  const current = { row: inB, version: versionOf(1, inB) };
  assert.deepEqual(found, { kind: "conflict", current });
  // Found dead, it is replaced; its registry is the one that decides about that.
  ours = await written(one, { ...inA, beat: 8 }, current.version);
  assert.deepEqual(beatsIn(a, b), [8, 8]);
  await written(one, { ...inA, beat: 9 }, ours);
});

Deno.test("write() leaves no ghost when the other registry turns out to be taken", async () => {
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
  assert.deepEqual(beatsIn(scene.a, scene.b), [undefined, 5]);
});

Deno.test("write() lets the first registry that can be written decide", async () => {
  await using scene = new ManyScene();
  const { a, b } = scene;
  const all = scene.join([readOnly(scene.openOne(a)), scene.openOne(b)]);
  let version = await written(all, rowOf(name, 1));
  const late = scene.join([readOnly(scene.openOne(a)), scene.openOne(b)]);
  assert.equal((await late.write(rowOf(name, 2), undefined, never)).kind, "conflict");
  for (let beat = 2; beat < 5; beat++) {
    version = await written(all, rowOf(name, beat), version);
    await all.list(never);
  }
  assert.deepEqual(beatsIn(a, b), [undefined, 4]);
  const told = scene.troubles.filter((text) => text.startsWith("The registry memory:a cannot be"));
  assert.equal(told.length, 1, scene.troubles.join("\n"));
  assert.match(told[0] ?? "", /cannot be written, going on without it: Cannot write .* read-only$/);
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
      let beat = 0;
      for (const [aAway, bAway, wiped] of [...script, [false, false, ""] as const]) {
        if (wiped === "a") a.wipe();
        if (wiped === "b") b.wipe();
        a.away(aAway);
        b.away(bAway);
        if (aAway && bAway) {
          await assert.rejects(all.list(never), RegistryError);
          continue;
        }
        const row = rowOf(name, ++beat);
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
      assert.deepEqual(beatsIn(a, b), [beat, beat]);
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
    assert.deepEqual(beatsIn(a, b), [undefined, undefined]);
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
  assert.deepEqual(beatsIn(scene.a, scene.b), [undefined, undefined]);
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
  assert.deepEqual(beatsIn(scene.a, scene.b), [1, 7]);
});

Deno.test("cookie() is the first one in order, and mintCookie() puts it into all", async () => {
  await using scene = new ManyScene();
  const { a, b, c } = scene;
  assert.equal(await scene.openOne(b).mintCookie("of b", never), "of b");
  const all = scene.open(a, b, c);
  assert.equal(await all.cookie(never), "of b");
  assert.equal(await scene.openOne(a).cookie(never), undefined);
  assert.equal(await all.mintCookie("minted", never), "of b");
  for (const place of [a, c]) assert.equal(await scene.openOne(place).cookie(never), "of b");
  b.away(true);
  assert.equal(await all.cookie(never), "of b");
  assert.deepEqual(scene.troubles, []);
});

Deno.test("mintCookie() tells once that another cookie lies in one registry", async () => {
  await using scene = new ManyScene();
  await scene.openOne(scene.a).mintCookie("of a", never);
  await scene.openOne(scene.b).mintCookie("of b", never);
  const all = scene.open();
  for (let times = 0; times < 2; times++) {
    assert.equal(await all.mintCookie("minted", never), "of a");
  }
  assert.equal(scene.troubles.length, 1);
  assert.match(scene.troubles[0] ?? "", /registry memory:b: .* cannot join\. Remove it there/);
  assert.doesNotMatch(scene.troubles.join(), /of [ab]/);
});

Deno.test("write() brings the cookie to a registry that was away or wiped", async () => {
  await using scene = new ManyScene();
  const { a, b } = scene;
  const all = scene.open();
  b.away(true);
  assert.equal(await all.mintCookie("minted", never), "minted");
  let version = await written(all, rowOf(name, 1));
  b.away(false);
  version = await written(all, rowOf(name, 2), version);
  assert.equal(await scene.openOne(b).cookie(never), "minted");
  for (const [beat, place] of [a, b].entries()) {
    place.wipe();
    version = await written(all, rowOf(name, 3 + beat), version);
    assert.equal(await scene.openOne(place).cookie(never), "minted");
  }
});

Deno.test("watch() hints at changes in any registry", async () => {
  await using scene = new ManyScene();
  const all = scene.open();
  for (const place of [scene.a, scene.b]) {
    const stop = new AbortController();
    const { promise: hinted, resolve: onChange } = Promise.withResolvers<void>();
    const ended = all.watch(onChange, stop.signal);
    await written(scene.openOne(place), rowOf(name, 1));
    await hinted;
    stop.abort();
    await ended;
  }
});

Deno.test("openManyRegistries() is as stale as the stalest, is called like all, closes all", async () => {
  await using scene = new ManyScene();
  const a = scene.openOne(scene.a);
  const b = Object.defineProperty(scene.openOne(scene.b), "stalenessMs", { value: 700 });
  const all = scene.join([a, b]);
  assert.equal(all.stalenessMs, 700);
  assert.equal(all.url, "memory:a and memory:b");
  await all[Symbol.asyncDispose]();
  for (const one of [a, b, all]) {
    await assert.rejects(one.list(never), /Cannot list the rows of memory:.: .*closed/);
  }
});

Deno.test("keyOf() does not depend on the order of fields and tags", () => {
  const row = rowOf(name, 3, { tags: { zone: "eu", rack: "7" } });
  const turned = {
    ...Object.fromEntries(Object.entries(row).reverse()),
    tags: { rack: "7", zone: "eu" },
    addresses: [{ port: 4370, host: "10.0.0.2" }],
  } as unknown as Row;
  assert.equal(keyOf(turned), keyOf(row));
  assert.notEqual(keyOf({ ...row, activeAt: "" }), keyOf(row));
});
