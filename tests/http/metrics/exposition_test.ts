/** Figures as text, in both formats. */
import assert from "node:assert/strict";
import { exposition } from "../../../lib/http/metrics/exposition.ts";
import type { Family, Sample } from "../../../lib/http/metrics/exposition.ts";
import { DurationHistogram } from "../../../lib/node/meter.ts";

const build: Family = {
  ...{ name: "x_build_info", type: "info", labels: ["version", "commit"] },
  help: "What runs.",
};
const pings: Family = {
  ...{ name: "x_pings_total", type: "counter", labels: ["result"] },
  help: 'Pings, "lost" ones too.\\\nAll of them.',
};
const start: Family = {
  ...{ name: "x_start_seconds", type: "gauge", unit: "seconds", labels: [] },
  help: "When it started.",
};

Deno.test("exposition() writes text as Prometheus 0.0.4 reads it", () => {
  const text = exposition([
    [build, [{ labels: ["0.1.0", "a1"], value: 1 }]],
    [pings, [{ labels: ["pong"], value: 12 }, { labels: ["silent"], value: 0 }]],
    [start, [{ labels: [], value: 1773132689.25 }]],
  ], "text");
  assert.equal(
    text,
    `# HELP x_build_info What runs.
# TYPE x_build_info gauge
x_build_info{version="0.1.0",commit="a1"} 1
# HELP x_pings_total Pings, "lost" ones too.\\\\\\nAll of them.
# TYPE x_pings_total counter
x_pings_total{result="pong"} 12
x_pings_total{result="silent"} 0
# HELP x_start_seconds When it started.
# TYPE x_start_seconds gauge
x_start_seconds 1773132689.25
`,
  );
});

Deno.test("exposition() writes text as OpenMetrics 1.0 has it", () => {
  const text = exposition([
    [build, [{ labels: ["0.1.0", "a1"], value: 1 }]],
    [pings, [{ labels: ["pong"], value: 12 }]],
    [start, [{ labels: [], value: 5 }]],
  ], "openmetrics");
  assert.equal(
    text,
    `# TYPE x_build info
# HELP x_build What runs.
x_build_info{version="0.1.0",commit="a1"} 1
# TYPE x_pings counter
# HELP x_pings Pings, \\"lost\\" ones too.\\\\\\nAll of them.
x_pings_total{result="pong"} 12
# TYPE x_start_seconds gauge
# UNIT x_start_seconds seconds
# HELP x_start_seconds When it started.
x_start_seconds 5
# EOF
`,
  );
});

Deno.test("exposition() adds up the buckets of a histogram", () => {
  const durations = new DurationHistogram();
  for (const tookUs of [200, 300, 300, 5_000_000, 60_000_000]) durations.add(tookUs);
  const family: Family = {
    ...{ name: "x_call_seconds", type: "histogram", unit: "seconds", labels: ["to"] },
    help: "How long.",
  };
  const lines = (format: "text" | "openmetrics"): string[] =>
    exposition([[family, [{ labels: ["a"], value: durations }]]], format).split("\n")
      .filter((line) => line.startsWith("x_"));
  const text = lines("text");
  assert.equal(text[0], 'x_call_seconds_bucket{to="a",le="0.00025"} 1');
  assert.equal(text[1], 'x_call_seconds_bucket{to="a",le="0.0005"} 3');
  assert.deepEqual(text.slice(-6), [
    'x_call_seconds_bucket{to="a",le="2.5"} 3',
    'x_call_seconds_bucket{to="a",le="5"} 4',
    'x_call_seconds_bucket{to="a",le="10"} 4',
    'x_call_seconds_bucket{to="a",le="+Inf"} 5',
    'x_call_seconds_sum{to="a"} 65.0008',
    'x_call_seconds_count{to="a"} 5',
  ]);
  assert.equal(lines("openmetrics").at(-5), 'x_call_seconds_bucket{to="a",le="5.0"} 4');
});

Deno.test("exposition() escapes the values of labels", () => {
  const sample: Sample = { labels: ['a"b\\c\nd'], value: 1 };
  const text = exposition([[{ ...start, labels: ["peer"] }, [sample]]], "text");
  assert.ok(text.endsWith('\nx_start_seconds{peer="a\\"b\\\\c\\nd"} 1\n'), text);
});

Deno.test("exposition() leaves out a family without figures", () => {
  assert.equal(exposition([[start, []]], "text"), "\n");
  assert.equal(exposition([[start, []]], "openmetrics"), "# EOF\n");
});
