/**
 * Rows for the tests of the doctor.
 *
 * @module
 */
import type { NodeName } from "../../lib/core/base/name.ts";
import { rowVersion } from "../../lib/core/members/row.ts";
import type { Row } from "../../lib/core/members/row.ts";
import type { StoredRow } from "../../lib/registry/registry.ts";

/** A row of a node on a machine of its own. */
export function row(name: string, changes: Partial<Row> = {}): Row {
  return {
    version: rowVersion,
    name: name as NodeName,
    instance: "a".repeat(32),
    incarnation: 0,
    heartbeat: 1,
    heartbeatIntervalMs: 1000,
    addresses: [{ host: name.split("@")[1] ?? "", port: 4000 }],
    state: "up",
    tags: {},
    startedAt: "2026-01-02T03:04:05.000Z",
    activeAt: "2026-01-02T03:04:05.000Z",
    software: "test",
    ...changes,
  };
}

/** Rows as they stand in a registry. */
export function stored(...rows: readonly Row[]): StoredRow[] {
  return rows.map((one) => ({ row: one, version: String(one.heartbeat) }));
}
