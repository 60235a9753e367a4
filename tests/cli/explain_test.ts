/** What `explain` adds to what a node answers. */
import assert from "node:assert/strict";
import { explanationText } from "../../lib/cli/commands/explain_text.ts";
import type { Explanation } from "../../lib/core/explain/explanation.ts";
import { nameOf } from "../core/records.ts";

function explanationOf(changes: Partial<Explanation>): Explanation {
  return {
    name: nameOf(1),
    kind: "node",
    status: "down",
    verdict: "n2 cannot reach it",
    accusers: [],
    votesNeeded: 1,
    watched: true,
    pings: [],
    timeoutMs: 700,
    heartbeat: "stale",
    registryWorks: true,
    localHealth: 0,
    isolated: false,
    failures: 0,
    incarnation: 0,
    wouldChange: ["an answer marks it alive"],
    ...changes,
  };
}

Deno.test("explanationText() says with which options the verdict is changed, if any do", () => {
  const changes = (of: Partial<Explanation>): string =>
    explanationText("n2", explanationOf(of)).split("What would change that:\n")[1] ?? "";
  assert.equal(changes({}), "  - an answer marks it alive\n");
  assert.match(changes({ status: "wrong-cluster" }), /alive\n.* --cluster\n$/);
  assert.match(changes({ status: "wrong-cookie" }), /alive\n.* --cookie or --cookie-file\n$/);
  assert.match(
    changes({ kind: "beam", status: "wrong-cookie" }),
    /alive\n.*this node --beam-cookie, or that one --cookie\n$/,
  );
});

Deno.test("explanationText() says whose health, pings and registry it speaks of", () => {
  const text = explanationText(
    "n2@10.0.0.3",
    explanationOf({
      accusers: [{ name: nameOf(2), kind: "refused" }, { name: nameOf(3), kind: "silent" }],
      pings: [
        { kind: "pong", agoMs: 3000, roundTripUs: 2520 },
        { kind: "silent", agoMs: 1400 },
        { kind: "silent", agoMs: 400 },
      ],
      localHealth: 5,
      isolated: true,
      registryWorks: false,
    }),
  );
  const facts = text.split("\n\n")[1]?.split("\n").map((line) => line.trim().split(/ {2,}/));
  assert.deepEqual(facts, [
    ["against it", "2 votes, 1 needed"],
    [`${nameOf(2)}: connection refused`],
    [`${nameOf(3)}: connected, but no answer in time`],
    ["watched by n2", "yes"],
    ["pings of n2", "pong 2.52 ms, 2 × silent; the last 400 ms ago"],
    ["time for a pong", "700 ms"],
    ["its heartbeat", "stale"],
    ["registry for n2", "unavailable: pings alone decide"],
    ["health of n2", "sick: it does not vote (5 of 7); it may be isolated"],
    ["its failures", "0 in 5 min"],
    ["its incarnation", "0"],
  ]);
});

Deno.test("explanationText() folds its lines, and what goes on stands below where it began", () => {
  const verdict = "n2, n3, n4 cannot reach it: connected, but no answer in time".repeat(3);
  const pings = Array.from({ length: 9 }, (_, at) => ({ kind: "pong", agoMs: 1, roundTripUs: at }));
  const explanation = explanationOf({ verdict, pings: pings as Explanation["pings"] });
  const lines = explanationText("n2@h", explanation, { width: 50 }).split("\n");
  assert.deepEqual(lines.filter((line) => line.length > 50), []);
  assert.match(lines[1] ?? "", /^ {2}\S/);
  assert.equal(lines.find((line) => line.includes("pong 4 µs"))?.search(/\S/), 19);
});

Deno.test("explanationText() tells what a member said last of its service, and needs no votes for a row", () => {
  const service = { state: "ready", port: 8080, reason: "the check succeeds" } as const;
  const text = (of: Partial<Explanation>): string => explanationText("n2", explanationOf(of));
  assert.match(text({ service }), /its service +it said last that it is ready at port 8080: the/);
  assert.match(text({ service, status: "alive" }), /its service +is ready at port 8080: the check/);
  const accusers = [{ name: nameOf(2), kind: "wrong-cookie" }] as const;
  const ofRow = { status: "wrong-cookie", accusers, votesNeeded: 0 } as const;
  assert.match(text(ofRow), /against it +1 vote\n/);
  assert.match(text({ ...ofRow, votesNeeded: 1 }), /against it +1 vote, 1 needed\n/);
});
