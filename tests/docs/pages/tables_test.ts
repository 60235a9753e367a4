/**
 * Tables that people have written say what the program and its files have.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { parseEtcdUrl } from "../../../lib/registry/etcd/etcd_url.ts";
import { parsePostgresUrl } from "../../../lib/registry/postgres/postgres_url.ts";
import { parseRedisUrl } from "../../../lib/registry/redis/redis_url.ts";
import { registryUrlFault } from "../../../lib/registry/url.ts";
import { epmdPortDefault } from "../../../lib/options/option_beam.ts";
import { optionEntries } from "../../../lib/options/option_table.ts";
import { needing } from "../../permissions.ts";
import { chapter, codeBlocks, markedBlock } from "../markdown.ts";
import { filesBelow, readSource } from "../source_files.ts";

/** Rows of all tables in a text, without their heads: the cells of each. */
function rowsOf(text: string): string[][] {
  return text.split("\n").filter((line) => /^\|(?! *-)/.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test({
  ...needing("docs/registries.md shows legal URLs of all registries", "read"),
  fn() {
    const table = markedBlock(readSource("docs/registries.md"), "registries");
    const urls = [...table.matchAll(/`([a-z0-9]+:[^`\s]+)`/g)].map(([, url = ""]) => url);
    for (const url of urls) assert.equal(registryUrlFault(url), undefined, url);
    const schemeOf = (url: string): string => url.slice(0, url.indexOf(":"));
    const shown = urls.map(schemeOf);
    const [, legal = ""] = registryUrlFault("gopher://h")?.split("legal are ") ?? [];
    assert.deepEqual(legal.split(", ").map(schemeOf).filter((name) => !shown.includes(name)), []);
  },
});

/** Ports in what a back end has understood of a URL. */
function portsIn(location: unknown): string[] {
  const found = [...JSON.stringify(location).matchAll(/:(\d{4,5})\b/g)].map(([, port = ""]) =>
    port
  );
  return [...new Set(found)];
}

Deno.test({
  ...needing("docs/security.md names the ports that the program takes", "read"),
  fn() {
    const rows = rowsOf(chapter(readSource("docs/security.md"), "Ports"));
    const portOf = (what: string): string =>
      rows.find(([, cell]) => cell?.startsWith(what))?.[0] ?? `no row for ${what}`;
    assert.deepEqual(portsIn(parsePostgresUrl("postgres://h/d")), [portOf("PostgreSQL")]);
    assert.deepEqual(portsIn(parseRedisUrl("redis://h/0")), [portOf("Redis, Valkey")]);
    const sentinel = portsIn(parseRedisUrl("redis+sentinel://h/mymaster/0"));
    assert.deepEqual(sentinel, [portOf("Redis Sentinel")]);
    assert.deepEqual(portsIn(parseEtcdUrl("etcd://h/p")), [portOf("etcd")]);
    assert.equal(portOf("EPMD"), `${epmdPortDefault}`);
    const flags = optionEntries.map(([, { flag }]) => flag as string);
    const chosen = rows.flatMap(([, , , cell = ""]) => cell.match(/--[a-z-]+/g) ?? []);
    assert.ok(chosen.length >= 5);
    assert.deepEqual(chosen.filter((flag) => !flags.includes(flag)), []);
  },
});

/** Ports of programs beside clusternode, or of examples that are told as such. */
const otherPorts: Readonly<Record<string, string>> = {
  "8081": "a simulated cluster that is served",
  "9000": "a server of a bucket of one's own",
  "9100": "an exporter of Prometheus",
  "41871": "a free port in a sample",
};

Deno.test({
  ...needing("documents name no ports but those of docs/security.md", "read"),
  fn() {
    const told = new Set(chapter(readSource("docs/security.md"), "Ports").match(/\b\d{3,5}\b/g));
    const pages = ["README.md", ...filesBelow("docs").filter((path) => path.endsWith(".md"))];
    const named = pages.filter((path) => !/protocol|json|decisions|reference|registries/.test(path))
      .flatMap((path) =>
        [...readSource(path).matchAll(/(?:[\w\]$]:|--port[= ]|port[= ]|tcp:)(\d{4,5})\b/g)]
          .map(([, port = ""]) => ({ path, port }))
      );
    assert.ok(named.length > 40, `only ${named.length} were found`);
    const unknown = named.filter(({ port }) => !told.has(port) && !(port in otherPorts));
    assert.deepEqual(unknown.map(({ path, port }) => `${path}: ${port}`), []);
  },
});

Deno.test({
  ...needing("docs/monitoring.md has each alert, and how long it waits", "read"),
  fn() {
    const { groups } = parse(readSource("docs/deploy/prometheus/alerts.yaml")) as {
      groups: { rules: { alert: string; for?: string }[] }[];
    };
    const rules = groups.flatMap(({ rules }) => rules).map(({ alert, for: pause }) =>
      `${alert} ${pause?.replace(/^(\d+)m$/, "$1 min") ?? "at once"}`
    );
    const rows = rowsOf(chapter(readSource("docs/monitoring.md"), "Alerts"));
    const told = rows.slice(1).map(([alert = "", , pause]) => `${alert.slice(1, -1)} ${pause}`);
    assert.deepEqual(told, rules);
  },
});

Deno.test({
  ...needing("docs/how_it_works.md has the figures of the whole table", "read"),
  fn() {
    const table = rowsOf(chapter(readSource("docs/simulation.md"), "The table"));
    const figures = (scenario: string): string[] =>
      table.find(([name]) => name === scenario)?.slice(1, 5) ?? assert.fail(scenario);
    const rows = rowsOf(chapter(readSource("docs/how_it_works.md"), "How soon"));
    const sizes = rows.filter(([nodes = ""]) => /^[\d,]+$/.test(nodes));
    assert.equal(sizes.length, 7);
    for (const [nodes = "", runs = "", killed, ...silent] of sizes) {
      const scenarios = ["killed", "frozen", "unplugged"].map((end) =>
        figures(`${end}, ${nodes.replace(",", "")} nodes`)
      );
      const all = scenarios.reduce((sum, [count]) => sum + Number(count), 0);
      assert.equal(all, Number(runs.replace(",", "")), nodes);
      assert.equal(`${(parseInt(scenarios[0]?.[3] ?? "") / 1000).toFixed(2)} s`, killed, nodes);
      const shown = scenarios.slice(1).map(([, p50 = "", p99]) => `${p50.slice(0, -2)} / ${p99}`);
      assert.deepEqual(silent.slice(0, 2), shown, nodes);
    }
    const worst = sizes.flatMap((row) => row.slice(3, 5).map((cell) => parseFloat(cell.slice(6))));
    const readme = readSource("README.md");
    assert.ok(readme.includes(`99 times of 100 at most ${Math.max(...worst).toFixed(1)} s`));
  },
});

Deno.test({
  ...needing("the policy in docs/deploying/aws.md allows what a bucket needs, no more", "read"),
  fn() {
    const [policy = ""] = codeBlocks(readSource("docs/deploying/aws.md"), "json");
    const { Statement: statements } = JSON.parse(policy) as {
      Statement: { Action: string | string[] }[];
    };
    const allowed = statements.flatMap(({ Action: action }) => action);
    const table = markedBlock(readSource("docs/registries.md"), "registries");
    const needed = table.match(/^\| S3 .*$/m)?.[0].match(/\b[A-Z][a-z]+(Bucket|Object)\b/g) ?? [];
    assert.ok(needed.length >= 4);
    assert.deepEqual(allowed.toSorted(), needed.map((name) => `s3:${name}`).toSorted());
  },
});

Deno.test({
  ...needing("blocks of JSON and YAML in documents are well-formed", "read"),
  fn() {
    const pages = filesBelow("docs").filter((path) => path.endsWith(".md"));
    let count = 0;
    for (const path of pages) {
      const text = readSource(path);
      for (const block of codeBlocks(text, "yaml")) count += parse(block) === null ? 0 : 1;
      for (const block of codeBlocks(text, "json")) {
        // A block is one value, or a value on each line.
        const isLines = /^\{.*\}\n\{/.test(block);
        for (const one of isLines ? block.trim().split("\n") : [block]) JSON.parse(one);
        count++;
      }
    }
    assert.ok(count > 6, `only ${count} were found`);
  },
});
