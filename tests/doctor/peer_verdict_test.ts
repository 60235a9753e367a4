import { deepEqual, equal, match } from "node:assert/strict";
import type { PingFailure } from "../../lib/core/base/ping_failure.ts";
import { judgePeer } from "../../lib/doctor/peer_verdict.ts";
import type { AddressTry, PeerFacts } from "../../lib/doctor/peer_verdict.ts";
import { judgePeers } from "../../lib/doctor/peers.ts";
import { row } from "./rows.ts";

const address = { host: "10.0.0.2", port: 4000 };
const other = { host: "172.17.0.1", port: 4000 };
const n2 = row("n2@10.0.0.2");

function failed(kind: PingFailure, at = address): AddressTry {
  return { address: at, kind, detail: "the detail" };
}

function answered(at = address): AddressTry {
  return { address: at, kind: "answer", roundTripUs: 420, largeAnswered: true };
}

function peer(heartbeat: PeerFacts["heartbeat"], ...tries: AddressTry[]): PeerFacts {
  return { row: n2, tries, heartbeat };
}

/** Every failure with both testimonies of the heartbeat: level, and what the sentence must say. */
const table: readonly (readonly [PingFailure, PeerFacts["heartbeat"], string, RegExp])[] = [
  ["refused", "still", "warning", /is dead: connection refused/],
  ["no-answer", "still", "warning", /is dead: no answer/],
  ["other-instance", "still", "warning", /is dead: another node answers there/],
  ["garbage", "still", "warning", /is dead: another program answers there/],
  ["refused", "moves", "fault", /runs, .* cannot be reached: connection refused/],
  ["no-answer", "moves", "fault", /runs, .* cannot be reached: no answer/],
  ["other-instance", "moves", "fault", /runs, .* another node answers .*the detail/],
  ["garbage", "moves", "fault", /runs, .* another program answers/],
  ["silent", "still", "fault", /is frozen, or something accepts connections for a dead one/],
  ["reset", "still", "fault", /is frozen, or something accepts/],
  ["silent", "moves", "fault", /runs, .* does not speak/],
  ["reset", "moves", "fault", /runs, .* does not speak: the connection broke/],
  ["wrong-cookie", "still", "fault", /holds another cookie/],
  ["wrong-cookie", "moves", "fault", /holds another cookie/],
  ["wrong-cluster", "still", "fault", /not where its row says: the detail/],
  ["wrong-cluster", "moves", "fault", /not where its row says/],
  ["refused", "unknown", "warning", /is out of reach: .* too slow to be watched/],
];

for (const [kind, heartbeat, level, words] of table) {
  Deno.test(`judgePeer() when the ping ends as ${kind} and the heartbeat is ${heartbeat}`, () => {
    const verdict = judgePeer(peer(heartbeat, failed(kind)));
    equal(verdict?.level, level);
    match(verdict?.text ?? "", words);
    equal((verdict?.whatToDo.length ?? 0) > 10, true);
  });
}

Deno.test("judgePeer() takes one answer for enough, but tells when the first address fails", () => {
  const well = judgePeer(peer("moves", answered(), failed("refused", other)));
  deepEqual([well?.level, well?.text], ["ok", "answers at 10.0.0.2:4000 in 420 µs"]);
  const slow = judgePeer(peer("moves", failed("refused", other), answered()));
  equal(slow?.level, "warning");
  match(slow?.text ?? "", /answers at 10\.0\.0\.2:4000, but not at 172\.17\.0\.1:4000/);
});

Deno.test("judgePeer() names large packets when only small pings are answered", () => {
  const verdict = judgePeer(peer("moves", { ...answered(), largeAnswered: false } as AddressTry));
  equal(verdict?.level, "fault");
  match(verdict?.text ?? "", /large packets get lost/);
  match(verdict?.whatToDo ?? "", /MTU/);
});

Deno.test("judgePeer() tells when one answers whose heartbeat does not move", () => {
  const verdict = judgePeer(peer("still", answered()));
  equal(verdict?.level, "warning");
  match(verdict?.text ?? "", /its heartbeat in the registry does not move/);
});

Deno.test("judgePeer() says nothing of those who leave or have left", () => {
  equal(judgePeer(peer("gone", failed("refused"))), undefined);
  const leaving = row("n2@10.0.0.2", { state: "leaving" });
  equal(judgePeer({ row: leaving, tries: [failed("refused")], heartbeat: "still" }), undefined);
});

Deno.test("judgePeer() knows a node that tells only addresses of its own machine", () => {
  const lonely = row("n2@127.0.0.1");
  const verdict = judgePeer({ row: lonely, tries: [failed("refused")], heartbeat: "moves" });
  match(verdict?.text ?? "", /only addresses of its own machine/);
  match(verdict?.whatToDo ?? "", /--advertise/);
});

Deno.test("judgePeers() tells a few one by one, and many of a kind together", () => {
  const many = (count: number): PeerFacts[] =>
    Array.from({ length: count }, (_, index) => ({
      row: row(`n${index}@10.0.0.2`),
      tries: [{ address, kind: "answer", roundTripUs: 1000 * (index + 1), largeAnswered: true }],
      heartbeat: "moves",
    }));
  equal(judgePeers(many(8), 0).length, 8);
  const findings = judgePeers([...many(20), peer("still", failed("refused"))], 7);
  deepEqual(findings.map(({ level }) => level), ["ok", "warning", "warning"]);
  match(findings[0]?.text ?? "", /^n0@\S+, .* and 15 more answer, in 1\.00 ms to 20 ms$/);
  match(findings[1]?.text ?? "", /^n2@10\.0\.0\.2 is dead/);
  match(findings[2]?.text ?? "", /no time to try 7 more nodes/);
});
