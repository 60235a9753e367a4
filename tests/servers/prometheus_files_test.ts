/**
 * What Prometheus says of the figures, and of the files in docs/deploy/prometheus.
 *
 * @module
 */
import assert from "node:assert/strict";
import { metrics } from "../../lib/http/metrics/metric_table.ts";
import { metricsText } from "../../lib/http/metrics/metrics.ts";
import { dashboardQueries } from "../docs/dashboard.ts";
import { projectRoot, readSource } from "../docs/source_files.ts";
import { fakeParts, member } from "../http/metrics/fake_source.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { needingServer, programPath } from "./server.ts";
import type { ServerNeeds } from "./server.ts";

const needs: ServerNeeds = {
  permissions: ["read", "write", "run", "env"],
  programs: ["promtool"],
};

const folder = `${projectRoot}docs/deploy/prometheus`;

/** Runs promtool, which is to find nothing wrong. */
async function promtool(args: readonly string[], input = ""): Promise<string> {
  const process = new Deno.Command(programPath("promtool", needs), {
    args: [...args],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await process.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, text);
  return text;
}

/** The metrics that queries speak of, as they are called in the table. */
function metricsIn(queries: string): string[] {
  const found = queries.match(/\b(?:clusternode|process)_[a-z_]+/g) ?? [];
  return [...new Set(found.map((name) => name.replace(/_(bucket|sum|count)$/, "")))];
}

Deno.test({
  ...needingServer("promtool check metrics finds nothing wrong with the figures of a node", needs),
  async fn() {
    const members = [member(1), member(2, { status: "down", linkWorks: false })];
    const parts = fakeParts({ members, registries: ["file:///srv/n", 's3://a"\\b'] });
    for (const registry of parts.meter.registries) {
      registry.add({ operation: "list", tookUs: 1200, failed: true });
    }
    parts.meter.roundTrips.add(700);
    const text = metricsText(parts, "text");
    for (const { name } of metrics) assert.ok(text.includes(`\n${name}`), `${name} is not told`);
    assert.equal(await promtool(["check", "metrics"], text), "");
  },
});

Deno.test({
  ...needingServer(
    "promtool finds nothing wrong with configuration, alerts and their tests",
    needs,
  ),
  async fn() {
    await promtool(["check", "config", `${folder}/prometheus.yaml`]);
    await promtool(["check", "rules", `${folder}/alerts.yaml`]);
    await promtool(["test", "rules", `${folder}/alerts_test.yaml`]);
    // As it is for nodes that want a token.
    await using scratch = new TemporaryFolder();
    const config = readSource("docs/deploy/prometheus/prometheus.yaml");
    const withToken = config.replaceAll("# authorization:", "authorization:");
    assert.equal(withToken.match(/^ +authorization:/gm)?.length, 3);
    await Deno.writeTextFile(`${scratch.path}/prometheus.yaml`, withToken);
    await Deno.writeTextFile(`${scratch.path}/token`, "secret");
    await Deno.copyFile(`${folder}/alerts.yaml`, `${scratch.path}/alerts.yaml`);
    await promtool(["check", "config", `${scratch.path}/prometheus.yaml`]);
  },
});

Deno.test({
  ...needingServer("each alert is played by a test, and speaks of metrics that there are", needs),
  fn() {
    const alerts = readSource("docs/deploy/prometheus/alerts.yaml");
    const played = readSource("docs/deploy/prometheus/alerts_test.yaml");
    const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);
    assert.ok(names.length >= 8, names.join(", "));
    for (const name of names) assert.match(played, new RegExp(`- alertname: ${name}\\n`));
    const known = new Set(metrics.map(({ name }) => name));
    assert.deepEqual(metricsIn(alerts).filter((name) => !known.has(name)), []);
  },
});

Deno.test({
  ...needingServer("the dashboard asks for every metric, in queries that Prometheus reads", needs),
  async fn() {
    const queries = dashboardQueries().map(({ query }) => query);
    // Of these a dashboard shows what is made of them.
    const unasked = ["process_start_time_seconds"];
    const names = metrics.map(({ name }) => name).filter((name) => !unasked.includes(name));
    assert.deepEqual(metricsIn(queries.join("\n")).sort(), names.sort());
    await using scratch = new TemporaryFolder();
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
    // JSON is YAML.
    const file = `${scratch.path}/queries.yaml`;
    await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "queries", rules }] }));
    await promtool(["check", "rules", file]);
  },
});
