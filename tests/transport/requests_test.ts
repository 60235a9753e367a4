/** The requests of one connection: their deadlines, and what is left behind by those answered. */
import assert from "node:assert/strict";
import { Requests } from "../../lib/transport/requests.ts";
import type { RequestResult } from "../../lib/transport/requests.ts";
import { ManualClock } from "../support/manual_clock.ts";

const events = { onLate: () => {}, onSilent: () => {}, onIdle: () => {} };
const body = new Uint8Array(0);

Deno.test("a request() that was answered last leaves no alarm that wakes the process", () => {
  const clock = new ManualClock();
  const requests = new Requests(clock, 8, events);
  const [one, other] = [0, 1].map(() => requests.add(300, () => {}) ?? assert.fail());
  requests.answer(one as number, body);
  assert.equal(clock.pending, 1, "the other one waits");
  requests.answer(other as number, body);
  assert.equal(clock.pending, 0);
});

Deno.test("a request() after an answered one has its own deadline", () => {
  const clock = new ManualClock();
  const requests = new Requests(clock, 8, events);
  requests.answer(requests.add(300, () => {}) ?? assert.fail(), body);
  clock.pass(100);
  let result: RequestResult | undefined;
  requests.add(300, (ended) => result = ended);
  clock.pass(299);
  assert.equal(result, undefined);
  clock.pass(1);
  assert.deepEqual(result, { kind: "silent", detail: "no answer within 300 ms" });
});
