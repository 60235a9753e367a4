/**
 * What becomes of a test whose server is not installed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { programPath, whyMissing } from "./server.ts";
import type { ServerNeeds } from "./server.ts";

const none: ServerNeeds = { permissions: ["read", "env"], programs: ["sh", "no-such-server|x-y"] };
const some: ServerNeeds = { permissions: ["read", "env"], programs: ["no-such-server|sh"] };

Deno.test({
  ...needing(
    "whyMissing() names a program, and throws where nothing may be skipped",
    "read",
    "env",
  ),
  fn() {
    assert.equal(whyMissing(none, false), "no-such-server is not installed");
    assert.throws(
      () => whyMissing(none, true),
      /no-such-server is not installed, and with CI=true nothing is skipped/,
    );
    assert.equal(whyMissing(some, true), undefined);
    assert.match(programPath("no-such-server|sh", some), /\/sh$/);
  },
});
