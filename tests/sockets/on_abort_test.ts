/** What is given up just between two steps. */
import assert from "node:assert/strict";
import { onAbort } from "../../lib/sockets/on_abort.ts";

Deno.test("onAbort() acts once, also if it comes too late, and not when it was cancelled", () => {
  let count = 0;
  const act = (): void => void count++;
  const early = new AbortController();
  onAbort(early.signal, act);
  assert.equal(count, 0);
  early.abort();
  assert.equal(count, 1);
  onAbort(early.signal, act)();
  assert.equal(count, 2, "at once");
  const cancelled = new AbortController();
  onAbort(cancelled.signal, act)();
  cancelled.abort();
  assert.equal(count, 2);
});
