/**
 * A row: what a node writes about itself into the registry.
 *
 * It introduces the node (name, instance, addresses) and carries a heartbeat, a counter that moves
 * while the node lives. Readers watch the counter on their own monotonic clock; the timestamps are
 * for people.
 *
 * @module
 */
import * as v from "valibot";
import { countSchema } from "../base/count.ts";
import { parseNodeName } from "../base/name.ts";
import type { NodeName } from "../base/name.ts";
import { isLegalHost } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import { encodeUtf8 } from "../base/text.ts";

/** Layout of a row that this program writes. Rows of a newer layout are reported, not guessed at. */
export const rowVersion: Row["version"] = 1;

/**
 * Largest encoded row, in bytes. Records say the same of a node, so it bounds them, too: see
 * {@linkcode descriptionBytes}.
 */
export const rowMaxBytes = 16 * 1024;

/** Longest pause between two heartbeats that a row may announce, in milliseconds. */
export const heartbeatIntervalMaxMs: number = 60 * 60_000;

/** Most addresses a node tells its peers. */
export const addressesMax = 8;

/** Most tags of a node. */
export const tagsMax = 32;

/** The key of a tag: 1 to 64 letters, digits and a few marks. */
export const tagKeyPattern = /^[A-Za-z0-9_][A-Za-z0-9_.\/-]{0,63}$/;

/** True for what can be the value of a tag: at most 256 characters, on one line, without controls. */
export function isTagValue(text: string): boolean {
  return text.length <= 256 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

/** 128 random bits as 32 lower-case hexadecimal digits: one run of one process. */
export type InstanceId = string;

/** Whole listings in a row that must lack a row before it counts as gone. */
export const listingsWithoutMin = 3;

/** Heartbeats that a row may miss before its heartbeat counts as stopped. */
export const heartbeatsMissedMax = 3;

/** Most instances of which a row says that it was theirs before them. */
export const reclaimedMax = 8;

/** Shape of an address that came from outside. */
export const addressSchema = v.object({
  host: v.pipe(v.string(), v.maxLength(253), v.check(isLegalHost)),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)),
});

/** Shape of a full name that came from outside. */
export const nodeNameSchema = v.custom<NodeName>(
  (value) => typeof value === "string" && parseNodeName(value) !== undefined,
);

/** Shape of an instance id that came from outside. */
export const instanceSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));

/** Shape of tags that came from outside. */
export const tagsSchema = v.pipe(
  v.record(v.pipe(v.string(), v.regex(tagKeyPattern)), v.pipe(v.string(), v.check(isTagValue))),
  v.check((tags) => Object.keys(tags).length <= tagsMax),
);

/** Shape of the rows over which a row was written. */
const reclaimedSchema = v.pipe(
  v.array(v.object({ instance: instanceSchema, heartbeat: countSchema })),
  v.minLength(1),
  v.maxLength(reclaimedMax),
);

/** Shape of what a row reclaims: that its node had the name before others, which wrote over it. */
export const reclaimSchema = v.object({
  from: reclaimedSchema,
  proof: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
});

/** Shape of a row that came from outside: one node as it describes itself. */
export const rowSchema = v.object({
  version: v.literal(rowVersion),
  name: nodeNameSchema,
  instance: instanceSchema,
  incarnation: countSchema,
  heartbeat: countSchema,
  heartbeatIntervalMs: v.pipe(countSchema, v.minValue(1), v.maxValue(heartbeatIntervalMaxMs)),
  addresses: v.pipe(v.array(addressSchema), v.maxLength(addressesMax)),
  state: v.picklist(["up", "leaving"]),
  tags: tagsSchema,
  startedAt: v.pipe(v.string(), v.maxLength(40)),
  activeAt: v.pipe(v.string(), v.maxLength(40)),
  software: v.pipe(v.string(), v.maxLength(100)),
  // What cannot be read there says nothing; the row still introduces its node.
  reclaims: v.fallback(v.optional(reclaimSchema), undefined),
});

// Written out beside their schemas, which `decodeRow` holds them to: they are part of the library,
// and types that have to be inferred can be neither published nor read in its documentation.

/** One node as it describes itself. */
export interface Row {
  /** Layout of the row. */
  readonly version: 1;
  /** Full name of the node, and the key of its row. */
  readonly name: NodeName;
  /** Which run of it wrote the row. */
  readonly instance: InstanceId;
  /** Raised by its owner to refute what is said about it; starts at 0. */
  readonly incarnation: number;
  /** Counts the writes of this row by its owner. */
  readonly heartbeat: number;
  /**
   * A reader calls the row stale when the heartbeat has not moved for three of these, in
   * milliseconds.
   */
  readonly heartbeatIntervalMs: number;
  /** Where peers should try, in order. */
  readonly addresses: readonly Address[];
  /** `leaving` in the last row of a node that says goodbye. */
  readonly state: "up" | "leaving";
  /** What the node tells everybody. */
  readonly tags: Readonly<Record<string, string>>;
  /** Wall-clock time of the start, ISO 8601 in UTC: for people. */
  readonly startedAt: string;
  /** Wall-clock time of this write, ISO 8601 in UTC: for people. */
  readonly activeAt: string;
  /** Program and version, `clusternode/0.1.0`. */
  readonly software: string;
  /** From whom this node has taken its name back. */
  readonly reclaims?: Reclaim | undefined;
}

/** A row without the wall-clock time of the write, which the shell adds. */
export type RowDraft = Omit<Row, "activeAt">;

/** That a node had its name before others, which wrote over its row. */
export interface Reclaim {
  /** The rows that they wrote, the last one of each, the latest at the end. */
  readonly from: readonly Reclaimed[];
  /**
   * 32 hexadecimal digits that only a holder of the cookie can make for these rows. In the registry
   * only: the core is told of what has been checked.
   */
  readonly proof?: string | undefined;
}

/** A row that stood in the place of another one. */
export type Reclaimed = Pick<Row, "instance" | "heartbeat">;

/** Names one write of one row; opaque, compared for equality only. */
export type RowVersion = string;

/** A row with the version under which it is stored. */
export interface StoredRow {
  /** What its node wrote. */
  readonly row: Row;
  /** Names that write. */
  readonly version: RowVersion;
}

/** A timestamp that stands alone under the name of a node: a BEAM node, with its heartbeat. */
export interface StoredTimestamp {
  /** Full name of the BEAM node. */
  readonly name: NodeName;
  /** Another one whenever the timestamp has been written anew with another time. */
  readonly version: RowVersion;
  /**
   * Which one of several registries it stands in: versions of different ones do not tell whether it
   * has been written anew.
   */
  readonly registry?: number | undefined;
}

/**
 * What a description takes in a message, in bytes: its JSON. In a row it never takes more than
 * {@linkcode rowMaxBytes}, as that holds other fields besides.
 */
export function descriptionBytes(
  of: Pick<Row, "name" | "addresses" | "tags" | "startedAt" | "software"> & {
    readonly service?: object | undefined;
  },
): number {
  const { name, addresses, tags, startedAt, software, service } = of;
  return encodeUtf8(JSON.stringify({ name, addresses, tags, startedAt, software, service })).length;
}

/** A row as text: one JSON object and a line break, at most {@linkcode rowMaxBytes} long. */
export function encodeRow(row: Row): string {
  return JSON.stringify(row) + "\n";
}

/** How large a row is when it is encoded, in bytes. */
export function rowBytes(row: Row): number {
  return encodeUtf8(encodeRow(row)).length;
}

/** What stood where a row was expected. */
export type DecodedRow =
  | { readonly kind: "row"; readonly row: Row }
  /** Nothing but a timestamp: an Elixir node of the original self-discovering cluster. */
  | { readonly kind: "timestamp" }
  | { readonly kind: "damaged"; readonly reason: string };

/**
 * What is said of a text without a character. A program that does not write by rename leaves its file
 * so for a moment, time and again.
 */
export const emptyReason = "it is empty";

/**
 * Reads what another program wrote; never throws, whatever it is.
 *
 * @param name the key under which the text was found; a row that claims another name is damaged
 */
export function decodeRow(name: NodeName, text: string): DecodedRow {
  if (text.length > rowMaxBytes || encodeUtf8(text).length > rowMaxBytes) {
    return { kind: "damaged", reason: `it is larger than ${rowMaxBytes} bytes` };
  }
  if (looksLikeTimestamp(text)) return { kind: "timestamp" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "damaged", reason: text === "" ? emptyReason : "it is not JSON" };
  }
  const parsed = v.safeParse(rowSchema, value);
  if (!parsed.success) {
    const where = parsed.issues[0].path?.map(({ key }) => String(key)).join(".") ?? "row";
    const reason = where === "version"
      ? `its layout is another one than ${rowVersion}: another version wrote it`
      : `its field "${where}" is not legal`;
    return { kind: "damaged", reason };
  }
  if (parsed.output.name !== name) {
    return { kind: "damaged", reason: `it claims to be ${JSON.stringify(parsed.output.name)}` };
  }
  return { kind: "row", row: parsed.output };
}

/**
 * True for a point in time written alone, the way an Elixir program would: digits, or a date with
 * a time, in any of the usual spellings, also `{{2016,3,10},{18,51,29}}`.
 */
function looksLikeTimestamp(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.length >= 8 && trimmed.length <= 64 &&
    /\d{4}|\d{2}:\d{2}/.test(trimmed) && /^[\dTZ+\-:.,/ {}]+$/.test(trimmed);
}
