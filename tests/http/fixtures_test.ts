import assert from "node:assert/strict";
import { memberSummary } from "../../lib/cli/members/member_summary.ts";
import { describeFinding, LinkMatrix } from "../../lib/core/explain/link_matrix.ts";
import { localName } from "../../lib/core/base/name.ts";
import { SimulatedCluster } from "../../lib/cli/simulated/simulated_cluster.ts";
import { SimulatedSource } from "../../lib/cli/simulated/simulated_source.ts";
import { after, fixture, fixtureSource, fixtureStates, node } from "./fixtures.ts";
import type { FixtureState } from "./fixtures.ts";

const summaries: Readonly<Partial<Record<FixtureState, string>>> = {
  "empty": "1 of 1 alive",
  "starting": "1 of 1 alive",
  "five": "5 of 5 alive",
  "isolated": "5 of 5 alive; n2 not reached, n3 not reached, n4 not reached, n5 not reached",
  "one-dead": "5 of 6 alive; n3 down 45 s",
  "half-dead": "5 of 10 alive; n3 down 1 min, n6 down 1 min, n7 down 57 s, n9 down 1 min, " +
    "n10 unreachable 57 s",
  "services": "7 of 7 alive",
};

const { signal } = new AbortController();

for (const state of fixtureStates) {
  // Hundreds of nodes take seconds.
  if (!(state in summaries)) continue;
  Deno.test(`fixtureSource("${state}") shows what its name says`, () => {
    assert.equal(memberSummary(fixtureSource(state).members()), summaries[state]);
  });
}

Deno.test("fixtureSource() says how the node is that is asked", () => {
  const { phase, registryWorks } = fixtureSource("starting").standing();
  assert.deepEqual({ phase, registryWorks }, { phase: "starting", registryWorks: false });
  assert.equal(fixtureSource("starting").health().healthy, false);
  assert.equal(fixtureSource("isolated").standing().isolated, true);
  assert.equal(fixtureSource("five").standing().phase, "joined");
});

Deno.test("fixtureSource() of fifty has links of each kind that fails", async () => {
  const fifty = fixtureSource("fifty");
  assert.equal(memberSummary(fifty.members()), "49 of 50 alive; n41 down 30 s");
  const findings = new LinkMatrix(await fifty.links(signal)).findings();
  assert.deepEqual(findings.map(({ kind }) => kind), ["no-report", "broken", "one-way"]);
  const words = findings.map((finding) => describeFinding(finding, localName));
  assert.deepEqual(words.slice(1), [
    "n20 and n30 do not reach each other: connected, but no answer in time",
    "n4 → n9 fails (no answer to the attempt to connect), n9 → n4 works",
  ]);
});

Deno.test("fixture() can be changed, and tells who watches", () => {
  const five = fixture("five");
  let told = 0;
  using _watching = five.source.watch(() => told++);
  after(five, 2000);
  assert.equal(told, 0);
  const { next } = five.source.changes(0);
  five.cluster.kill(node(five, 2));
  after(five, 10_000);
  assert.equal(told, 1);
  const { changes } = five.source.changes(next);
  assert.deepEqual(changes.map(({ kind, name }) => `${kind} ${name}`), ["failed n2@10.0.0.2"]);
});

Deno.test("fixture() looks through another node when the observed one dies", () => {
  const five = fixture("five");
  five.cluster.kill(node(five, 1));
  after(five, 10_000);
  assert.equal(five.source.name, "n2@10.0.0.2");
  assert.equal(memberSummary(five.source.members()), "4 of 5 alive; n1 down 9.8 s");
  const { changes } = five.source.changes(0);
  assert.deepEqual(changes.map(({ number }) => number), [...changes.keys()]);
  assert.equal(changes.at(-1)?.name, "n1@10.0.0.1");
});

Deno.test("SimulatedSource.links() asks those in trouble before all others", async () => {
  const many = new SimulatedCluster({ seed: 3, latencyMs: 0.2, begunAt: 0 });
  const [first] = Array.from({ length: 80 }, () => many.add());
  assert.ok(first !== undefined);
  many.world.run(5000);
  const source = new SimulatedSource(many, first, "0".repeat(32));
  for (const name of ["n2", "n7"]) many.kill(many.find(name) ?? assert.fail());
  many.world.run(8000);
  const reports = await source.links();
  assert.equal(reports.length, 64);
  const silent = reports.filter(({ links }) => links === undefined);
  assert.deepEqual(silent.map(({ name }) => localName(name)), ["n2", "n7"]);
});
