/** The words of the page beside its sentence. */
import assert from "node:assert/strict";
import { explanationText } from "../../../lib/cli/commands/explain_text.ts";
import { membersOf } from "../../../lib/http/api/reports.ts";
import { explainText } from "../../../lib/http/page/words/explain_text.ts";
import { favicon } from "../../../lib/http/page/words/favicon.ts";
import { matches } from "../../../lib/http/page/words/member_search.ts";
import {
  and,
  coarseDuration,
  durationWords,
  lastingReason,
  tableDuration,
} from "../../../lib/http/page/words/words.ts";
import { explainReport } from "../../../lib/report/explain_report.ts";
import { explanationOf } from "../../../lib/report/words/explain_facts.ts";
import { fixture, node } from "../fixtures.ts";

Deno.test("explainText() is what `clusternode explain` prints", () => {
  const state = fixture("half-dead");
  for (const number of [1, 3, 7, 10]) {
    const { name } = node(state, number).core;
    const explanation = state.source.explain(name);
    assert.ok(explanation !== undefined);
    const { name: asked, cluster } = state.source;
    const report = explainReport(explanation, { asked, cluster, now: state.source.now() });
    assert.equal(
      explainText(asked, explanationOf(report)),
      explanationText(asked, explanation),
    );
  }
});

Deno.test("matches() finds words anywhere, and tags as a whole", () => {
  const [member] = membersOf(fixture("five").source).members;
  assert.ok(member !== undefined);
  const named = { ...member, name: "n1@10.0.0.1", tags: ["zone=eu-1", "role=Web"] };
  for (const query of ["", " ", "N1", "10.0.0", "alive", "zone=eu-1", "role=web n1", "eu-"]) {
    assert.ok(matches(named, query), query);
  }
  for (const query of ["n2", "zone=eu", "down", "n1 down"]) {
    assert.ok(!matches(named, query), query);
  }
});

Deno.test("and() lists a few names and counts the rest", () => {
  assert.equal(and(["a"], 2), "a");
  assert.equal(and(["a", "b"], 2), "a and b");
  assert.equal(and(["a", "b", "c"], 2), "a, b and c");
  assert.equal(and(["a", "b", "c", "d"], 2), "a, b and 2 more");
});

Deno.test("durationWords() and coarseDuration() tell seconds without fractions", () => {
  assert.deepEqual([-5, 900, 4900, 59_900].map(durationWords), ["0 s", "0 s", "4 s", "59 s"]);
  assert.equal(durationWords(200_000), "3 min 20 s");
  assert.deepEqual([9000, 200_000, 8_000_000].map(tableDuration), ["9 s", "3 min", "2 h 13 min"]);
  assert.deepEqual([10, 200_000, 8_000_000].map(coarseDuration), ["1 s", "3 min", "2 h"]);
});

Deno.test("favicon() has another shape for each sign, not only another colour", () => {
  const shapes = (["well", "doubtful", "bad", "waiting", "lost"] as const)
    .map((sign) => /%3Cpath%20d%3D%22(.*?)%22/.exec(favicon(sign))?.[1]);
  assert.equal(new Set(shapes).size, 5);
  assert.ok(!favicon("bad").includes("#"), "# would end a URL of data");
});

Deno.test("lastingReason() keeps what is still true later", () => {
  assert.equal(
    lastingReason(
      "n1@h cannot reach it: connection refused; its heartbeat has not moved for 9.0 s",
    ),
    "n1@h cannot reach it: connection refused",
  );
  const running = "n1@h cannot reach it: connection refused; its heartbeat advances, so it runs";
  assert.equal(lastingReason(running), running);
});
