/** Who comes in when both dial: every case of the rule, in virtual time. */
import assert from "node:assert/strict";
import { Acquaintance } from "../../lib/beam/acquaintance.ts";
import type { Dial } from "../../lib/beam/dial.ts";
import type { Status } from "../../lib/beam/handshake/handshake_message.ts";
import type { Link } from "../../lib/beam/link.ts";
import { nameOf } from "./fixtures.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/waiting.ts";

interface Scene {
  readonly clock: ManualClock;
  readonly known: Acquaintance;
  /** Lets a dial be under way; its status comes when the function is called. */
  dials(isNamed: boolean): (status: Status | undefined) => void;
}

function open(): Scene {
  const clock = new ManualClock();
  const known = new Acquaintance(nameOf("n1"), clock);
  return {
    clock,
    known,
    dials(isNamed) {
      const { promise: status, resolve } = Promise.withResolvers<Status | undefined>();
      known.dial = { isNamed, status } as unknown as Dial;
      return resolve;
    },
  };
}

const link = (): Link => ({ isOpen: true, close() {} }) as unknown as Link;

Deno.test("admission() lets in whom this node is not dialling, or whom nobody could mean yet", async () => {
  const { known, dials } = open();
  assert.equal(await known.admission(true), "ok");
  dials(false);
  assert.equal(await known.admission(true), "ok");
  assert.equal(await known.admission(false), "ok");
});

Deno.test("admission() asks who is linked already whether the link has to go", async () => {
  const { known } = open();
  known.adopt(link());
  assert.equal(await known.admission(true), "alive");
  assert.equal(await known.admission(false), "alive");
});

Deno.test("admission() with the smaller name lets the other one in, at once", async () => {
  const { known, dials } = open();
  dials(true);
  assert.equal(await known.admission(false), "ok_simultaneous");
});

Deno.test("admission() with the greater name waits for what the other side says to its own dial", async () => {
  const table: [Status | undefined, Status][] = [
    ["ok", "nok"],
    ["ok_simultaneous", "nok"],
    ["nok", "ok_simultaneous"],
    ["alive", "ok"],
    ["not_allowed", "ok"],
    [undefined, "ok"],
  ];
  for (const [status, expected] of table) {
    const { known, dials } = open();
    const answer = dials(true);
    let said: Status | undefined;
    void known.admission(true).then((admitted) => said = admitted);
    await settle();
    assert.equal(said, undefined);
    answer(status);
    await settle();
    assert.equal(said, expected, `${status}`);
  }
});

Deno.test("admission() lets the other one in when the dial it waited for is over", async () => {
  const { known, dials } = open();
  const answer = dials(true);
  const admitted = known.admission(true);
  known.dial = undefined;
  answer("ok");
  assert.equal(await admitted, "ok");
});

Deno.test("arrival() ends with the link, with those who were coming, or with the time", async () => {
  const { known, clock } = open();
  assert.equal(await known.arrival(100, false), undefined);
  const left = Promise.withResolvers<void>();
  known.comes(left.promise);
  const told: string[] = [];
  const wait = (what: string, isAnnounced: boolean, ms = 100): void =>
    void known.arrival(ms, isAnnounced).then((found) =>
      told.push(`${what} ${found !== undefined}`)
    );
  wait("short", false, 50);
  wait("coming", false);
  wait("announced", true);
  clock.pass(50);
  await settle();
  assert.deepEqual(told, ["short false"]);
  left.resolve();
  await settle();
  assert.deepEqual(told, ["short false", "coming false"]);
  known.adopt(link());
  await settle();
  assert.deepEqual(told, ["short false", "coming false", "announced true"]);
  assert.equal(clock.pending, 0);
});

Deno.test("close() lets nobody wait, and nothing is remembered when all is over", async () => {
  const { known, clock } = open();
  assert.equal(known.isOver, true);
  const left = Promise.withResolvers<void>();
  known.comes(left.promise);
  assert.equal(known.isOver, false);
  const waiting = known.arrival(100, true);
  known.close({ kind: "closed", detail: "" });
  assert.equal(await waiting, undefined);
  left.resolve();
  await settle();
  assert.equal(known.isOver, true);
  assert.equal(clock.pending, 0);
});

Deno.test("lose() tells whether it was the link in use", () => {
  const { known } = open();
  const [old, fresh] = [link(), link()];
  known.adopt(old);
  known.adopt(fresh);
  assert.equal(known.lose(old), false);
  assert.equal(known.link, fresh);
  assert.equal(known.lose(fresh), true);
  assert.equal(known.isOver, true);
});
