/** What a node answers to /metrics: which figures there are, and how many at most. */
import assert from "node:assert/strict";
import { metricsAnswer, metricsText } from "../../../lib/http/metrics/metrics.ts";
import type { MetricsParts } from "../../../lib/http/metrics/metrics.ts";
import { fakeParts, member } from "./fake_source.ts";

/** The lines of figures that begin with `name`. */
function figures(parts: MetricsParts, name: string): string[] {
  const text = metricsText(parts, "text");
  return text.split("\n").filter((line) => line.startsWith(name));
}

Deno.test("members are counted by status, those that are nobody's as well", () => {
  const members = [member(1), member(2, { status: "down" }), member(3), member(4)];
  const lines = figures(fakeParts({ members }), "clusternode_members");
  assert.deepEqual(lines.filter((line) => !line.endsWith(" 0")), [
    'clusternode_members{status="alive"} 3',
    'clusternode_members{status="down"} 1',
  ]);
  assert.equal(lines.length, 7);
});

Deno.test("a peer is up while it is alive or suspect, and has no figures once it has left", () => {
  const all = [
    ...[member(1), member(2), member(3, { status: "suspect" }), member(4, { status: "down" })],
    ...[member(5, { status: "unreachable" }), member(6, { status: "wrong-cookie" })],
  ];
  assert.deepEqual(figures(fakeParts({ members: all }), "clusternode_member_up"), [
    'clusternode_member_up{peer="n2@10.0.0.2"} 1',
    'clusternode_member_up{peer="n3@10.0.0.3"} 1',
    'clusternode_member_up{peer="n4@10.0.0.4"} 0',
    'clusternode_member_up{peer="n5@10.0.0.5"} 0',
    'clusternode_member_up{peer="n6@10.0.0.6"} 0',
  ]);
  const rest = metricsText(fakeParts({ members: all.filter((_, index) => index !== 3) }), "text");
  assert.ok(!rest.includes("n4@"), rest);
});

Deno.test("only bad links have figures", () => {
  const members = [member(1), member(2), member(3, { linkWorks: false })];
  assert.deepEqual(figures(fakeParts({ members }), "clusternode_link_up"), [
    'clusternode_link_up{peer="n3@10.0.0.3"} 0',
  ]);
  assert.deepEqual(figures(fakeParts(), "clusternode_link_up"), []);
});

Deno.test("at most 64 peers have figures, those that are not as they should be first", () => {
  const members = Array.from({ length: 1000 }, (_, index) => member(index + 1));
  const bad = [
    ...[member(900, { status: "down" }), member(910, { linkWorks: false })],
    member(999, { status: "suspect" }),
  ];
  for (const one of bad) members[members.findIndex(({ name }) => name === one.name)] = one;
  const shown = figures(fakeParts({ members }), "clusternode_member_up");
  assert.equal(shown.length, 64);
  for (const { name } of bad) assert.ok(shown.some((line) => line.includes(name)), name);
  assert.ok(shown.some((line) => line.includes('"n62@')), "the others in the order of their names");
  assert.ok(!shown.some((line) => line.includes('"n63@')));
});

Deno.test("of more than 64 bad peers those that are gone come before bad links", () => {
  const members = Array.from({ length: 201 }, (_, index) =>
    member(index + 1, {
      linkWorks: index < 1,
      status: index > 140 ? "down" : "alive",
    }));
  const parts = fakeParts({ members });
  const shown = figures(parts, "clusternode_member_up");
  assert.equal(shown.filter((line) => line.endsWith(" 0")).length, 60);
  assert.equal(shown.length, 64);
  assert.equal(figures(parts, "clusternode_link_up").length, 64);
});

Deno.test("a thousand members make no longer an answer than sixty-five", () => {
  const bytes = (count: number): number => {
    const members = Array.from(
      { length: count },
      (_, index) => member(index + 1, index === 0 ? {} : { linkWorks: false, status: "down" }),
    );
    return metricsText(fakeParts({ members }), "openmetrics").length;
  };
  const [some, many] = [bytes(65), bytes(1000)];
  assert.ok(many < some + 64, `${many} bytes after ${some}`);
});

Deno.test("counts of the node are told, with what has not happened yet", () => {
  const parts = fakeParts();
  parts.meter.put({ kind: "ping-ended", ping: 1, outcome: { kind: "silent", detail: "" } });
  const pings = figures(parts, "clusternode_pings_total");
  assert.equal(pings.length, 9);
  assert.deepEqual(pings.filter((line) => !line.endsWith(" 0")), [
    'clusternode_pings_total{result="silent"} 1',
  ]);
  assert.equal(figures(parts, "clusternode_member_changes_total").length, 14);
  assert.deepEqual(figures(parts, "clusternode_view_info"), [
    'clusternode_view_info{hash="0000beef"} 1',
  ]);
});

Deno.test("each registry has figures of its own, two that look alike as well", () => {
  const registries = ["redis://10.0.0.9:6379", "redis://10.0.0.9:6379", "file:///srv/nodes"];
  const parts = fakeParts({ registries });
  parts.meter.registries[1]?.add({ operation: "write", tookUs: 900, failed: true });
  parts.meter.registries[2]?.add({ operation: "list", tookUs: 900, failed: false });
  assert.deepEqual(figures(parts, "clusternode_registry_up"), [
    'clusternode_registry_up{registry="redis://10.0.0.9:6379"} 1',
    'clusternode_registry_up{registry="redis://10.0.0.9:6379 (2)"} 0',
    'clusternode_registry_up{registry="file:///srv/nodes"} 1',
  ]);
  assert.deepEqual(figures(parts, "clusternode_registry_failures_total"), [
    'clusternode_registry_failures_total{registry="redis://10.0.0.9:6379 (2)",operation="write"} 1',
    'clusternode_registry_failures_total{registry="file:///srv/nodes",operation="list"} 0',
  ]);
  const counts = figures(parts, "clusternode_registry_call_duration_seconds_count");
  assert.equal(counts.length, 2);
});

Deno.test("a node that counts nothing still tells what it believes", () => {
  const parts = { ...fakeParts({ registryWorks: false, isolated: true }), counting: undefined };
  assert.deepEqual(figures(parts, "clusternode_ping"), []);
  assert.deepEqual(figures(parts, "clusternode_isolated"), ["clusternode_isolated 1"]);
  assert.deepEqual(figures(parts, "clusternode_registry"), [
    'clusternode_registry_up{registry="file:///srv/nodes"} 0',
  ]);
});

Deno.test("metricsAnswer() answers in the format that is asked for", () => {
  const plain = metricsAnswer(fakeParts(), undefined);
  assert.equal(plain.headers?.["Content-Type"], "text/plain; version=0.0.4; charset=utf-8");
  const open = metricsAnswer(fakeParts(), "application/openmetrics-text;version=1.0.0");
  assert.equal(
    open.headers?.["Content-Type"],
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  );
  assert.ok(`${open.body}`.endsWith("\n# EOF\n"));
});
