import assert from "node:assert/strict";
import { planAppend } from "../../lib/lines/rotation_plan.ts";
import { bytes } from "./fakes.ts";

Deno.test("planAppend() writes all when it fits to the byte", () => {
  assert.deepEqual(planAppend(4, 10, bytes("ab\ncd\n")), { kind: "write", bytes: 6 });
});

Deno.test("planAppend() splits at the last line that fits", () => {
  assert.deepEqual(planAppend(4, 9, bytes("ab\ncd\n")), { kind: "write", bytes: 3 });
  assert.deepEqual(planAppend(4, 7, bytes("ab\ncd\n")), { kind: "write", bytes: 3 });
});

Deno.test("planAppend() rotates when not even the first line fits", () => {
  assert.deepEqual(planAppend(4, 6, bytes("ab\ncd\n")), { kind: "rotate" });
  assert.deepEqual(planAppend(10, 10, bytes("a\n")), { kind: "rotate" });
  assert.deepEqual(planAppend(99, 10, bytes("a\n")), { kind: "rotate" });
});

Deno.test("planAppend() gives a line longer than a file its own file", () => {
  assert.deepEqual(planAppend(1, 3, bytes("abcdef\ng\n")), { kind: "rotate" });
  assert.deepEqual(planAppend(0, 3, bytes("abcdef\ng\n")), { kind: "write", bytes: 7 });
  assert.deepEqual(planAppend(0, 3, bytes("abcdef")), { kind: "write", bytes: 6 });
});
