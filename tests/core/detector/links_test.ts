/**
 * The links to the members, and where each of these is asked first.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Links } from "../../../lib/core/detector/links.ts";
import { nameOf, recordOf } from "../records.ts";

const [first, second] = [{ host: "10.0.0.1", port: 4370 }, { host: "10.0.0.1", port: 4371 }];
const member = recordOf(1, { addresses: [first, second] });

Deno.test("Links.of() begins a link, and get() does not", () => {
  const links = new Links();
  assert.equal(links.get(nameOf(1)), undefined);
  const link = links.of(nameOf(1));
  assert.equal(links.of(nameOf(1)), link);
  assert.equal(links.get(nameOf(1)), link);
  assert.notEqual(links.of(nameOf(2)), link);
  links.forget(nameOf(1));
  assert.equal(links.get(nameOf(1)), undefined);
});

Deno.test("Links.addressee() puts the address that answered last before the others", () => {
  const links = new Links();
  assert.deepEqual(links.addressee(member).addresses, [first, second]);
  links.of(member.name).pong(500, second, 0);
  const { name, instance } = member;
  assert.deepEqual(links.addressee(member), { name, instance, addresses: [second, first] });
});

Deno.test("Links.isAnyFailing is true from a failed ping to the next pong", () => {
  const links = new Links();
  links.of(nameOf(1)).pong(500, first, 0);
  const link = links.of(nameOf(2));
  assert.equal(links.isAnyFailing, false);
  link.miss({ kind: "silent", detail: "", sentAt: 1 }, 2);
  assert.equal(links.isAnyFailing, true);
  link.pong(500, second, 3);
  assert.equal(links.isAnyFailing, false);
});
