/**
 * What is answered, and what is refused.
 *
 * @module
 */
import assert from "node:assert/strict";
import { reportSchemas } from "../../../lib/report/reports.ts";
import { begunAt, Client, FakeCluster, member, textOf } from "./fake_cluster.ts";
import { type JsonSchema, schemaFaults } from "./json_schema.ts";

async function documentOf(cluster: FakeCluster): Promise<JsonSchema> {
  return JSON.parse(textOf(await cluster.ask("/openapi.json")).text);
}

/** A cluster in which something happened. */
function eventful(): FakeCluster {
  const cluster = new FakeCluster();
  const service = { state: "ready", reason: "tcp:8080 accepts connections", port: 8080 } as const;
  cluster.views = [member(1), member(2, { status: "down", tags: { zone: "eu-1" }, service })];
  cluster.happened(2);
  const [from, to] = [member(1).name, member(2).name];
  cluster.reports = [
    { name: from, links: [{ name: to, memberKind: "node", kind: "refused", agoMs: 100 }] },
    { name: to, links: undefined },
  ];
  return cluster;
}

/** How paths are asked for that want more than their own words. */
const questions: Readonly<Record<string, readonly string[]>> = {
  "/v1/explain/{name}": ["/v1/explain/n2", "/v1/explain/n2@10.0.0.2"],
  "/v1/sd/prometheus": ["/v1/sd/prometheus", "/v1/sd/prometheus?port=9100"],
};

const { paths } = await documentOf(new FakeCluster());

for (const path of Object.keys(paths)) {
  // A stream has a test of its own.
  if (path === "/v1/stream") continue;
  for (const question of questions[path] ?? [path]) {
    Deno.test(`${question} answers what /openapi.json says of it`, async () => {
      const cluster = eventful();
      const document = await documentOf(cluster);
      const { status, headers = {}, text } = textOf(await cluster.ask(question));
      assert.equal(status, 200);
      const told = document.paths[path].get.responses["200"];
      const [type = ""] = (headers["Content-Type"] ?? "text/plain").split(";");
      const schema = told.content[type]?.schema ?? assert.fail(`it says nothing of ${type}`);
      const sent = Object.keys(headers).filter((name) => /^(X-|ETag$)/.test(name));
      assert.deepEqual(sent.sort(), Object.keys(told.headers ?? {}).sort());
      const lines = type.includes("json") ? text.trimEnd().split("\n") : [];
      for (const line of lines) {
        const value = JSON.parse(line);
        assert.deepEqual(schemaFaults(value, schema, document), []);
        if (schema.$ref !== undefined) assert.ok(schema.$ref.endsWith(`/${value.schema}`));
      }
    });
  }
}

Deno.test("/openapi.json says which answers are 304 for who has them, and what streams and figures take", async () => {
  const cluster = eventful();
  const document = await documentOf(cluster);
  for (const [path, { get }] of Object.entries<JsonSchema>(document.paths)) {
    const tag = "ETag" in (get.responses["200"].headers ?? {});
    assert.equal("304" in get.responses, tag, path);
    const names = get.parameters.map(({ name }: JsonSchema) => name);
    assert.equal(names.includes("If-None-Match"), tag, path);
    assert.equal(names.includes("Last-Event-ID"), path === "/v1/stream", path);
    if (!tag) continue;
    const again = textOf(await cluster.ask(path, { headers: { "If-None-Match": "*" } }));
    assert.equal(again.status, 304);
    const sent = Object.keys(again.headers ?? {}).filter((name) => /^(X-|ETag$)/.test(name));
    assert.deepEqual(sent.sort(), Object.keys(get.responses["304"].headers).sort());
  }
  const figures = await cluster.ask("/metrics", {
    headers: { Accept: "application/openmetrics-text" },
  });
  const [type = ""] = textOf(figures).headers?.["Content-Type"]?.split(";") ?? [];
  assert.equal(type, "application/openmetrics-text");
  assert.ok(type in document.paths["/metrics"].get.responses["200"].content);
});

Deno.test("/v1/history is put into words once for all who ask within a moment, unless something happens", async () => {
  const cluster = eventful();
  const history = cluster.history.bind(cluster);
  let looks = 0;
  cluster.history = (sinceMs) => {
    looks++;
    return history(sinceMs);
  };
  const ask = async (since: string): Promise<string> =>
    textOf(await cluster.ask(`/v1/history?since=${since}`)).text;
  assert.equal(await ask("1h"), await ask("1h"));
  assert.equal(looks, 1);
  await ask("2h");
  assert.equal(looks, 2);
  cluster.happened(2);
  assert.equal(JSON.parse(await ask("2h")).entries.length, 2);
  assert.equal(looks, 3);
  cluster.clock.pass(2000);
  await ask("2h");
  assert.equal(looks, 4);
});

Deno.test("/v1/stream sends what /openapi.json says of it", async () => {
  const cluster = eventful();
  const document = await documentOf(cluster);
  const schema =
    document.paths["/v1/stream"].get.responses["200"].content["text/event-stream"].schema;
  const headers = { "Last-Event-ID": "00-1" };
  const client = new Client(await cluster.ask("/v1/stream", { headers }));
  cluster.happened(2);
  cluster.views = [member(1), member(3)];
  cluster.clock.pass(1000);
  cluster.state = { ...cluster.state, isolated: true };
  cluster.clock.pass(1000);
  const events = client.taken();
  client.leave();
  for (const { data } of events) assert.deepEqual(schemaFaults(data, schema, document), []);
  const kinds = ["change", "gap", "gone", "member", "members", "node"];
  assert.deepEqual([...new Set(events.map(({ kind }) => kind))].sort(), kinds);
});

Deno.test("/openapi.json lists all paths, and shapes as the commands have them", async () => {
  const document = await documentOf(new FakeCluster());
  const paths = ["/livez", "/metrics", "/openapi.json", "/readyz", "/v1/events", "/v1/stream", "/"];
  for (const path of paths) assert.ok(document.paths[path]?.get !== undefined, path);
  for (const [name, shape] of Object.entries<JsonSchema>(document.components.schemas)) {
    assert.ok(Object.hasOwn(reportSchemas, name), name);
    assert.deepEqual(shape.properties.schema, { const: name });
    assert.equal(shape.additionalProperties, false);
  }
});

Deno.test("schemaFaults() finds what is missing, too much, or of another type", async () => {
  const document = await documentOf(new FakeCluster());
  const gone = document.components.schemas["gone.v1"];
  assert.deepEqual(schemaFaults({ schema: "gone.v1", name: "n1" }, gone, document), []);
  assert.deepEqual(schemaFaults({ schema: "gone.v1", name: 1, more: 1 }, gone, document), [
    "$.name is not string",
    "$.more is too much",
  ]);
  assert.deepEqual(schemaFaults({ schema: "gone.v2" }, gone, document), [
    "$.name is missing",
    "$.schema is not gone.v1",
  ]);
  assert.throws(() => schemaFaults(1, { multipleOf: 2 }, document), /unknown keywords multipleOf/);
});

Deno.test("/v1/events begins where it is asked to, and says what comes next", async () => {
  const cluster = new FakeCluster();
  for (let count = 0; count < 5; count++) cluster.happened(2);
  cluster.forget(1);
  const { headers, text } = textOf(await cluster.ask("/v1/events?since=3"));
  const sequences = text.trimEnd().split("\n").map((line) => JSON.parse(line).sequence);
  assert.deepEqual(sequences, [3, 4]);
  assert.equal(headers?.["X-Clusternode-Next"], "5");
  assert.equal(headers?.["X-Clusternode-First"], "1");
  assert.equal(textOf(await cluster.ask("/v1/events?since=5")).text, "");
  assert.equal(textOf(await cluster.ask("/v1/events")).text.trimEnd().split("\n").length, 4);
});

Deno.test("an event has the time at which it happened, however late it is asked for", async () => {
  const cluster = new FakeCluster();
  cluster.happened(2);
  cluster.clock.pass(90_000);
  const event = JSON.parse(textOf(await cluster.ask("/v1/events")).text);
  assert.deepEqual([event.time, event.agoMs], ["2026-03-10T08:51:29.000Z", 90_000]);
  cluster.now = () => begunAt - 60_000;
  const setBack = JSON.parse(textOf(await cluster.ask("/v1/events")).text);
  assert.deepEqual([setBack.time, setBack.agoMs], ["2026-03-10T08:51:29.000Z", 0]);
});

for (
  const [path, status, words] of [
    ["/v1/explain/n9", 404, "Nothing is known of n9\n"],
    ["/v1/explain/", 404, "There is no /v1/explain/; /openapi.json lists what there is\n"],
    [
      "/v1/explain/n1/more",
      404,
      "There is no /v1/explain/n1/more; /openapi.json lists what there is\n",
    ],
    ["/v2/members", 404, "There is no /v2/members; /openapi.json lists what there is\n"],
    ["/v1/events?since=-1", 400, '"since" must be a whole number\n'],
    ["/v1/members?index=x", 400, '"index" must be a whole number\n'],
    [
      "/v1/members?wait=6m",
      400,
      '"wait" must be a duration with a unit, such as 30s, of at most 5m\n',
    ],
    [
      "/v1/members?wait=5",
      400,
      '"wait" must be a duration with a unit, such as 30s, of at most 5m\n',
    ],
  ] as const
) {
  Deno.test(`${path} is refused with a sentence`, async () => {
    const cluster = new FakeCluster();
    const answer = textOf(await cluster.ask(path));
    assert.deepEqual([answer.status, answer.text], [status, words]);
    assert.equal(cluster.clock.pending, 0);
  });
}

Deno.test("a short name that two members have is none", async () => {
  const cluster = new FakeCluster();
  cluster.views = [member(1), member(2), { ...member(2), name: "n2@10.0.0.9" as never }];
  const { status, text } = textOf(await cluster.ask("/v1/explain/n2"));
  assert.equal(status, 404);
  assert.equal(text, "n2 may be any of n2@10.0.0.2, n2@10.0.0.9: give the full name\n");
  assert.equal(textOf(await cluster.ask("/v1/explain/n2@10.0.0.2")).status, 200);
});

Deno.test("nothing is posted to the API", async () => {
  const cluster = new FakeCluster();
  const { status, headers } = textOf(await cluster.ask("/v1/members", { method: "POST" }));
  assert.deepEqual([status, headers?.["Allow"]], [405, "GET, HEAD"]);
});

for (
  const [state, status, words] of [
    [{}, 200, "n1@10.0.0.1 has joined: it is registered\n"],
    [{ registryWorks: false }, 200, "n1@10.0.0.1 has joined: it is registered\n"],
    [{ phase: "starting" }, 503, "n1@10.0.0.1 is starting\n"],
    [{ phase: "leaving" }, 503, "n1@10.0.0.1 is leaving\n"],
    [
      { isolated: true },
      503,
      "n1@10.0.0.1 may be isolated: most of the members that it watches are silent\n",
    ],
  ] as const
) {
  Deno.test(`/readyz is ${status} for ${JSON.stringify(state)}, and /livez 200`, async () => {
    const cluster = new FakeCluster();
    cluster.state = { ...cluster.state, ...state };
    const answer = textOf(await cluster.ask("/readyz"));
    assert.deepEqual([answer.status, answer.text], [status, words]);
    const alive = textOf(await cluster.ask("/livez"));
    assert.deepEqual([alive.status, alive.text], [200, "n1@10.0.0.1 runs\n"]);
  });
}

Deno.test("the page is sent packed, and not again to those who have it", async () => {
  const cluster = new FakeCluster();
  const packed = textOf(await cluster.ask("/", { headers: { "Accept-Encoding": "br, gzip" } }));
  assert.equal(packed.headers?.["Content-Encoding"], "gzip");
  const plain = textOf(await cluster.ask("/"));
  assert.equal(plain.headers?.["Content-Encoding"], undefined);
  assert.match(plain.text, /^<!doctype html>/i);
  assert.ok(packed.body.length < plain.body.length);
  const etag = plain.headers?.["ETag"] ?? "";
  const again = textOf(await cluster.ask("/", { headers: { "If-None-Match": etag } }));
  assert.deepEqual([again.status, again.text], [304, ""]);
});

Deno.test("/readyz is 503 for a member that is not healthy, and says why", async () => {
  const cluster = new FakeCluster();
  cluster.fault = "it is not registered";
  const { status, text } = textOf(await cluster.ask("/readyz"));
  assert.deepEqual([status, text], [503, "n1@10.0.0.1 is not healthy: it is not registered\n"]);
  assert.equal(textOf(await cluster.ask("/livez")).status, 200);
});
