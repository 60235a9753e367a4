/**
 * What one inquiry about the holder of a name comes to.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PingFailure } from "../../../lib/core/base/ping_failure.ts";
import { profileTimings } from "../../../lib/core/base/profile.ts";
import { doubtMs, NameClaim } from "../../../lib/core/registration/name_claim.ts";
import type { Tenure } from "../../../lib/core/registration/name_claim.ts";
import type { Settings } from "../../../lib/core/settings.ts";
import { rowOf } from "../lone_node.ts";
import { instanceOf, pingFailures } from "../records.ts";
import { pong } from "../view.ts";

const row = rowOf(1, { instance: instanceOf(9), heartbeat: 5 });
const holder = { row, version: "v5" };
const settings = { timings: profileTimings.lan } as Settings;
const { secondPingDelayMs } = settings.timings;

function claimOf(tenure: Tenure = "claiming", previous?: NameClaim, now = 0): NameClaim {
  return new NameClaim(holder, tenure, previous, settings, now);
}

/** Lets it do what is due; the ping that is to be sent. */
function wake(claim: NameClaim, now: number) {
  return claim.wake({ incarnation: 0, fingerprint: 0 }, now);
}

/** Its verdict after the one ping that is due at 0 has failed so. */
function verdictAfter(kind: PingFailure, tenure: Tenure): string {
  const claim = claimOf(tenure);
  assert.ok(wake(claim, 0));
  claim.pingEnded({ kind, detail: "" }, 0);
  return claim.verdict;
}

Deno.test("NameClaim asks the holder at its address, once", () => {
  const claim = claimOf();
  assert.equal(claim.wakeAt, 0);
  const { name, instance, addresses } = row;
  assert.deepEqual(wake(claim, 0)?.to, { name, instance, addresses });
  assert.equal(wake(claim, 1), undefined);
  assert.equal(claim.wakeAt, Infinity);
});

Deno.test("NameClaim takes an answer for life, and asks a silent holder once more", () => {
  const claim = claimOf();
  wake(claim, 0);
  claim.pingEnded({ kind: "silent", detail: "" }, 700);
  assert.equal(claim.verdict, "open");
  assert.equal(claim.wakeAt, 700 + secondPingDelayMs);
  assert.ok(wake(claim, claim.wakeAt));
  claim.pingEnded(pong, 1500);
  assert.equal(claim.verdict, "holder-lives");
});

Deno.test("NameClaim decides for each way to fail, of a node that starts and of one that has the name", () => {
  const waits = ["silent", "no-answer", "reset"];
  for (const kind of pingFailures) {
    const asks = waits.includes(kind);
    assert.equal(
      verdictAfter(kind, "claiming"),
      asks || kind === "wrong-cookie" ? "open" : "holder-gone",
      kind,
    );
    assert.equal(verdictAfter(kind, "held"), asks ? "open" : "holder-gone", `${kind}, held`);
  }
});

Deno.test("NameClaim watches the heartbeat of a holder with another cookie", () => {
  const watching = (): NameClaim => {
    const claim = claimOf();
    wake(claim, 0);
    claim.pingEnded({ kind: "wrong-cookie", detail: "" }, 0);
    return claim;
  };
  const moved = watching();
  moved.seen(holder);
  assert.equal(moved.verdict, "open");
  moved.seen({ row: { ...row, heartbeat: 6 }, version: "v6" });
  assert.equal(moved.verdict, "holder-lives");
  const replaced = watching();
  replaced.seen({ row: { ...row, instance: instanceOf(3) }, version: "v6" });
  assert.equal(replaced.verdict, "holder-gone");
  const still = watching();
  const until = still.wakeAt;
  wake(still, until - 1);
  assert.equal(still.verdict, "open");
  wake(still, until);
  assert.equal(still.verdict, "holder-gone");
});

Deno.test("NameClaim believes a holder that heartbeats after it was taken for gone, for a while", () => {
  const first = claimOf();
  wake(first, 0);
  first.pingEnded({ kind: "refused", detail: "" }, 0);
  const later = { row: { ...row, heartbeat: 6 }, version: "v6" };
  const after = (heard: typeof holder, now: number): string =>
    new NameClaim(heard, "claiming", first, settings, now).verdict;
  assert.equal(after(later, doubtMs(row) - 1), "holder-lives");
  assert.equal(after(later, doubtMs(row)), "open");
  assert.equal(after(holder, 1), "open", "its heartbeat has not moved");
});

Deno.test("NameClaim gives a name back to whoever has shown that it had it before", () => {
  const claim = claimOf("reclaimed");
  assert.equal(claim.verdict, "holder-lives");
  assert.equal(wake(claim, 0), undefined);
});
