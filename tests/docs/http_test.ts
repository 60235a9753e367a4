/**
 * The page about HTTP tells the limits as they are.
 *
 * @module
 */
import assert from "node:assert/strict";
import { httpLimits } from "../../lib/http/server/limits.ts";
import { needing, permitted } from "../permissions.ts";
import { missingAnchors, missingFiles } from "./markdown.ts";
import { readSource } from "./source_files.ts";

const page = permitted("read") ? readSource("docs/http.md") : "";

/** What the table calls a limit, and its values as it tells them. */
function limitCells(): readonly (readonly [string, string])[] {
  const { lingerTimeoutMs, ...limits } = httpLimits;
  assert.equal(lingerTimeoutMs, 1_000, "for a second what still comes is read");
  const kib = (bytes: number): string => `${bytes / 1024} KB`;
  const mib = (bytes: number): string => `${bytes / 1024 / 1024} MB`;
  const seconds = (ms: number): string => `${ms / 1_000} s`;
  const { connectionsMax, connectionsPerHostMax, streamsMax, streamsPerHostMax } = limits;
  return [
    [
      "connections, in all and from one address",
      `${connectionsMax}, ${connectionsPerHostMax}`,
    ],
    [
      "connections beyond those, for `/livez`, `/readyz` and `/v1/health`",
      `${limits.extraConnectionsMax}`,
    ],
    ["streams, in all and of one address", `${streamsMax}, ${streamsPerHostMax}`],
    ["request line and headers", `${kib(limits.headMaxBytes)}, ${limits.headerLinesMax} lines`],
    ["body, where `POST` is allowed", kib(limits.bodyMaxBytes)],
    ["time for a request, from its first byte to its last", seconds(limits.requestTimeoutMs)],
    ["time on a connection before a request begins", seconds(limits.idleTimeoutMs)],
    ["time to take what was sent", seconds(limits.writeTimeoutMs)],
    ["bytes that wait for one stream", mib(limits.streamWaitingMaxBytes)],
    ["bytes that wait for all together", mib(limits.waitingMaxBytes)],
  ];
}

Deno.test({
  ...needing("docs/http.md tells the limits of the server as they are", "read"),
  fn() {
    const table = page.slice(page.indexOf("| what | limit |"));
    const rows = [...table.slice(0, table.indexOf("\n\n")).matchAll(/^\| ([^|]+) \| ([^|]+) \|/gm)];
    const told = rows.map(([, what, limit]) => [what, limit]).slice(2);
    assert.deepEqual(told, limitCells());
    assert.deepEqual(missingFiles(page, "docs/"), []);
    assert.deepEqual(missingAnchors(page), []);
  },
});
