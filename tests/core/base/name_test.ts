import assert from "node:assert/strict";
import { nodeNameFault, withSuffix } from "../../../lib/core/base/name.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";

Deno.test("withSuffix() gives a legal name, however long the name is", () => {
  const hosts = ["h", "10.0.0.5", "h".repeat(99), "h".repeat(150)];
  for (const local of ["n1", "b".repeat(49), "b".repeat(97), "b".repeat(100)]) {
    for (const host of hosts) {
      const name = `${local}@${host}` as NodeName;
      if (nodeNameFault(name) !== undefined) continue;
      const suffixed = withSuffix(name, 12);
      assert.equal(nodeNameFault(suffixed), undefined, suffixed);
      assert.match(suffixed, /-12@/);
    }
  }
  assert.equal(withSuffix("n1@10.0.0.5" as NodeName, 2), "n1-2@10.0.0.5");
});
