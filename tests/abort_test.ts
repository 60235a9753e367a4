/** What is given up just between two steps. */
import assert from "node:assert/strict";
import { ListenerCount } from "./support/listener_count.ts";
import { aborted, onAbort, orAborted } from "../lib/abort.ts";

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

Deno.test("orAborted() gives what the work gives, or the reason of an abort that comes first", async () => {
  const { signal } = new AbortController();
  assert.equal(await orAborted(Promise.resolve(7), signal), 7);
  const fault = new Error("fault");
  await assert.rejects(orAborted(Promise.reject(fault), signal), fault);
  const given = new AbortController();
  const reason = new Error("enough");
  const endless = orAborted(new Promise(() => {}), given.signal);
  given.abort(reason);
  await assert.rejects(endless, reason);
  await assert.rejects(orAborted(new Promise(() => {}), given.signal), reason);
});

Deno.test("orAborted() leaves no listener on a signal that lives on", async () => {
  const count = new ListenerCount();
  const { signal } = count;
  await orAborted(Promise.resolve(), signal);
  await orAborted(Promise.reject(new Error("fault")), signal).catch(() => {});
  assert.equal(count.listeners, 0);
});

Deno.test("aborted() resolves with an abort, also with one that has been", async () => {
  const given = new AbortController();
  let isOver = false;
  const waiting = aborted(given.signal).then(() => isOver = true);
  await Promise.resolve();
  assert.equal(isOver, false);
  given.abort();
  await waiting;
  await aborted(given.signal);
});
