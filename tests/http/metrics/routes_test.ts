/** What Prometheus is told of whole clusters: here simulated ones, which count nothing. */
import assert from "node:assert/strict";
import { metricsRoutes } from "../../../lib/http/metrics/routes.ts";
import { RouteTable } from "../../../lib/http/route.ts";
import { fixtureSource } from "../fixtures.ts";
import type { FixtureState } from "../fixtures.ts";

/** What is answered to `GET` of `target` of a cluster in that state. */
async function ask(state: FixtureState, target: string): Promise<{ status: number; body: string }> {
  const { pathname: path, searchParams: query } = new URL(target, "http://localhost");
  const { signal } = new AbortController();
  const table = new RouteTable(metricsRoutes({ source: fixtureSource(state) }));
  const request = {
    method: "GET",
    path,
    query,
    header: () => undefined,
    body: "",
    signal,
  } as const;
  const answer = await table.answer(request);
  assert.ok("body" in answer);
  const { status, body } = answer;
  return { status, body: typeof body === "string" ? body : new TextDecoder().decode(body) };
}

Deno.test("a cluster with a dead member has it as a target, and its figure is 0", async () => {
  const { body } = await ask("one-dead", "/v1/sd/prometheus?port=9100");
  const groups: { labels: Record<string, string> }[] = JSON.parse(body);
  assert.equal(groups.length, 6);
  const down = groups.filter(({ labels }) => labels["__meta_clusternode_status"] === "down");
  const [name, ...more] = down.map(({ labels }) => labels["__meta_clusternode_name"]);
  assert.deepEqual(more, []);
  const figures = (await ask("one-dead", "/metrics")).body;
  assert.ok(figures.includes(`\nclusternode_member_up{peer="${name}"} 0\n`), figures);
  assert.ok(figures.includes('\nclusternode_members{status="alive"} 5\n'), figures);
});

for (const [state, reason] of [["starting", "not joined"], ["isolated", "isolated"]] as const) {
  Deno.test(`a node that is ${state} has figures but gives no targets`, async () => {
    const refused = await ask(state, "/v1/sd/prometheus?port=9100");
    assert.equal(refused.status, 503);
    assert.match(refused.body, new RegExp(reason));
    const { status, body } = await ask(state, "/metrics");
    assert.equal(status, 200);
    assert.match(body, new RegExp(`^clusternode_isolated ${state === "isolated" ? 1 : 0}$`, "m"));
  });
}

Deno.test("services choose among members, at their own ports if none is asked for", async () => {
  const { body } = await ask("services", "/v1/sd/prometheus?service=ready");
  const groups: { targets: string[] }[] = JSON.parse(body);
  assert.equal(groups.length, 1);
  assert.match(groups[0]?.targets[0] ?? "", /:8080$/);
});

Deno.test("figures are compressed for who takes that, as Prometheus does", async () => {
  const plain = (await ask("fifty", "/metrics")).body;
  const routes = metricsRoutes({ source: fixtureSource("fifty") });
  const route = routes.find(({ path }) => path === "/metrics");
  const headers: Readonly<Record<string, string>> = { "accept-encoding": "gzip" };
  const answer = await route?.answer({
    ...{ method: "GET", path: "/metrics", query: new URLSearchParams(), body: "" },
    header: (name) => headers[name],
    signal: new AbortController().signal,
  }, "");
  assert.ok(answer !== undefined && "body" in answer && typeof answer.body !== "string");
  assert.equal(answer.headers?.["Content-Encoding"], "gzip");
  assert.equal(answer.headers?.["Content-Type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.ok(
    answer.body.length < plain.length / 2,
    `${answer.body.length} of ${plain.length} bytes`,
  );
});
