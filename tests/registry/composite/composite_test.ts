/**
 * Several registries as one: what they say together, and what one of them may miss.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sleep, systemClock } from "../../../lib/clock.ts";
import { RegistryError } from "../../../lib/core/base/errors.ts";
import type { Row } from "../../../lib/core/members/row.ts";
import { keyOf } from "../../../lib/registry/composite/composite_version.ts";
import { heartbeatsIn, ManyScene, name, written } from "./composite_scene.ts";
import { never, rowOf } from "../rows.ts";
import { ManualClock } from "../../support/manual_clock.ts";

const older = "0".repeat(32);
const newer = "f".repeat(32);

Deno.test("list() gives each name once: higher incarnation, greater instance, higher heartbeat", async () => {
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
  const { timestamps, foreignEntries } = await scene.open().list(never);
  assert.deepEqual(timestamps.map(({ name }) => name), ["elixir@h"]);
  assert.deepEqual(foreignEntries.map(({ key }) => key).sort(), ["b@h", "both@h"]);
});

Deno.test("list() takes who has a row in one registry for no Elixir node in another", async () => {
  await using scene = new ManyScene();
  scene.a.storage.put("default", name, "2016-03-10 18:51:29.277");
  await written(scene.openOne(scene.b), rowOf(name, 1));
  const { rows, timestamps } = await scene.open().list(never);
  assert.deepEqual([rows.length, timestamps], [1, []]);
});

Deno.test("a registry that is back was away since its first failure", async () => {
  const clock = new ManualClock();
  await using scene = new ManyScene(clock);
  const all = scene.open();
  await written(all, rowOf(name, 1));
  scene.b.away(true);
  for (let tries = 0; tries < 3; tries++) {
    await all.list(never);
    clock.pass(10_000);
  }
  scene.b.away(false);
  await all.list(never);
  assert.deepEqual(scene.returns, ["Registry memory:b available again after 30 s"]);
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
      `Registry memory:${gone} unavailable (Cannot list the rows of memory:${gone}: it is away); ` +
      "continuing without it",
    ]);
    assert.deepEqual(scene.returns, []);
    scene[gone].away(false);
    await all.list(never);
    await written(all, rowOf(name, 3), next);
    await all.list(never);
    assert.equal(scene.troubles.length, 1);
    assert.equal(scene.returns.length, 1);
    assert.match(
      scene.returns[0] ?? "",
      new RegExp(`^Registry memory:${gone} available again after`),
    );
    assert.deepEqual(heartbeatsIn(scene.a, scene.b), [3, 3]);
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
  assert.match(scene.troubles[0] ?? "", /^Registry memory:b /);
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

Deno.test("cookie() is the first one in order, and getOrCreateCookie() puts it into all", async () => {
  await using scene = new ManyScene();
  const { a, b, c } = scene;
  assert.equal(await scene.openOne(b).getOrCreateCookie("of b", never), "of b");
  const all = scene.open(a, b, c);
  assert.equal(await all.cookie(never), "of b");
  assert.equal(await scene.openOne(a).cookie(never), undefined);
  assert.equal(await all.getOrCreateCookie("minted", never), "of b");
  for (const place of [a, c]) assert.equal(await scene.openOne(place).cookie(never), "of b");
  b.away(true);
  assert.equal(await all.cookie(never), "of b");
  assert.deepEqual(scene.troubles, []);
});

Deno.test("list() misses the cookie while one of the registries that answer has none", async () => {
  await using scene = new ManyScene();
  const [one, two] = [scene.open(), scene.open()];
  await one.getOrCreateCookie("minted", never);
  assert.equal((await two.list(never)).hasCookie, true);
  scene.b.wipe();
  assert.equal((await two.list(never)).hasCookie, false);
  scene.b.away(true);
  assert.equal((await two.list(never)).hasCookie, true);
  scene.b.away(false);
  await two.getOrCreateCookie("another", never);
  assert.equal((await one.list(never)).hasCookie, true);
  assert.equal(await scene.openOne(scene.b).cookie(never), "minted");
});

Deno.test("getOrCreateCookie() tells once that another cookie lies in one registry", async () => {
  await using scene = new ManyScene();
  await scene.openOne(scene.a).getOrCreateCookie("of a", never);
  await scene.openOne(scene.b).getOrCreateCookie("of b", never);
  const all = scene.open();
  for (let times = 0; times < 2; times++) {
    assert.equal(await all.getOrCreateCookie("minted", never), "of a");
  }
  assert.equal(scene.troubles.length, 1);
  assert.match(scene.troubles[0] ?? "", /registry memory:b holds .* cannot join\. Remove it there/);
  assert.doesNotMatch(scene.troubles.join(), /of [ab]/);
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
    addresses: [{ port: 4370, host: "127.0.0.2" }],
  } as unknown as Row;
  assert.equal(keyOf(turned), keyOf(row));
  assert.notEqual(keyOf({ ...row, activeAt: "" }), keyOf(row));
});
