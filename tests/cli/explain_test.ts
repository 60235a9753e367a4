/** What `explain` adds to what a node answers. */
import assert from "node:assert/strict";
import { explanationText } from "../../lib/cli/commands/explain.ts";
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
