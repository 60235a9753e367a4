/**
 * What a peer says of itself is its record, and one that says it as it should is taken as it is.
 *
 * @module
 */
import assert from "node:assert/strict";
import { claimOf } from "../../../lib/core/dissemination/claim.ts";
import { recordOf } from "../records.ts";

Deno.test("claimOf() makes no other record of one that came along", () => {
  const alive = recordOf(1);
  const left = recordOf(1, { state: "left" });
  const peer = { ...alive };
  assert.equal(claimOf(peer, { incarnation: 0, record: alive }), alive);
  assert.equal(claimOf(peer, { incarnation: 0, record: left }), left);
});

Deno.test("claimOf() lets nobody who speaks call itself failed", () => {
  const failed = recordOf(1, { state: "failed", cause: { kind: "silent", accusers: [] } });
  const claim = claimOf({ ...failed }, { incarnation: 0, record: failed });
  assert.equal(claim.state, "alive");
  assert.equal(claim.cause, undefined);
});

Deno.test("claimOf() takes no record of somebody else for that of the peer", () => {
  const [peer, other] = [recordOf(1), recordOf(2)];
  const claim = claimOf({ ...peer }, { incarnation: 3, record: other });
  assert.equal(claim.name, peer.name);
  assert.equal(claim.incarnation, 3);
});
