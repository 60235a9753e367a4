/** How a leaving node takes its row along. */
import assert from "node:assert/strict";
import { ExponentialBackoff } from "../../../lib/core/base/backoff.ts";
import type { Effect } from "../../../lib/core/input.ts";
import type { StoredRow } from "../../../lib/core/members/row.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { rowVersion } from "../../../lib/core/members/row.ts";
import { RowRemoval } from "../../../lib/core/registration/row_removal.ts";
import type { RemovalStart } from "../../../lib/core/registration/row_removal.ts";

const name = "n1@h" as NodeName;
const [own, other] = ["a".repeat(32), "b".repeat(32)];

/** A row of `instance` in version `version`. */
function row(instance: string, version: string): StoredRow {
  return {
    version,
    row: {
      version: rowVersion,
      name,
      instance,
      incarnation: 0,
      heartbeat: 1,
      heartbeatIntervalMs: 1000,
      addresses: [],
      state: "up",
      tags: {},
      startedAt: "2016-03-10T18:51:29.277Z",
      activeAt: "2016-03-10T18:51:29.277Z",
      software: "clusternode/0",
    },
  };
}

/** A removal that began at 0 and may take 5 s; `asked` gives its effects since the last time. */
function removal(
  start: Partial<RemovalStart> = {},
): { it: RowRemoval; asked: () => string[]; out: Effect[] } {
  const out: Effect[] = [];
  const it = new RowRemoval(
    {
      name,
      instance: own,
      expectedVersion: "v1",
      mayStand: true,
      isWriting: false,
      isListing: false,
      backoff: new ExponentialBackoff(250, seededRandom(1)),
      deadline: 5000,
      timeoutMs: 5000,
      ...start,
    },
    0,
    out,
  );
  const asked = (): string[] =>
    out.splice(0).map((effect) => {
      if (effect.kind === "remove") return `remove ${effect.version}`;
      return effect.kind === "note" ? `${effect.level}: ${effect.message}` : effect.kind;
    });
  return { it, asked, out };
}

Deno.test("RowRemoval removes the row as it was last expectedVersion", () => {
  const { it, asked, out } = removal();
  assert.deepEqual(asked(), ["remove v1"]);
  it.removalEnded({ kind: "removed", name }, 1, out);
  assert.ok(it.isDone);
});

Deno.test("RowRemoval has nothing to do when nothing was ever written", () => {
  const { it, asked } = removal({ expectedVersion: undefined, mayStand: false });
  assert.ok(it.isDone);
  assert.deepEqual(asked(), []);
});

Deno.test("RowRemoval waits for the write that is under way, and removes what that wrote", () => {
  const { it, asked, out } = removal({ isWriting: true });
  assert.deepEqual(asked(), []);
  it.written("v2", 10, out);
  assert.deepEqual(asked(), ["remove v2"]);
});

Deno.test("RowRemoval tries again until its time is up when the registry fails", () => {
  const { it, asked, out } = removal();
  let tries = 0;
  for (let now = 1; !it.isDone; now = it.wakeAt) {
    tries += asked().length;
    it.wake(now, out);
    it.removalEnded({ kind: "remove-failed", name, reason: "the disk is on fire" }, now, out);
  }
  assert.ok(tries >= 8, `${tries} tries`);
  assert.deepEqual(asked(), [
    "warning: The row of n1@h stays in the registry: it could not be removed within 5.0 s " +
    "(the disk is on fire)",
  ]);
});

Deno.test("RowRemoval removes its row in another version when a lost write had been done", () => {
  const { it, asked, out } = removal();
  asked();
  it.removalEnded({ kind: "remove-conflict", name, current: row(own, "v7") }, 1, out);
  assert.deepEqual(asked(), ["remove v7"]);
  it.removalEnded({ kind: "remove-conflict", name, current: undefined }, 1, out);
  assert.ok(it.isDone, "it is gone");
});

Deno.test("RowRemoval leaves the row alone when it is somebody else's by now", () => {
  const { it, asked, out } = removal();
  asked();
  it.removalEnded({ kind: "remove-conflict", name, current: row(other, "v7") }, 1, out);
  assert.ok(it.isDone);
  assert.deepEqual(asked(), []);
});

Deno.test("RowRemoval looks when a first write may have been done, and not at an old listing", () => {
  const { it, asked, out } = removal({
    expectedVersion: undefined,
    isWriting: true,
    isListing: true,
  });
  it.writeFailed("no answer", 5, out);
  it.wake(6, out);
  assert.deepEqual(asked(), [], "a listing is under way");
  it.listed(undefined, out);
  assert.equal(it.isDone, false, "that one began before the write had ended");
  it.wake(7, out);
  assert.deepEqual(asked(), ["list"]);
  it.listFailed("no answer", 8);
  it.wake(it.wakeAt, out);
  assert.deepEqual(asked(), ["list"]);
  it.listed(row(own, "v1"), out);
  assert.deepEqual(asked(), ["remove v1"]);
});

Deno.test("RowRemoval gives up in time when the registry says nothing at all", () => {
  const { it, asked, out } = removal({ timeoutMs: 0, deadline: 0 });
  asked();
  it.wake(0, out);
  assert.ok(it.isDone);
  assert.match(asked().join(), /^warning: The row of n1@h stays .* \(it has not answered\)$/);
});
