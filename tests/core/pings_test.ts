/**
 * Which ping an outcome belongs to, and whether it can be believed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Candidate } from "../../lib/core/members/candidate.ts";
import { claimOfRow } from "../../lib/core/members/row_claim.ts";
import { askedInstances, type Ping, Pings } from "../../lib/core/pings.ts";
import { rowOf } from "./lone_node.ts";
import { instanceOf, recordOf } from "./records.ts";

const ping: Ping = { purpose: "pulse", record: recordOf(1) };

Deno.test("Pings.end() gives back what was sent under that number, once", () => {
  const pings = new Pings<Ping>();
  const first = pings.send(ping, 5);
  const second = pings.send({ purpose: "name-claim" }, 6);
  assert.notEqual(first, second);
  assert.deepEqual(pings.end(first), { ...ping, number: first, at: 5, wasHeldUp: false });
  assert.equal(pings.end(first), undefined);
  assert.equal(pings.end(99), undefined);
  assert.equal(pings.end(second)?.purpose, "name-claim");
});

Deno.test("Pings.heldUp() casts doubt on what was sent before it, and on nothing later", () => {
  const pings = new Pings<Ping>();
  const [before, after] = [pings.send(ping, 10), pings.send(ping, 11)];
  pings.heldUp(10);
  assert.equal(pings.end(before)?.wasHeldUp, true);
  assert.equal(pings.end(after)?.wasHeldUp, false);
});

Deno.test("askedInstances() names members, then candidates, and no holder of a name", () => {
  const pings = new Pings<Ping>();
  const candidate = new Candidate(claimOfRow(rowOf(2)));
  pings.send({ purpose: "candidate", candidate }, 0);
  pings.send({ purpose: "name-claim" }, 0);
  const ended = pings.send({ purpose: "sweep", record: recordOf(3) }, 0);
  pings.send(ping, 0);
  pings.end(ended);
  assert.deepEqual(askedInstances(pings), [instanceOf(1), instanceOf(2)]);
});
