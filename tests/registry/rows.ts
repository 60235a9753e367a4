/**
 * Rows and texts for tests of registries.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseNodeName } from "../../lib/core/base/name.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { encodeRow, rowMaxBytes, tagsMax } from "../../lib/core/members/row.ts";
import type { Row } from "../../lib/core/members/row.ts";
import { encodeUtf8 } from "../../lib/core/base/text.ts";
import type { RowVersion, WriteResult } from "../../lib/registry/registry.ts";

/** A signal that is never aborted. */
export const never: AbortSignal = new AbortController().signal;

/** A legal name; throws on any other text. */
export function nameOf(text: string): NodeName {
  const name = parseNodeName(text);
  if (name === undefined) throw new Error(`Not a legal name: ${text}`);
  return name;
}

/** A row of `name` with that heartbeat. */
export function rowOf(name: string, heartbeat = 0, changes: Partial<Row> = {}): Row {
  return {
    version: 1,
    name: nameOf(name),
    instance: "0123456789abcdef0123456789abcdef",
    incarnation: 0,
    heartbeat,
    heartbeatIntervalMs: 1_000,
    addresses: [{ host: "127.0.0.2", port: 4370 }],
    state: "up",
    tags: {},
    startedAt: "2016-03-10T18:51:29.277Z",
    activeAt: "2016-03-10T18:51:29.277Z",
    software: "clusternode/0.1.0",
    ...changes,
  };
}

/** The version that a write gives, which has to succeed. */
export async function writtenVersion(writing: Promise<WriteResult>): Promise<RowVersion> {
  const result = await writing;
  assert.ok(result.kind === "written", `it is a ${result.kind}`);
  return result.version;
}

/** A legal row of exactly {@linkcode rowMaxBytes} bytes, of characters of one to four bytes. */
export function largestRow(name: string): Row {
  const tags: Record<string, string> = { rest: "" };
  for (let index = 1; index < tagsMax; index++) tags[`${index}`] = "é日😀\\".repeat(45);
  const sizeOf = (): number => encodeUtf8(encodeRow(rowOf(name, 0, { tags }))).length;
  for (let index = 1; sizeOf() > rowMaxBytes; index++) tags[`${index}`] = "é".repeat(225);
  tags["rest"] = "x".repeat(Math.min(256, rowMaxBytes - sizeOf()));
  for (let index = 1; sizeOf() < rowMaxBytes; index++) {
    tags[`${index}`] += "y".repeat(Math.min(31, rowMaxBytes - sizeOf()));
  }
  return rowOf(name, 0, { tags });
}

const first = "ABCXYZabcxyz0189_";

/** Any legal full name, up to the longest. */
export function anyName(): fc.Arbitrary<NodeName> {
  const part = (head: string, more: string, maxLength: number): fc.Arbitrary<string> =>
    fc.tuple(
      fc.constantFrom(...head),
      fc.string({ unit: fc.constantFrom(...head, ...more), maxLength: maxLength - 1 }),
    ).map(([one, others]) => one + others);
  return fc.tuple(part(first, ".-", 99), part(first + ":", ".-", 100))
    .map(([local, host]) => nameOf(`${local}@${host}`));
}

/** A new text at each call, for names of temporary files. */
export function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
