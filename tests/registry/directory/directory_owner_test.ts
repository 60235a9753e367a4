/**
 * A registry folder that belongs to another user than the node's, as those that containers are given.
 *
 * @module
 */
import assert from "node:assert/strict";
import { deniedReason } from "../../../lib/registry/directory/directory_trust.ts";

Deno.test("deniedReason() names both users and the way out", () => {
  const denied = Object.assign(new Error("Permission denied (os error 13)"), { code: "EACCES" });
  assert.equal(
    deniedReason(denied, "/data", 0, 10_001),
    "permission denied: /data belongs to the user 0, and this node runs as the user 10001; " +
      "chown -R 10001 /data, or run as its owner (docker run --user 0)",
  );
  assert.equal(deniedReason(denied, "/data", 10_001, 10_001), undefined);
  assert.equal(deniedReason(denied, "/data", null, 10_001), undefined);
  assert.equal(deniedReason(denied, "/data", 0, undefined), undefined);
  assert.equal(deniedReason(new Error("x"), "/data", 0, 10_001), undefined);
});
