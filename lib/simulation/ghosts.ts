/**
 * Rows that nobody stands behind: what a cluster leaves that went down all at once.
 *
 * @module
 */
import { hashText } from "../core/base/hash.ts";
import type { NodeName } from "../core/base/name.ts";
import { rowVersion } from "../core/registration/row.ts";
import type { SimRegistry } from "./sim_registry.ts";

/** Puts the rows of `count` dead nodes into `registry`; at their addresses is no host. */
export function putGhosts(registry: SimRegistry, count: number): void {
  for (let number = 1; number <= count; number++) {
    const host = `10.250.${number >> 8}.${number & 255}`;
    const name = `ghost${number}@${host}` as NodeName;
    const instance = [1, 2, 3, 4]
      .map((part) => (hashText(`${name} ${part}`) >>> 0).toString(16).padStart(8, "0")).join("");
    const row = {
      version: rowVersion,
      name,
      instance,
      incarnation: 3,
      heartbeat: 1000 + number,
      heartbeatIntervalMs: 1000,
      addresses: [{ host, port: 4000 }],
      state: "up",
      tags: {},
      startedAt: "",
      activeAt: "",
      software: "simulated",
    } as const;
    registry.write(row, undefined, 0);
  }
}
