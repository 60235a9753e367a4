/**
 * The parts of the TCP transport that need no network: pending connections, reports, requests, in
 * virtual time.
 */
import assert from "node:assert/strict";
import { PendingConnections } from "../../lib/sockets/pending_connections.ts";
import { type RequestResult, Requests } from "../../lib/transport/requests.ts";
import { RejectionReports } from "../../lib/sockets/rejections.ts";
import { ManualClock } from "../support/manual_clock.ts";

Deno.test("PendingConnections evict the oldest of a host when that host has too many", () => {
  const pendingConnections = new PendingConnections(10, 2);
  const evicted: string[] = [];
  for (const name of ["a1", "b1", "a2", "a3", "a4"]) {
    pendingConnections.admit(name.charAt(0), () => evicted.push(name));
  }
  assert.deepEqual(evicted, ["a1", "a2"]);
  assert.equal(pendingConnections.size, 3);
});

Deno.test("PendingConnections evict the oldest of all when there are too many", () => {
  const pendingConnections = new PendingConnections(3, 2);
  const evicted: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) {
    pendingConnections.admit(name, () => evicted.push(name));
  }
  assert.deepEqual(evicted, ["a", "b"]);
  assert.equal(pendingConnections.size, 3);
});

Deno.test("PendingConnections keep who has proven the cookie when strangers crowd in", () => {
  const pendingConnections = new PendingConnections(3, 3);
  const evicted: number[] = [];
  const member = pendingConnections.admit("h", () => evicted.push(-1));
  pendingConnections.prove(member);
  for (let index = 0; index < 100; index++) {
    pendingConnections.admit("h", () => evicted.push(index));
  }
  assert.equal(evicted.length, 97);
  assert.ok(!evicted.includes(-1));
  pendingConnections.leave(member);
  pendingConnections.leave(member);
  assert.equal(pendingConnections.size, 3);
});

Deno.test("RejectionReports passes on one report a second per host", () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const reports = new RejectionReports(clock, (host, reason) => told.push(`${host} ${reason}`));
  for (const host of ["a", "b", "a"]) reports.add(host, "1");
  clock.pass(999);
  reports.add("a", "2");
  clock.pass(1);
  reports.add("a", "3");
  assert.deepEqual(told, ["a 1", "b 1", "a 3 (2 more in the last 1.0 s)"]);
});

Deno.test("RejectionReports tells less and less of a host that comes for ever", () => {
  const clock = new ManualClock();
  let told = 0;
  const reports = new RejectionReports(clock, () => told++);
  for (let second = 0; second < 86_400; second++) {
    reports.add("a", "x");
    clock.pass(1_000);
  }
  // 1 s, 2 s, 4 s, … up to ten minutes.
  assert.ok(told > 100 && told < 160, `${told}`);
  clock.pass(21 * 60_000);
  const before = told;
  for (let count = 0; count < 2; count++) {
    reports.add("a", "x");
    clock.pass(1_000);
  }
  assert.equal(told, before + 2);
});

Deno.test("RejectionReports keeps quiet for as long as it is told to after the first one", () => {
  const clock = new ManualClock();
  let told = 0;
  const reports = new RejectionReports(clock, () => told++, 30_000);
  for (let second = 0; second < 60; second++) {
    reports.add("a", "other cookie");
    clock.pass(1000);
  }
  assert.equal(told, 2);
});

Deno.test("RejectionReports keeps quiet when more hosts come than it remembers", () => {
  const clock = new ManualClock();
  let told = 0;
  const reports = new RejectionReports(clock, () => told++);
  for (let host = 0; host < 5_000; host++) reports.add(`${host}`, "x");
  assert.equal(told, 1_024);
  clock.pass(1_000);
  reports.add("another", "x");
  assert.equal(told, 1_025);
});

interface Asked {
  readonly clock: ManualClock;
  readonly requests: Requests;
  readonly told: string[];
  ask(timeoutMs: number): number | undefined;
}

function openRequests(max = 10): Asked {
  const clock = new ManualClock();
  const told: string[] = [];
  const requests = new Requests(clock, max, {
    onLate: (roundTripUs) => told.push(`late ${roundTripUs}`),
    onSilent: (silentInRow) => told.push(`silent in a row ${silentInRow}`),
    onIdle: () => told.push("idle"),
  });
  const resolve = (result: RequestResult): void => void told.push(result.kind);
  return { clock, requests, told, ask: (timeoutMs) => requests.add(timeoutMs, resolve) };
}

Deno.test("Requests tell answer, silence and late answer", () => {
  const { clock, requests, told, ask } = openRequests();
  const body = new Uint8Array(0);
  assert.deepEqual([ask(100), ask(50)], [0, 1]);
  clock.pass(50);
  requests.answer(0, body);
  requests.answer(0, body);
  clock.pass(7);
  requests.answer(1, body);
  requests.answer(1, body);
  requests.answer(99, body);
  assert.deepEqual(told, ["silent", "silent in a row 1", "answer", "idle", "late 57000"]);
  clock.pass(43);
  assert.equal(clock.pending, 0);
});

Deno.test("Requests expire each at its own deadline, with one timer for all", () => {
  const { clock, requests, told, ask } = openRequests();
  for (const timeoutMs of [30, 10, 20]) ask(timeoutMs);
  assert.equal(clock.pending, 1);
  requests.answer(1, new Uint8Array(0));
  clock.pass(19);
  assert.deepEqual(told, ["answer"]);
  clock.pass(1);
  assert.deepEqual(told.splice(0), ["answer", "silent", "silent in a row 1"]);
  clock.pass(10);
  assert.deepEqual(told, ["silent", "silent in a row 2", "idle"]);
  assert.equal(clock.pending, 0);
});

Deno.test("Requests count silent ones in a row until something is heard", () => {
  const { clock, requests, told, ask } = openRequests();
  for (const heard of [false, true, false]) {
    ask(1);
    clock.pass(1);
    if (heard) requests.heard();
  }
  const counts = told.filter((line) => line.startsWith("silent in a row"));
  assert.deepEqual(counts, ["silent in a row 1", "silent in a row 2", "silent in a row 1"]);
});

Deno.test("Requests refuse more than the limit at once, and endAll() ends each once", () => {
  const { clock, requests, told, ask } = openRequests(2);
  assert.deepEqual([ask(9), ask(9), ask(9)], [0, 1, undefined]);
  requests.sent(1, 100);
  requests.endAll((sentBytes) => ({ kind: sentBytes > 50 ? "reset" : "closed", detail: "" }));
  requests.endAll(() => ({ kind: "garbage", detail: "" }));
  clock.pass(9);
  assert.deepEqual(told, ["silent", "closed", "reset"]);
  assert.equal(requests.waiting, 0);
});
