/**
 * What a node writes about those that wrote over its row, and what it believes of such words.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Input } from "../../lib/core/input.ts";
import { ReclaimProofs } from "../../lib/protocol/reclaim_proof.ts";
import { encodeRow, rowMaxBytes } from "../../lib/core/members/row.ts";
import type { Reclaim, Row, RowDraft } from "../../lib/core/members/row.ts";
import { encodeUtf8 } from "../../lib/core/base/text.ts";
import { RegistryEffects } from "../../lib/node/registry_effects.ts";
import { MemoryStorage, openMemoryRegistry } from "../../lib/registry/memory/memory.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { largestRow, nameOf, rowOf } from "../registry/rows.ts";
import { Lines } from "./lines.ts";
import { ManualClock } from "../support/manual_clock.ts";

const name = nameOf("n1@h");
const [one, other, third] = ["1", "2", "3"].map((digit) => digit.repeat(32)) as [
  string,
  string,
  string,
];

/** A node's desk, and what it has told its core. */
class Desk implements AsyncDisposable {
  readonly inputs: Input[] = [];
  readonly #stop = new AbortController();
  readonly #registryEffects: RegistryEffects;

  constructor(storage: MemoryStorage, cookie: string, cluster = "default") {
    const clock = new ManualClock();
    const parts = {
      ...{ barrier: loudBarrier, clock, log: new Lines() },
      registry: openMemoryRegistry({ clock, storage, cluster: "default" }),
      loopbackNote: undefined,
      mintedCookie: undefined,
      reclaimProofs: new ReclaimProofs([cookie], cluster),
    };
    this.#registryEffects = new RegistryEffects(
      parts,
      (input) => this.inputs.push(input),
      this.#stop.signal,
    );
  }

  /** Writes a row where `expectedVersion` is said to stand. */
  async write(row: RowDraft, expectedVersion?: string): Promise<Input | undefined> {
    await this.#registryEffects.carryOut({ kind: "write", row, expectedVersion });
    return this.inputs.at(-1);
  }

  /** What the core is told of the row that stands there, by a listing and by a conflict. */
  async told(): Promise<(Reclaim | undefined)[]> {
    await this.#registryEffects.carryOut({ kind: "list" });
    const listed = this.inputs.at(-1);
    const conflict = await this.write(draft(one), "none");
    assert.ok(listed?.kind === "listed" && conflict?.kind === "write-conflict");
    return [listed.rows[0]?.row.reclaims, conflict.current?.row.reclaims];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#registryEffects.close();
  }
}

function draft(instance: string, changes: Partial<Row> = {}): RowDraft {
  return { ...rowOf(name, 5), instance, ...changes };
}

const from = [{ instance: one, heartbeat: 5 }];
const reclaims: Reclaim = { from };

/** The row of a node that reclaims its name from `one`, as it stands in the storage. */
async function reclaimed(storage: MemoryStorage, cookie: string, cluster?: string): Promise<Row> {
  await using desk = new Desk(storage, cookie, cluster);
  assert.equal((await desk.write(draft(other, { reclaims })))?.kind, "written");
  return JSON.parse(storage.cluster("default").cells.get(name)?.text ?? "");
}

/** What node `one` is told of the row, once it has been changed so. */
async function toldOf(
  change: (row: Row) => Row,
  cookie = "secret",
  cluster?: string,
): Promise<(Reclaim | undefined)[]> {
  const storage = new MemoryStorage();
  const row = await reclaimed(storage, cookie, cluster);
  storage.put("default", name, encodeRow(change(row)));
  await using desk = new Desk(storage, "secret");
  // It has written before, and so knows who it is.
  await desk.write(draft(one), "none");
  return await desk.told();
}

Deno.test("RegistryEffects signs what a row reclaims, and tells of it whom it concerns", async () => {
  const row = await reclaimed(new MemoryStorage(), "secret");
  assert.deepEqual(row.reclaims?.from, from);
  assert.match(row.reclaims?.proof ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(await toldOf((same) => same), [reclaims, reclaims]);
});

const proofOf = ({ reclaims }: Row): string => reclaims?.proof ?? "";

const forgeries: Readonly<Record<string, (row: Row) => Row>> = {
  "without a proof": (row) => ({ ...row, reclaims }),
  "with a proof that was made up": (row) => ({
    ...row,
    reclaims: { from, proof: "0".repeat(32) },
  }),
  "copied by another instance": (row) => ({ ...row, instance: third }),
  "with another heartbeat": (row) => ({
    ...row,
    reclaims: { from: [{ instance: one, heartbeat: 6 }], proof: proofOf(row) },
  }),
  "from one more instance": (row) => ({
    ...row,
    reclaims: { from: [...from, { instance: third, heartbeat: 1 }], proof: proofOf(row) },
  }),
  "of an unknown shape": (row) => ({ ...row, reclaims: ["?"] as unknown as Reclaim }),
  "that is null": (row) => ({ ...row, reclaims: null as unknown as undefined }),
};

for (const [what, change] of Object.entries(forgeries)) {
  Deno.test(`RegistryEffects tells of the row, and not of a reclaim ${what}`, async () => {
    assert.deepEqual(await toldOf(change), [undefined, undefined]);
  });
}

Deno.test("RegistryEffects does not tell what another cookie or cluster has signed", async () => {
  assert.deepEqual(await toldOf((row) => row, "another"), [undefined, undefined]);
  assert.deepEqual(await toldOf((row) => row, "secret", "another"), [undefined, undefined]);
});

Deno.test("RegistryEffects does not tell a node what is reclaimed from another one", async () => {
  const storage = new MemoryStorage();
  await reclaimed(storage, "secret");
  await using desk = new Desk(storage, "secret");
  await desk.write(draft(third), "none");
  const told = desk.inputs.at(-1);
  assert.ok(told?.kind === "write-conflict");
  assert.equal(told.current?.row.reclaims, undefined);
});

Deno.test("RegistryEffects writes the largest row without what it reclaims", async () => {
  const storage = new MemoryStorage();
  await using desk = new Desk(storage, "secret");
  const written = await desk.write({ ...largestRow(name), reclaims });
  assert.equal(written?.kind, "written");
  const text = storage.cluster("default").cells.get(name)?.text ?? "";
  assert.ok(encodeUtf8(text).length <= rowMaxBytes);
  assert.equal(JSON.parse(text).reclaims, undefined);
});
