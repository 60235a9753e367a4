import assert from "node:assert/strict";
import { ReclaimProofs } from "../../lib/protocol/reclaim_proof.ts";
import type { ReclaimingRow } from "../../lib/protocol/reclaim_proof.ts";
import type { Reclaimed } from "../../lib/core/members/row.ts";
import { instanceOf, nameOf } from "../core/records.ts";

const row: ReclaimingRow = {
  name: nameOf(1),
  instance: instanceOf(1),
  reclaims: {
    from: [{ instance: instanceOf(2), heartbeat: 12 }, { instance: instanceOf(4), heartbeat: 1 }],
  },
};
const proofs = new ReclaimProofs(["new", "old"], "default");
const proof = proofs.prove(row) ?? "";

Deno.test("ReclaimProofs accepts what any of the cookies has signed, and signs with the first", () => {
  assert.match(proof, /^[0-9a-f]{32}$/);
  assert.equal(proofs.isProven(row, proof), true);
  assert.equal(new ReclaimProofs(["new"], "default").prove(row), proof);
  const old = new ReclaimProofs(["old"], "default").prove(row) ?? "";
  assert.notEqual(old, proof);
  assert.equal(proofs.isProven(row, old), true);
});

Deno.test("ReclaimProofs without a cookie neither signs nor accepts", () => {
  const none = new ReclaimProofs([], "default");
  assert.equal(none.prove(row), undefined);
  assert.equal(none.isProven(row, proof), false);
});

/** The row, but for the first one that it reclaims. */
function from(changes: Partial<Reclaimed>): ReclaimingRow {
  const [first, ...more] = row.reclaims.from;
  return { ...row, reclaims: { from: [{ ...first as Reclaimed, ...changes }, ...more] } };
}

const altered: Readonly<Record<string, ReclaimingRow>> = {
  "another name": { ...row, name: nameOf(2) },
  "another instance": { ...row, instance: instanceOf(3) },
  "both instances exchanged": { ...from({ instance: row.instance }), instance: instanceOf(2) },
  "another one's instance": from({ instance: instanceOf(3) }),
  "another heartbeat": from({ heartbeat: 13 }),
  "one row less": { ...row, reclaims: { from: row.reclaims.from.slice(1) } },
  "another order": { ...row, reclaims: { from: row.reclaims.from.toReversed() } },
};

for (const [what, other] of Object.entries(altered)) {
  Deno.test(`ReclaimProofs does not accept a proof for ${what}`, () => {
    assert.equal(proofs.isProven(other, proof), false);
  });
}

Deno.test("ReclaimProofs does not accept what another cookie or cluster has signed, or garbage", () => {
  assert.equal(new ReclaimProofs(["other"], "default").isProven(row, proof), false);
  assert.equal(new ReclaimProofs(["new"], "other").isProven(row, proof), false);
  for (const wrong of ["", proof.slice(1), `${proof}0`, "0".repeat(32), proof.toUpperCase()]) {
    assert.equal(proofs.isProven(row, wrong), false, wrong);
  }
});
