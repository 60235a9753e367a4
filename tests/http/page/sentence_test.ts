/** The sentence that is read first, of clusters that went through what it tells. */
import assert from "node:assert/strict";
import { membersOf, nodeOf } from "../../../lib/http/api/reports.ts";
import { sentenceOf } from "../../../lib/http/page/words/sentence.ts";
import type { Sentence, Told } from "../../../lib/http/page/words/sentence.ts";
import { labelIn } from "../../../lib/report/words/member_label.ts";
import { matrixReport } from "../../../lib/report/matrix_report.ts";
import { after, fixture, node } from "../fixtures.ts";
import type { Fixture, FixtureState } from "../fixtures.ts";

async function toldBy({ source }: Fixture): Promise<Told> {
  const { members } = membersOf(source);
  const { cluster } = source;
  const links = await source.links();
  return {
    node: nodeOf(source, false),
    members,
    findings: matrixReport(links, { cluster, now: source.now() }).findings,
    label: labelIn(members.map(({ name }) => name)),
  };
}

async function sentenceIn(state: FixtureState): Promise<Sentence> {
  return sentenceOf(await toldBy(fixture(state)));
}

Deno.test("sentenceOf() says who is down, since when, and who says so", async () => {
  const { tone, head, details } = await sentenceIn("one-dead");
  assert.equal(tone, "bad");
  assert.equal(head, "5 of 6 alive.");
  assert.equal(details.length, 1);
  assert.match(
    details[0] ?? "",
    /^n3 is down for 44 s: n1 and n[2456] cannot reach it, connection refused\.$/,
  );
});

Deno.test("sentenceOf() says in one sentence what befell several members alike", async () => {
  const { head, details } = await sentenceIn("half-dead");
  assert.equal(head, "5 of 10 alive.");
  assert.match(details[0] ?? "", /^n3, n6 and n9 are down for up to 1 min: connection refused\.$/);
  assert.match(
    details[1] ?? "",
    /^n7 is down for \d+ s: .* \(connected, but no answer in time\)\.$/,
  );
  assert.match(details[2] ?? "", /^n10 is unreachable for \d+ s: /);
});

Deno.test("sentenceOf() tells a link that works in one direction, and a pair without one", async () => {
  const { head, details } = await sentenceIn("fifty");
  assert.equal(head, "49 of 50 alive.");
  assert.deepEqual(details.slice(1), [
    "n20 and n30 do not reach each other: connected, but no answer in time.",
    "n4 cannot reach n9, but n9 reaches n4: no answer to the attempt to connect.",
  ]);
});

Deno.test("sentenceOf() says that all is well, or that there is nobody else", async () => {
  const five = await sentenceIn("five");
  assert.deepEqual([five.tone, five.head, five.details], ["well", "All 5 members are alive.", []]);
  const { tone, head } = await sentenceIn("empty");
  assert.deepEqual([tone, head], ["well", "n1 is alone in the cluster simulated."]);
});

Deno.test("sentenceOf() does not say that others are alive when its node may be isolated", async () => {
  const { tone, head, details } = await sentenceIn("isolated");
  assert.deepEqual([tone, head], ["bad", "n1 reaches 0 of 4 other members."]);
  assert.deepEqual(details, ["Its last view: 5 of 5 alive."]);
});

Deno.test("sentenceOf() waits with a node that starts, and with one that has not answered", async () => {
  const { tone, head, details } = await sentenceIn("starting");
  assert.deepEqual([tone, head], ["waiting", "n1 is starting."]);
  assert.deepEqual(details, ["It is not registered.", "The registry is unavailable."]);
  const told = await toldBy(fixture("five"));
  assert.equal(sentenceOf({ ...told, node: undefined }).tone, "waiting");
});

Deno.test("sentenceOf() tells a service that fails while its member is alive", async () => {
  const { tone, details } = await sentenceIn("services");
  assert.equal(tone, "doubtful");
  assert.match(details.join(), /^The service of n3 is failing: it ended with exit code 1, /);
});

Deno.test("sentenceOf() keeps its gist while time goes on, and only then", async () => {
  const state = fixture("one-dead");
  const first = sentenceOf(await toldBy(state));
  const later = sentenceOf(await toldBy(after(state, 5000)));
  assert.notDeepEqual(later.details, first.details);
  assert.equal(later.gist, first.gist);
  state.cluster.kill(node(state, 5));
  assert.notEqual(sentenceOf(await toldBy(after(state, 10_000))).gist, first.gist);
});

Deno.test("sentenceOf() names whom the asked node cannot reach, and counts what is too much", async () => {
  const told = await toldBy(fixture("five"));
  const members = told.members.map((member, index) =>
    index === 2 ? { ...member, linkWorks: false, forMs: 3000, reason: "pings are silent" } : member
  );
  const { tone, details } = sentenceOf({ ...told, members });
  assert.equal(tone, "doubtful");
  assert.deepEqual(details, ["n3 is alive but unreachable from n1 for 3 s: pings are silent."]);
  const many = told.members.slice(1).flatMap((member, index) => {
    const reason = `n1 cannot reach it: cause ${index}`;
    const status = "down" as const;
    return [{ ...member, status, reason }, { ...member, name: `a${index}@h`, status, reason: "x" }];
  });
  assert.match(
    sentenceOf({ ...told, members: many }).details.at(-1) ?? "",
    /^\d more are not well/,
  );
});
