/** Members as targets: which, where, with which labels, and when there is no answer. */
import assert from "node:assert/strict";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { discoveryAnswer } from "../../../lib/http/metrics/service_discovery.ts";
import { fakeSource, member } from "./fake_source.ts";
import type { MemberDraft, SourceDraft } from "./fake_source.ts";

interface Group {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** The targets of a cluster; fails if there is no answer. */
function groups(query: string, draft: SourceDraft = {}): readonly Group[] {
  const { status, headers, body } = discoveryAnswer(
    fakeSource(draft),
    new URLSearchParams(query),
  );
  assert.equal(status, 200, `${body}`);
  assert.equal(headers?.["Content-Type"], "application/json");
  return JSON.parse(`${body}`);
}

/** Where they are. */
function targets(query: string, ...drafts: MemberDraft[]): string[] {
  const members = drafts.map((draft, index) => member(index + 1, draft));
  return groups(query, { members }).flatMap(({ targets }) => targets);
}

/** What is answered instead. */
function refusal(query: string, draft: SourceDraft = {}): readonly [number, string] {
  const { status, body } = discoveryAnswer(fakeSource(draft), new URLSearchParams(query));
  return [status, `${body}`.trim()];
}

Deno.test("a member is a target at the port that is asked for, with all that is known of it", () => {
  const service = { state: "ready", reason: "", port: 8080 } as const;
  const tags = { "zone": "eu-1", "rack/no": "7" };
  assert.deepEqual(groups("port=9100", { members: [member(1, { service, tags })] }), [{
    targets: ["10.0.0.1:9100"],
    labels: {
      __meta_clusternode_name: "n1@10.0.0.1",
      __meta_clusternode_kind: "node",
      __meta_clusternode_instance: "00000000000000000000000000000001",
      __meta_clusternode_status: "alive",
      __meta_clusternode_cluster: "default",
      __meta_clusternode_service_state: "ready",
      __meta_clusternode_tag_rack_no: "7",
      __meta_clusternode_tag_zone: "eu-1",
    },
  }]);
});

Deno.test("members that are down stay targets, whatever is wrong with them", () => {
  const found = targets(
    "port=9100",
    ...[{}, { status: "down" }, { status: "unreachable" }, { status: "unproven" }] as const,
    ...[{ status: "wrong-cookie" }, { status: "suspect" }] as const,
  );
  assert.equal(found.length, 6);
});

Deno.test("without a port members are targets at that of their service, if they have one", () => {
  const service = { state: "ready", reason: "", port: 8080 } as const;
  const portless = { state: "ready", reason: "" } as const;
  assert.deepEqual(targets("", {}, { service }, { service: portless }), ["10.0.0.2:8080"]);
});

Deno.test("service and tags choose among members", () => {
  const ready = { state: "ready", reason: "" } as const;
  const failing = { state: "failing", reason: "" } as const;
  const tags = { zone: "eu-1", role: "db" };
  const all: readonly MemberDraft[] = [
    ...[{ service: ready, tags }, { service: failing, tags }, { service: ready }, { tags }],
    { service: ready, tags: { ...tags, role: "web" } },
  ];
  const found = (query: string): string =>
    targets(`port=1&${query}`, ...all).map((target) => target.split(/[.:]/)[3]).join(" ");
  assert.equal(found("service=ready"), "1 3 5");
  assert.equal(found("tag.zone=eu-1"), "1 2 4 5");
  assert.equal(found("tag.zone=eu-1&tag.role=db&service=ready"), "1");
  assert.equal(found("tag.zone="), "");
});

Deno.test("IPv6 has brackets, and a member without an address is where its name says", () => {
  const six: MemberDraft = { addresses: [{ host: "fd77::1", port: 4000 }] };
  assert.deepEqual(targets("port=9100", six), ["[fd77::1]:9100"]);
  const beam = { ...member(2, { kind: "beam", addresses: [] }), name: "e1@db.lan" as NodeName };
  const [group] = groups("port=9100", { members: [beam] });
  assert.deepEqual(group?.targets, ["db.lan:9100"]);
  assert.equal(group?.labels["__meta_clusternode_kind"], "beam");
});

Deno.test("a node that starts, leaves or may be isolated gives no targets, and says why", () => {
  assert.deepEqual(refusal("port=9100", { phase: "starting" }), [
    503,
    "n1@10.0.0.1 has not joined yet; keep the targets known before",
  ]);
  assert.deepEqual(refusal("port=9100", { isolated: true }), [
    503,
    "n1@10.0.0.1 may be isolated; keep the targets known before",
  ]);
  assert.equal(refusal("port=9100", { phase: "leaving" })[0], 503);
});

/** Queries that nobody can mean, and what is said of them. */
const wrong: readonly (readonly [string, RegExp])[] = [
  ["port=0", /"port=0" is no port: it must be a whole number from 1 to 65535/],
  ["port=65536", /is no port/],
  ["port=", /is no port/],
  ["port=1%0A2", /"port=1\\n2" is no port/],
  ["port=9e3", /is no port/],
  ["port=1&port=2", /"port" was given more than once/],
  ["service=up", /"service=up" is no state: it must be one of starting, ready, failing/],
  ["tag.=eu-1", /"tag.=eu-1" names no tag, as tag.zone=eu-1/],
  ["tag.zone=a&tag.zone=b", /"tag.zone" was given more than once/],
  ["zone=eu-1", /"zone" is not known: port, service and tag.KEY are/],
  ["__proto__=1", /"__proto__" is not known/],
];

for (const [query, said] of wrong) {
  Deno.test(`the query ${query} is answered with 400 and a sentence`, () => {
    // What is wrong with a question does not depend on who is asked.
    for (const isolated of [false, true]) {
      const [status, sentence] = refusal(query, { isolated });
      assert.equal(status, 400);
      assert.match(sentence, said);
      assert.ok(!sentence.includes("\n"), sentence);
    }
  });
}
