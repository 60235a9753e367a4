/**
 * The contract of a registry, clause by clause: the same suite for every back end.
 *
 * Always two handles on the same storage, because that is what a registry is for. A new back end is
 * one more call in `conformance_test.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { sleep, systemClock } from "../../lib/clock.ts";
import { RegistryError } from "../../lib/core/base/errors.ts";
import type { Registry, StoredRow } from "../../lib/registry/registry.ts";
import { needing } from "../permissions.ts";
import type { Need } from "../permissions.ts";
import { anyName, largestRow, nameOf, never, rowOf, writtenVersion } from "./rows.ts";

/** An empty storage of one back end. */
export interface RegistryFixture {
  /** A new handle; the suite closes it. Of cluster `default` if none is named. */
  handle(cluster?: string): Promise<Registry>;
  /** Puts `text` under `key` into cluster `default`, as a foreign or broken program might. */
  damage(key: string, text: string): Promise<void>;
  /** Makes the storage refuse everything, or serve again. */
  away(isAway: boolean): Promise<void>;
  /** What a listing should tell now of a cookie that was put there, where the storage loses it. */
  holdsCookie?(): boolean;
  /** Removes the storage. */
  close(): Promise<void>;
}

/** What to know about a back end before its storage can be opened. */
export interface ConformanceOptions {
  /** Permissions that it needs; without them its tests are skipped by name. */
  readonly needs: readonly Need[];
  /** Why it cannot be tested here, if it cannot; the name of each skipped test says so. */
  readonly skip?: string | undefined;
}

interface Pair {
  readonly one: Registry;
  readonly two: Registry;
  readonly fixture: RegistryFixture;
}

type Check = (pair: Pair) => Promise<void>;

/** Declares the tests of one back end; `open` gives a fresh, empty storage each time. */
export function registryConformance(
  name: string,
  open: () => Promise<RegistryFixture>,
  { needs, skip }: ConformanceOptions,
): void {
  for (const [clause, check] of Object.entries(clauses)) {
    const { name: fullName, ignore } = needing(`${name} registry: ${clause}`, ...needs);
    Deno.test({
      name: skip === undefined ? fullName : `${fullName} (skipped: ${skip})`,
      ignore: ignore || skip !== undefined,
      async fn() {
        const fixture = await open();
        try {
          await using one = await fixture.handle();
          await using two = await fixture.handle();
          await check({ one, two, fixture });
        } finally {
          await fixture.close();
        }
      },
    });
  }
}

const name = nameOf("n1@10.0.0.2");

/** Waits until `reader` may no longer be behind. */
async function catchUp(reader: Registry): Promise<void> {
  if (reader.stalenessMs > 0) await sleep(systemClock, reader.stalenessMs);
}

function shuffledCopies(one: Registry, two: Registry, count: number): Registry[] {
  return Array.from({ length: count }, (_, index) => index % 2 === 0 ? one : two);
}

const clauses: Readonly<Record<string, Check>> = {
  "R1 list() is empty when nobody wrote to the cluster": async ({ one, two }) => {
    const empty = { rows: [], timestamps: [], foreignEntries: [], hasCookie: false };
    assert.deepEqual(await one.list(never), empty);
    assert.deepEqual(await two.list(never), empty);
    assert.equal(await one.read(name, never), undefined);
  },

  "R2 list() and read() give what the same handle wrote": async ({ one }) => {
    const first = await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    assert.deepEqual(await one.read(name, never), { row: rowOf(name, 1), version: first });
    const second = await writtenVersion(one.write(rowOf(name, 2), first, never));
    const stored = { row: rowOf(name, 2), version: second };
    assert.deepEqual(await one.read(name, never), stored);
    assert.deepEqual((await one.list(never)).rows, [stored]);
  },

  "R3 list() and read() give what another handle wrote and removed": async ({ one, two }) => {
    const version = await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    await catchUp(two);
    assert.deepEqual((await two.list(never)).rows, [{ row: rowOf(name, 1), version }]);
    assert.deepEqual(await two.read(name, never), { row: rowOf(name, 1), version });
    assert.equal(await two.remove(name, version, never), "removed");
    await catchUp(one);
    assert.deepEqual((await one.list(never)).rows, []);
    assert.equal(await one.read(name, never), undefined);
  },

  "R4, R5 write() lets one of many win when all saw no row": async ({ one, two }) => {
    await assertOneWinner(shuffledCopies(one, two, 20), undefined);
  },

  "R4, R5 write() lets one of many win when all saw the same row": async ({ one, two }) => {
    const seen = await writtenVersion(one.write(rowOf(name, 1_000), undefined, never));
    await catchUp(two);
    await assertOneWinner(shuffledCopies(one, two, 20), seen);
  },

  "R4 write() loses no update when handles take turns at random": async ({ one, two }) => {
    const turns = 10;
    await Promise.all([one, two].map(async (handle) => {
      for (let wins = 0; wins < turns;) {
        const before = await handle.read(name, never);
        const row = rowOf(name, (before?.row.heartbeat ?? 0) + 1);
        if ((await handle.write(row, before?.version, never)).kind === "written") wins++;
      }
    }));
    assert.equal((await one.read(name, never))?.row.heartbeat, 2 * turns);
  },

  "R5 write() tells the row that stands there when it loses": async ({ one, two }) => {
    const version = await writtenVersion(one.write(rowOf(name, 7), undefined, never));
    await catchUp(two);
    const expected = { kind: "conflict", current: { row: rowOf(name, 7), version } };
    assert.deepEqual(await two.write(rowOf(name, 8), undefined, never), expected);
    assert.deepEqual(await two.write(rowOf(name, 8), `${version}x`, never), expected);
  },

  "R5 write() is a conflict when the row it saw has gone": async ({ one, two }) => {
    const version = await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    assert.equal(await two.remove(name, version, never), "removed");
    const result = await one.write(rowOf(name, 2), version, never);
    assert.deepEqual(result, { kind: "conflict", current: undefined });
    await writtenVersion(one.write(rowOf(name, 2), undefined, never));
  },

  "R6 write() gives another version each time": async ({ one, two }) => {
    const versions: (string | undefined)[] = [undefined];
    for (let heartbeat = 0; heartbeat < 10; heartbeat++) {
      const handle = heartbeat % 2 === 0 ? one : two;
      versions.push(
        await writtenVersion(handle.write(rowOf(name, heartbeat), versions.at(-1), never)),
      );
    }
    assert.equal(new Set(versions).size, versions.length);
  },

  "R7 remove() is a conflict when done twice, too late, or of nothing": async ({ one, two }) => {
    const first = await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    const second = await writtenVersion(one.write(rowOf(name, 2), first, never));
    await catchUp(two);
    assert.equal(await two.remove(name, first, never), "conflict");
    assert.equal((await one.list(never)).rows.length, 1);
    assert.equal(await two.remove(name, second, never), "removed");
    assert.equal(await two.remove(name, second, never), "conflict");
    assert.equal(await one.remove(name, second, never), "conflict");
    assert.equal(await one.remove(nameOf("nobody@nowhere"), second, never), "conflict");
  },

  "R7 remove() lets one of many win": async ({ one, two }) => {
    const seen = await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    await catchUp(two);
    const results = await Promise.all(
      shuffledCopies(one, two, 10).map((handle) => handle.remove(name, seen, never)),
    );
    assert.equal(results.filter((result) => result === "removed").length, 1);
  },

  "R8 clusters under one URL see nothing of each other": async ({ one, fixture }) => {
    await using blue = await fixture.handle("blue");
    await using green = await fixture.handle("green-2.x_y");
    const handles = [blue, one, green];
    for (const [index, handle] of handles.entries()) {
      await writtenVersion(handle.write(rowOf(name, index), undefined, never));
      assert.equal(await handle.getOrCreateCookie(`cookie-${index}`, never), `cookie-${index}`);
    }
    for (const [index, handle] of handles.entries()) {
      const { rows, timestamps, foreignEntries } = await handle.list(never);
      assert.deepEqual(rows.map(({ row }) => row), [rowOf(name, index)]);
      assert.deepEqual([timestamps, foreignEntries], [[], []]);
      assert.equal(await handle.getOrCreateCookie("other", never), `cookie-${index}`);
    }
  },

  "R9 list() and read() give back every legal name": async ({ one, two }) => {
    await fc.assert(
      fc.asyncProperty(anyName(), fc.nat(), async (anyone, heartbeat) => {
        const row = rowOf(anyone, heartbeat);
        const version = await writtenVersion(one.write(row, undefined, never));
        await catchUp(two);
        assert.deepEqual(await two.read(anyone, never), { row, version });
        assert.deepEqual((await two.list(never)).rows, [{ row, version }]);
        assert.equal(await two.remove(anyone, version, never), "removed");
        await catchUp(one);
      }),
      { numRuns: 20, examples: [[nameOf(`${"n".repeat(100)}@${":".repeat(99)}`), 1]] },
    );
  },

  "R9 list() and read() give back the largest row": async ({ one, two }) => {
    const row = largestRow(`${"n".repeat(100)}@${"h".repeat(99)}`);
    const version = await writtenVersion(one.write(row, undefined, never));
    await catchUp(two);
    assert.deepEqual(await two.read(row.name, never), { row, version });
    assert.deepEqual((await two.list(never)).rows, [{ row, version }]);
  },

  "R9 write() refuses a row that is larger than the largest": async ({ one }) => {
    const row = largestRow(name);
    const larger = { ...row, tags: { ...row.tags, rest: `${row.tags["rest"]}é` } };
    await assert.rejects(one.write(larger, undefined, never), RegistryError);
    assert.deepEqual((await one.list(never)).rows, []);
  },

  "R10 an abort rejects with its reason at once": async ({ one }) => {
    for (const start of operations(one)) {
      const controller = new AbortController();
      const reason = new Error("enough");
      const pending = start(controller.signal);
      controller.abort(reason);
      await assert.rejects(pending, reason);
      await assert.rejects(start(controller.signal), reason);
    }
    await one.watch(() => {}, AbortSignal.abort());
    // What was left behind may still have happened, but it has done no harm.
    await one.list(never);
  },

  "R11 every call rejects with RegistryError when the storage is away": async (
    { one, two, fixture },
  ) => {
    const version = await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    await fixture.away(true);
    for (const handle of [one, two]) {
      for (const start of operations(handle)) {
        await assert.rejects(start(never), (error) => {
          assert.ok(error instanceof RegistryError);
          assert.match(error.message, /^Cannot .*: ./);
          return true;
        });
      }
    }
    await fixture.away(false);
    for (const handle of [one, two]) {
      assert.deepEqual((await handle.list(never)).rows, [{ row: rowOf(name, 1), version }]);
    }
    await writtenVersion(two.write(rowOf(name, 2), version, never));
  },

  "R11 every call rejects with RegistryError when the handle is closed": async ({ fixture }) => {
    const handle = await fixture.handle();
    await handle[Symbol.asyncDispose]();
    for (const start of operations(handle)) await assert.rejects(start(never), RegistryError);
    await handle.watch(() => {}, never);
    await handle[Symbol.asyncDispose]();
  },

  "R12 list() tells damaged rows apart and still gives the others": async (
    { one, two, fixture },
  ) => {
    const version = await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    for (const [key, text] of Object.entries(damages)) await fixture.damage(key, text);
    await fixture.damage("elixir@10.0.0.9", "2016-03-10 18:51:29.277");
    await catchUp(two);
    const listing = await two.list(never);
    assert.deepEqual(listing.rows, [{ row: rowOf(name, 1), version }]);
    assert.deepEqual(listing.timestamps.map(({ name }) => name), ["elixir@10.0.0.9"]);
    const keys = listing.foreignEntries.map(({ key }) => key);
    assert.deepEqual(keys.toSorted(), Object.keys(damages).toSorted());
    for (const { reason } of listing.foreignEntries) assert.match(reason, /^its? ./);
  },

  "R12 write() replaces what is no row when told that there is none": async (
    { one, two, fixture },
  ) => {
    await fixture.damage(name, "{");
    assert.equal(await one.read(name, never), undefined);
    const lost = await one.write(rowOf(name, 1), "some version", never);
    assert.deepEqual(lost, { kind: "conflict", current: undefined });
    const version = await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    const stored: StoredRow = { row: rowOf(name, 1), version };
    await catchUp(two);
    assert.deepEqual(await two.list(never), {
      rows: [stored],
      timestamps: [],
      foreignEntries: [],
      hasCookie: false,
    });
  },

  "R13 getOrCreateCookie() keeps one of many, and all read that one": async (
    { one, two, fixture },
  ) => {
    assert.equal(await one.cookie(never), undefined);
    const minted = Array.from({ length: 20 }, (_, index) => `cookie-${index}`);
    const handles = shuffledCopies(one, two, minted.length);
    const kept = await Promise.all(
      minted.map((cookie, index) => (handles[index] ?? one).getOrCreateCookie(cookie, never)),
    );
    assert.equal(new Set(kept).size, 1);
    assert.ok(minted.includes(kept[0] ?? ""));
    await using late = await fixture.handle();
    assert.equal(await late.getOrCreateCookie("too late", never), kept[0]);
    assert.equal(await late.cookie(never), kept[0]);
    assert.deepEqual((await late.list(never)).foreignEntries, []);
  },

  "R15 list() tells whether the cookie is there": async ({ one, two, fixture }) => {
    const isThere = (): boolean => fixture.holdsCookie?.() ?? true;
    assert.equal((await one.list(never)).hasCookie, false);
    await one.getOrCreateCookie("minted", never);
    await catchUp(two);
    assert.equal((await two.list(never)).hasCookie, isThere());
    assert.equal(await two.getOrCreateCookie("another", never), "minted");
    assert.equal((await one.list(never)).hasCookie, isThere());
  },

  "R14 list() gives a timestamp alone a version that moves with it, and remove() takes it out":
    async ({ one, two, fixture }) => {
      const elixir = nameOf("elixir@10.0.0.9");
      const versionSeenBy = async (handle: Registry): Promise<string> => {
        await catchUp(handle);
        const { rows, timestamps, foreignEntries } = await handle.list(never);
        assert.deepEqual([rows, foreignEntries], [[], []]);
        assert.deepEqual(timestamps.map(({ name }) => name), [elixir]);
        return timestamps[0]?.version ?? "";
      };
      await fixture.damage(elixir, "2016-03-10 18:51:29.277");
      const first = await versionSeenBy(one);
      assert.equal(await versionSeenBy(two), first);
      await fixture.damage(elixir, "2016-03-10 18:51:30.277");
      const second = await versionSeenBy(two);
      assert.notEqual(second, first);
      assert.equal(await two.remove(elixir, first, never), "conflict");
      assert.equal(await versionSeenBy(one), second);
      assert.equal(await one.remove(elixir, second, never), "removed");
      assert.equal(await two.remove(elixir, second, never), "conflict");
      await catchUp(two);
      assert.deepEqual(await two.list(never), {
        rows: [],
        timestamps: [],
        foreignEntries: [],
        hasCookie: false,
      });
    },

  "watch() ends when its signal is aborted, and when the handle is closed": async (
    { one, two },
  ) => {
    const controller = new AbortController();
    const ends = [one.watch(() => {}, controller.signal), two.watch(() => {}, never)];
    await writtenVersion(one.write(rowOf(name, 1), undefined, never));
    controller.abort();
    await two[Symbol.asyncDispose]();
    await Promise.all(ends);
  },
};

/** What may not be taken for a row, by key. */
const damages: Readonly<Record<string, string>> = {
  "empty@h": "",
  "half@h": JSON.stringify(rowOf("half@h")).slice(0, 100),
  "garbage@h": "\u0000\u0001\ufffd",
  "list@h": "[]",
  "old@h": JSON.stringify({ ...rowOf("old@h"), version: 2 }),
  "copy@h": JSON.stringify(rowOf("original@h")),
  "large@h": JSON.stringify(rowOf("large@h")) + " ".repeat(16 * 1024),
  "no node": JSON.stringify(rowOf(name)),
  "n1@10.0.0.2~": JSON.stringify(rowOf(name)),
};

function operations(handle: Registry): ((signal: AbortSignal) => Promise<unknown>)[] {
  return [
    (signal) => handle.list(signal),
    (signal) => handle.read(nameOf("other@h"), signal),
    (signal) => handle.write(rowOf("other@h"), undefined, signal),
    (signal) => handle.remove(nameOf("other@h"), "version", signal),
    (signal) => handle.getOrCreateCookie("minted", signal),
    (signal) => handle.cookie(signal),
  ];
}

async function assertOneWinner(handles: Registry[], seen: string | undefined): Promise<void> {
  const results = await Promise.all(
    handles.map((handle, heartbeat) => handle.write(rowOf(name, heartbeat), seen, never)),
  );
  const winners = results.flatMap((result, heartbeat) =>
    result.kind === "written" ? [heartbeat] : []
  );
  assert.equal(winners.length, 1, `${winners.length} writers won`);
  assert.equal((await handles[0]?.read(name, never))?.row.heartbeat, winners[0]);
}
