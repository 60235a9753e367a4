/** Which format a client gets. */
import assert from "node:assert/strict";
import { formatFor } from "../../../lib/http/metrics/accept.ts";

/** What a client sends, and what it gets. */
const wishes: readonly (readonly [string | undefined, "text" | "openmetrics"])[] = [
  [undefined, "text"],
  ["", "text"],
  ["*/*", "text"],
  ["text/html,application/xhtml+xml,*/*;q=0.8", "text"],
  ["text/plain", "text"],
  ["application/json", "text"],
  ["application/openmetrics-text", "openmetrics"],
  ["Application/OpenMetrics-Text; version=1.0.0", "openmetrics"],
  ["application/openmetrics-text;q=0", "text"],
  ["application/openmetrics-text;q=much, text/plain", "text"],
  ["application/openmetrics-text;q=0.3,text/plain;q=0.6", "text"],
  ["application/openmetrics-text;q=7, text/plain", "text"],
  [
    "application/openmetrics-text;version=0.0.1;q=0.1,application/openmetrics-text;version=1.0.0," +
    "text/plain;q=0.5",
    "openmetrics",
  ],
  // Prometheus 2.42 and 3.
  [
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," +
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "openmetrics",
  ],
  [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,*/*;q=0.2",
    "openmetrics",
  ],
];

for (const [accept, format] of wishes) {
  Deno.test(`formatFor() chooses ${format} for ${accept ?? "no header"}`, () => {
    assert.equal(formatFor(accept), format);
  });
}
