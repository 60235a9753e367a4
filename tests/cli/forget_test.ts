import { equal, match } from "node:assert/strict";
import { signOfLife } from "../../lib/cli/commands/forget.ts";
import type { StoredRow } from "../../lib/registry/registry.ts";
import { nameOf, rowOf } from "../registry/rows.ts";

Deno.test("signOfLife() is nothing of a row alone that stands still, or has gone", () => {
  const name = nameOf("n1@h");
  const stored = (heartbeat: number, instance = "0".repeat(32)): StoredRow => ({
    row: rowOf(name, heartbeat, { instance }),
    version: "1",
  });
  equal(signOfLife(name, stored(7), stored(7)), undefined);
  equal(signOfLife(name, stored(7), undefined), undefined);
  match(signOfLife(name, stored(7), stored(8)) ?? "", /^n1@h is alive: .* its heartbeat moves$/);
  match(signOfLife(name, stored(7), stored(7, "f".repeat(32))) ?? "", /has just started anew$/);
  match(signOfLife(name, undefined, undefined) ?? "", /^Nothing is known of n1@h but a name/);
});
