/** What a node does about what others say of it, by itself. */
import assert from "node:assert/strict";
import { Refutations } from "../../../lib/core/dissemination/refutations.ts";
import { instanceOf, recordOf, voteOf } from "../records.ts";

const self = recordOf(1, { incarnation: 3 });

Deno.test("Refutations.heard() raises the incarnation above what was said when it is called failed", () => {
  const failed = recordOf(1, { incarnation: 3, state: "failed" });
  assert.deepEqual(new Refutations().heard(failed, self, 0), { incarnation: 4 });
  assert.equal(new Refutations().heard(recordOf(1, { incarnation: 3 }), self, 0), undefined);
  const old = recordOf(1, { incarnation: 2, state: "failed" });
  assert.equal(new Refutations().heard(old, self, 0), undefined);
  assert.deepEqual(new Refutations().heard(recordOf(1, { incarnation: 7 }), self, 0), {
    incarnation: 8,
  });
});

Deno.test("Refutations.heard() believes no leap, and nothing once the node leaves", () => {
  const leap = recordOf(1, { incarnation: 2 ** 45, state: "failed" });
  assert.equal(new Refutations().heard(leap, self, 0), undefined);
  const refutations = new Refutations();
  refutations.stop();
  const failed = recordOf(1, { incarnation: 3, state: "failed" });
  assert.equal(refutations.heard(failed, self, 0), undefined);
  assert.equal(refutations.wakeAt, Infinity);
});

Deno.test("Refutations asks the registry about another instance before it outdoes it", () => {
  const refutations = new Refutations();
  const other = recordOf(1, { instance: instanceOf(9), incarnation: 5 });
  assert.equal(refutations.heard(other, self, 0), "contested");
  assert.deepEqual(refutations.ownershipConfirmed(self, 10), { incarnation: 6 });
  assert.equal(refutations.ownershipConfirmed(self, 20), undefined, "once");
});

Deno.test("Refutations asks nobody about another instance that has left", () => {
  const refutations = new Refutations();
  const former = recordOf(1, { instance: instanceOf(9), incarnation: 5, state: "left" });
  assert.deepEqual(refutations.heard(former, self, 0), { incarnation: 6 });
  assert.equal(refutations.ownershipConfirmed(self, 10), undefined);
});

Deno.test("Refutations answers many accusations by one, after a pause", () => {
  const refutations = new Refutations();
  const accuse = (incarnation: number) => voteOf(2, { incarnation });
  assert.deepEqual(refutations.accused(accuse(3), self, 0), { incarnation: 4 });
  const raised = recordOf(1, { incarnation: 4 });
  assert.equal(refutations.accused(accuse(4), raised, 1), undefined);
  assert.equal(refutations.accused(accuse(6), raised, 2), undefined);
  assert.equal(refutations.wake(raised, refutations.wakeAt - 1), undefined);
  assert.deepEqual(refutations.wake(raised, refutations.wakeAt), { incarnation: 7 });
  const withdrawn = voteOf(2, { incarnation: 9, kind: undefined });
  assert.equal(new Refutations().accused(withdrawn, self, 0), undefined);
});
