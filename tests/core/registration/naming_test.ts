/** What is found out about another holder of a name. */
import assert from "node:assert/strict";
import { profileTimings } from "../../../lib/core/base/profile.ts";
import type { Effect, PingOutcome } from "../../../lib/core/input.ts";
import type { HolderPing, Ping, Sent } from "../../../lib/core/pings.ts";
import { Pings } from "../../../lib/core/pings.ts";
import { Naming } from "../../../lib/core/registration/naming.ts";
import type { Settings } from "../../../lib/core/settings.ts";
import { rowOf } from "../lone_node.ts";
import { instanceOf, nameOf } from "../records.ts";

const holder = { row: rowOf(1, { instance: instanceOf(9) }), version: "v1" };
const content = { incarnation: 0, fingerprint: 0 };

/** What comes of a holder whose pings end like `outcome`. */
function verdictOf(outcome: PingOutcome, nameIsAutomatic = false, isClaiming = true) {
  const pings = new Pings<Ping>();
  const { name, addresses } = rowOf(1, { addresses: [{ host: "10.0.0.99", port: 1 }] });
  const settings = { name, addresses, nameIsAutomatic, timings: profileTimings.lan };
  const naming = new Naming(settings as unknown as Settings, pings);
  naming.checkHolder(holder, isClaiming ? "claiming" : "held", 0);
  for (let now = 0, tries = 0; tries < 5; tries++) {
    const out: Effect[] = [];
    const verdict = naming.wake({ name, isClaiming }, content, now, out);
    if (verdict !== undefined) return { verdict, tries };
    for (const effect of out) {
      if (effect.kind !== "ping") continue;
      naming.pingEnded(pings.end(effect.ping) as Sent<HolderPing>, outcome, now);
    }
    now = Math.max(now, Math.min(naming.wakeAt, 1e6));
  }
  return undefined;
}

const pong: PingOutcome = {
  kind: "pong",
  roundTripUs: 1,
  address: { host: "10.0.0.1", port: 4370 },
  ...content,
};

Deno.test("Naming says where a live holder is, and where this node", () => {
  assert.deepEqual(verdictOf(pong)?.verdict, {
    kind: "taken",
    message: `The name ${nameOf(1)} is held by a live node at 10.0.0.1:4370; ` +
      "this one is at 10.0.0.99:1",
  });
});

Deno.test("Naming gives an automatic name a suffix, unless the node has it already", () => {
  const name = nameOf(1).replace("@", "-2@");
  assert.deepEqual(verdictOf(pong, true)?.verdict, { kind: "renamed", name });
  assert.equal(verdictOf(pong, true, false)?.verdict.kind, "taken");
});

Deno.test("Naming takes a holder for gone that refuses once, or is silent twice", () => {
  assert.deepEqual(verdictOf({ kind: "refused", detail: "" }), {
    verdict: { kind: "holder-gone", holder },
    tries: 1,
  });
  assert.deepEqual(verdictOf({ kind: "silent", detail: "" }), {
    verdict: { kind: "holder-gone", holder },
    tries: 2,
  });
});
