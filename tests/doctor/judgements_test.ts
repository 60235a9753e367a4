import { deepEqual, equal, match, ok } from "node:assert/strict";
import { HeartbeatWatch } from "../../lib/doctor/heartbeat_watch.ts";
import { judgeCallBacks } from "../../lib/doctor/call_back.ts";
import { judgeClocks } from "../../lib/doctor/clocks.ts";
import { judgeCookies } from "../../lib/doctor/cookie_checks.ts";
import type { CookieFacts } from "../../lib/doctor/cookie_checks.ts";
import type { Finding } from "../../lib/doctor/finding.ts";
import { judgeOwnPort } from "../../lib/doctor/own_port.ts";
import type { PortFacts } from "../../lib/doctor/own_port.ts";
import { judgePlace } from "../../lib/doctor/own_place.ts";
import { judgeFolder, judgeListing } from "../../lib/doctor/storage.ts";
import { judgeNeighbours, judgeOddities } from "../../lib/doctor/storage.ts";
import { parseNodeName } from "../../lib/core/base/name.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { ownName } from "../../lib/node/own_name.ts";
import type { InterfaceRank } from "../../lib/node/detect_address.ts";
import { row, stored } from "./rows.ts";
import { ManualClock } from "../support/manual_clock.ts";

const wallTime = Date.parse("2026-01-02T03:04:05.000Z");

function levels(findings: readonly Finding[]): string[] {
  return findings.map(({ level }) => level);
}

function texts(findings: readonly Finding[]): string {
  return findings.map(({ text }) => text).join("\n");
}

Deno.test("HeartbeatWatch tells heartbeats that move, stand still, are gone and are too slow", () => {
  const clock = new ManualClock(wallTime);
  const [n1, n2, n3, n4] = ["n1@h", "n2@h", "n3@h", "n4@h"].map((name) => row(name));
  ok(n1 && n2 && n3 && n4);
  const slow = { ...n4, heartbeatIntervalMs: 60_000 };
  const watch = new HeartbeatWatch(stored(n1, n2, n3, slow), clock);
  equal(watch.isOver, false);
  clock.pass(1000);
  const late = "2026-01-02T03:04:03.000Z";
  const anew = { ...n3, instance: "b".repeat(32) };
  const rows = stored({ ...n1, heartbeat: 2, activeAt: late }, n2, anew, slow);
  watch.look(rows);
  equal(watch.isOver, false);
  clock.pass(4001);
  watch.look(rows);
  equal(watch.isOver, true);
  const views = [...watch.views().values()];
  deepEqual(views.map(({ state }) => state), ["moves", "still", "gone", "unknown"]);
  deepEqual(views.map(({ skewMs }) => skewMs), [-3000, undefined, undefined, undefined]);
});

Deno.test("HeartbeatWatch accuses nobody whose row a slow storage has shown too seldom", () => {
  const clock = new ManualClock(wallTime);
  const n1 = row("n1@h");
  const watch = new HeartbeatWatch(stored(n1), clock);
  clock.pass(500);
  watch.look(stored(n1));
  clock.pass(5_000);
  equal(watch.views().get(n1.name)?.state, "unknown");
  watch.look(stored(n1));
  equal(watch.isOver, true);
  equal(watch.views().get(n1.name)?.state, "still");
});

Deno.test("HeartbeatWatch is over as soon as all heartbeats have moved", () => {
  const watch = new HeartbeatWatch(stored(row("n1@h")), new ManualClock(wallTime));
  watch.look(stored(row("n1@h", { heartbeat: 2 })));
  ok(watch.isOver);
});

Deno.test("judgeClocks() shows clocks that differ, and never as more than worth knowing", () => {
  const view = (name: string, skewMs: number) =>
    ({ row: row(name), state: "moves", skewMs }) as const;
  deepEqual(judgeClocks([], undefined), []);
  match(texts(judgeClocks([view("n1@h", 200)], -10)), /agree to within 1\.0 s \(2 compared/);
  const far = judgeClocks([view("n1@h", 200_000), view("n2@h", -3000)], undefined);
  deepEqual(levels(far), ["ok"]);
  match(texts(far), /n1@h is 3 min 20 s ahead, n2@h is 3\.0 s behind, which harms nothing/);
});

const noCookies: CookieFacts = {
  given: [],
  minted: undefined,
  mintedFault: undefined,
  exposures: [],
  rows: 0,
};
const strong = "q7Zk2LxT0vRb9WmPyE4uHs";

Deno.test("judgeCookies() tells where the cookie comes from", () => {
  deepEqual(levels(judgeCookies(noCookies)), ["ok"]);
  match(texts(judgeCookies({ ...noCookies, minted: strong })), /cookie of the registry is used/);
  match(texts(judgeCookies({ ...noCookies, given: [strong] })), /A cookie was given/);
  deepEqual(levels(judgeCookies({ ...noCookies, rows: 2 })), ["fault"]);
  const mintedFault = "Cannot read the cookie: it is empty";
  deepEqual(levels(judgeCookies({ ...noCookies, mintedFault })), ["fault"]);
});

Deno.test("judgeCookies() warns of weak, differing and open ones, and never shows them", () => {
  const findings = judgeCookies({
    ...noCookies,
    given: ["hunter2"],
    minted: strong,
    exposures: [
      { kind: "read", path: "/c", reason: "can be read by all users (mode 0644)" },
      { kind: "changed", path: "/d", reason: "can be written by all users (mode 0666)" },
    ],
  });
  deepEqual(levels(findings), ["ok", "warning", "warning", "warning", "fault"]);
  match(texts(findings), /another cookie than/);
  match(texts(findings), /easy to guess/);
  match(texts(findings), /cookie file \/c can be read by all users/);
  const all = JSON.stringify(findings);
  ok(!all.includes("hunter2") && !all.includes(strong));
  equal(
    judgeCookies({ ...noCookies, given: [strong, "0123456789abcdef".repeat(2)], minted: strong })
      .length,
    1,
  );
});

function place(host: string | undefined, rank: InterfaceRank, elsewhere: string[] = []): Finding[] {
  const address = "10.0.0.5";
  const options = {
    name: host === undefined ? undefined : parseNodeName(`n1@${host}`),
    addresses: [],
    advertise: [],
    listen: { host: "0.0.0.0", port: 0 },
  };
  const detected = { addresses: [address], note: undefined };
  return judgePlace({
    options,
    own: ownName({ options, detected, hostName: "host" }),
    ranked: [{ address, interfaceName: "eth0", rank }],
    elsewhere: elsewhere.map((name) => row(name)),
  });
}

Deno.test("judgePlace() says which address is told, and why", () => {
  deepEqual(place(undefined, "default"), [{
    id: "addresses",
    level: "ok",
    text: "Peers are told 10.0.0.5 (detected: eth0 has the default route)",
  }]);
  match(texts(place("10.9.9.9", "default")), /10\.9\.9\.9 \(given with --name\)/);
});

Deno.test("judgePlace() finds addresses that nobody else can reach", () => {
  deepEqual(levels(place("127.0.0.1", "default")), ["ok"]);
  const [alone] = place("127.0.0.1", "default", ["n2@10.0.0.6"]);
  equal(alone?.level, "fault");
  ok(alone?.level === "fault" && alone.whatToDo.includes("--advertise 10.0.0.5"));
  match(texts(place("127.0.1.1", "default")), /\/etc\/hosts/);
  deepEqual(levels(place("127.0.1.1", "default")), ["warning"]);
  deepEqual(levels(place(undefined, "internal")), ["warning"]);
});

Deno.test("judgeOwnPort() tells ways that lead back, astray and nowhere", () => {
  const listen = { host: "0.0.0.0", port: 0 };
  const way = (host: string, kind: "answer" | "refused" | "other-instance") =>
    ({ address: { host, port: 5 }, outcome: { kind, detail: "why" } }) as const;
  const open = (...ways: ReturnType<typeof way>[]): PortFacts => ({ kind: "open", port: 5, ways });
  const well = judgeOwnPort(open(way("a", "answer")), { listen }, [], false);
  deepEqual(levels(well), ["ok", "ok"]);
  match(texts(well), /a:5 leads back here, as called from here; whether a firewall/);
  const lost = open(way("a", "refused"));
  deepEqual(levels(judgeOwnPort(lost, { listen }, [], false)), ["ok", "fault"]);
  deepEqual(levels(judgeOwnPort(lost, { listen }, [], true)), ["ok", "warning"]);
  const astray = judgeOwnPort(open(way("a", "other-instance")), { listen }, [], true);
  deepEqual(levels(astray), ["ok", "fault"]);
});

Deno.test("judgeOwnPort() knows a port that a node of this machine has", () => {
  const reason = "Cannot listen on 0.0.0.0:4000 as another program listens there already";
  const closed = { kind: "closed", reason } as const;
  const listen = { host: "0.0.0.0", port: 4000 };
  deepEqual(levels(judgeOwnPort(closed, { listen }, [], false)), ["fault"]);
  const here = [row("n1@10.0.0.5")];
  match(
    texts(judgeOwnPort(closed, { listen }, here, false)),
    /n1@10\.0\.0\.5 listens on port 4000/,
  );
});

Deno.test("judgeCallBacks() tells by whom a node of this machine is reached, and by whom not", () => {
  const [subject, a, b, c] = ["n1@h", "a@h", "b@h", "c@h"].map((name) => row(name));
  ok(subject && a && b && c);
  const findings = judgeCallBacks([
    { subject, helper: a, reached: true },
    { subject, helper: b, reached: false },
    { subject, helper: c, reached: undefined },
  ]);
  deepEqual(findings.map(({ level, text }) => [level, text]), [
    ["ok", "n1@h of this machine is reached by a@h"],
    ["fault", "n1@h of this machine is not reached by b@h"],
  ]);
});

Deno.test("judgeListing() warns of a slow one", () => {
  const listing = {
    rows: stored(row("n1@h")),
    timestamps: [],
    foreignEntries: [],
    hasCookie: true,
  };
  equal(judgeListing("file:///x", listing, 3).text, "file:///x answers: 1 row, listed in 3 ms");
  equal(judgeListing("file:///x", listing, 900).level, "warning");
});

Deno.test("judgeFolder() tells of a missing, foreign or full folder", () => {
  const facts = {
    path: "/x/y",
    exists: true,
    parentExists: true,
    cookieExposure: undefined,
    freeBytes: 1e12,
    neighbours: [],
  };
  deepEqual(judgeFolder(facts), []);
  deepEqual(levels(judgeFolder({ ...facts, exists: false })), ["ok"]);
  const absent = { ...facts, exists: false, parentExists: false };
  deepEqual(levels(judgeFolder(absent)), ["warning"]);
  match(texts(judgeFolder({ ...facts, freeBytes: 4096 })), /little space left in \/x\/y: 0\.0 MB/);
});

Deno.test("judgeNeighbours() warns only where ours is empty", () => {
  deepEqual(judgeNeighbours("default", 0, []), []);
  const blue = [{ name: "blue", rows: 2 }];
  deepEqual(levels(judgeNeighbours("default", 1, blue)), ["ok"]);
  const [empty] = judgeNeighbours("default", 0, blue);
  ok(empty?.level === "warning" && empty.whatToDo.includes("--cluster blue"));
});

Deno.test("judgeOddities() tells some one by one and counts the rest", () => {
  const foreignEntries = Array.from({ length: 9 }, (_, index) => ({
    key: `x${index}`,
    reason: "it is not JSON",
  }));
  const listing = {
    rows: [],
    timestamps: [{ name: "old@h" as NodeName, version: "1" }],
    foreignEntries,
    hasCookie: true,
  };
  const findings = judgeOddities(listing, false);
  equal(findings.length, 7);
  match(texts(findings), /^x0 in the registry is no row: it is not JSON$/m);
  match(texts(findings), /^4 further entries of the registry are no rows$/m);
  match(texts(findings), /^1 row of Elixir nodes, timestamps alone: old@h$/m);
  const last = findings.at(-1);
  match(last?.level === "warning" ? last.whatToDo : "", /--beam/);
  const [shared] = judgeOddities({ ...listing, foreignEntries: [] }, true);
  equal(shared?.level, "ok");
});
