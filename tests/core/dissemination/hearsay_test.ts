/**
 * Which claims of others wait for one's own look, and what becomes of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Hearsay } from "../../../lib/core/dissemination/hearsay.ts";
import { instanceOf, nameOf, recordOf } from "../records.ts";
import { View } from "../view.ts";

const failed = recordOf(1, { state: "failed" });
const other = instanceOf(2);

/** Node 0, which watches node 1, and has heard at 100 that it has failed. */
function held(): Hearsay {
  const hearsay = new Hearsay(new View(2));
  assert.ok(hearsay.holds(failed, other, 100));
  return hearsay;
}

Deno.test("Hearsay.holds() keeps what speaks against a member that answers", () => {
  const claims = {
    left: recordOf(1, { state: "left" }),
    replaced: recordOf(1, { instance: instanceOf(99), incarnation: 5 }),
    moved: recordOf(1, { incarnation: 1, addresses: [{ host: "10.9.9.9", port: 1 }] }),
  };
  for (const [what, claim] of Object.entries(claims)) {
    assert.ok(new Hearsay(new View(2)).holds(claim, other, 100), what);
  }
});

Deno.test("Hearsay.holds() lets pass what speaks for a member, or what it says itself", () => {
  const hearsay = new Hearsay(new View(2));
  assert.ok(!hearsay.holds(recordOf(1, { incarnation: 1 }), other, 100));
  assert.ok(!hearsay.holds(failed, instanceOf(1), 100), "it says so itself");
  assert.ok(!hearsay.holds(recordOf(7, { state: "failed" }), other, 100), "nobody knows it");
});

Deno.test("Hearsay.holds() lets pass what own pings do not speak against", () => {
  const view = new View(2);
  view.links.of(nameOf(1)).miss({ kind: "silent", detail: "", sentAt: 90 }, 95);
  assert.ok(!new Hearsay(view).holds(failed, other, 100), "a ping has failed");
  view.links.forget(nameOf(1));
  assert.ok(!new Hearsay(view).holds(failed, other, 100), "it has not been asked yet");
  const large = new View(60);
  const far = [...Array(60).keys()].map((index) => index + 1)
    .find((number) => !large.memberList.ring.watches(nameOf(number)));
  assert.ok(far);
  const claim = recordOf(far, { state: "failed" });
  assert.ok(!new Hearsay(large).holds(claim, other, 100), "it is not watched");
});

Deno.test("Hearsay.answered() drops the claim after a ping that was sent later than it was heard", () => {
  const hearsay = held();
  assert.equal(hearsay.answered(recordOf(1), 99), "ask-again");
  assert.equal(hearsay.answered(recordOf(1), 100), failed);
  assert.equal(hearsay.answered(recordOf(1), 101), undefined, "it is dropped");
});

Deno.test("Hearsay.missed() returns the claim that is to be taken, once", () => {
  const hearsay = held();
  assert.equal(hearsay.missed(recordOf(1)), failed);
  assert.equal(hearsay.missed(recordOf(1)), undefined);
});

Deno.test("Hearsay keeps the claim that wins, and the time of the first", () => {
  const hearsay = held();
  const later = recordOf(1, { state: "failed", incarnation: 3 });
  assert.ok(hearsay.holds(later, other, 200));
  assert.ok(hearsay.holds(failed, other, 300));
  assert.equal(hearsay.answered(recordOf(1), 100), later);
});

Deno.test("Hearsay has nothing against another instance of the name", () => {
  const successor = recordOf(1, { instance: instanceOf(99) });
  assert.equal(held().answered(successor, 150), undefined);
  assert.equal(held().missed(successor), undefined);
});
