/**
 * What the copies of one row in several registries mean together.
 *
 * A registry that was away comes back with old copies, or with none. So a version must say more than
 * what a row looked like: it also names the first registry, in the given order, that held it.
 *
 *     registry    0        1        2          version of the row with heartbeat 9: "1.….9.…"
 *     copy      heartbeat 4   heartbeat 9   absent
 *
 * - in the registry that is named the row must still be exactly that one: there, of many writers, one
 *   wins
 * - in those before it, which were away or wiped, and in those behind it, which merely follow, an
 *   older copy of the same instance, or none, is overwritten
 * - a copy of another instance is overwritten nowhere: that is a conflict. But of two that have got
 *   the same name in different registries only one has to give way: who holds the earlier registry
 *   does not see the other one here (`many_write.ts` waits a while for it)
 *
 * The version does not tell who was away meanwhile, so the same row has the same version however
 * many registries answer.
 *
 * @module
 */
import type { Row } from "../../core/members/row.ts";
import type { RowVersion, StoredRow } from "../registry.ts";
import { textVersion } from "../common/text_version.ts";

/** What lies under a name in one of the registries, or that it did not answer. */
export type Copy = StoredRow | "absent" | "away";

/** A version, taken apart. */
export interface Seen {
  /** Index of the first registry that held the row. */
  readonly first: number;
  /** Names the row whatever registry it is in. */
  readonly key: string;
  readonly instance: string;
  readonly incarnation: number;
  readonly heartbeat: number;
}

/** What becomes of a conditional change. */
export type Judgement =
  | { readonly kind: "go" }
  | { readonly kind: "conflict"; readonly current: StoredRow | undefined };

type Life = Pick<Row, "instance" | "incarnation" | "heartbeat">;

/** Names `row` whatever registry it is in, and in whatever order its fields came. */
export function keyOf(row: Row): string {
  const { instance, incarnation, heartbeat, addresses, tags } = row;
  const places = addresses.map(({ host, port }) => [host, port]);
  const fields = { ...row, addresses: places, tags: sortedEntries(tags) };
  const text = JSON.stringify(sortedEntries(fields));
  return `${instance}.${incarnation}.${heartbeat}.${textVersion(text)}`;
}

/** The version of `row` if the registry with that index is the first that holds it. */
export function versionOf(first: number, row: Row): RowVersion {
  return `${first}.${keyOf(row)}`;
}

/** Takes a version apart; what is none names a row that is nowhere. */
export function parseVersion(version: RowVersion): Seen {
  const match = /^(\d{1,3})\.(([0-9a-f]{32})\.(\d{1,16})\.(\d{1,16})\..+)$/.exec(version);
  const [, first = "0", key = "", instance = "", incarnation = "0", heartbeat = "0"] = match ?? [];
  return {
    first: Number(first),
    key,
    instance,
    incarnation: Number(incarnation),
    heartbeat: Number(heartbeat),
  };
}

/** The version of a timestamp in the registry with that index: no row has one like it. */
export function timestampVersionOf(index: number, version: RowVersion): RowVersion {
  return `timestamp.${index}.${version}`;
}

/** Where a timestamp was seen, and its version there; `undefined` if it is that of a row. */
export function parseTimestampVersion(
  version: RowVersion,
): { readonly index: number; readonly version: RowVersion } | undefined {
  const [, index, own] = /^timestamp\.(\d{1,3})\.(.+)$/s.exec(version) ?? [];
  return index === undefined || own === undefined
    ? undefined
    : { index: Number(index), version: own };
}

/** True if `one` was written later than `other`, a row of the same instance. */
export function isLater(one: Life, other: Life): boolean {
  if (one.incarnation !== other.incarnation) return one.incarnation > other.incarnation;
  return one.heartbeat > other.heartbeat;
}

/** True if `copy` is one that `row` has overtaken: of the same instance, and older. */
export function isOvertaken(copy: Life, row: Life): boolean {
  return copy.instance === row.instance && isLater(row, copy);
}

/**
 * The copy that counts, with its common version: that of the higher incarnation, then of the greater
 * instance, then with the higher heartbeat. Which record of the cluster wins is decided the same way.
 */
export function merged(copies: readonly Copy[]): StoredRow | undefined {
  let found: { readonly index: number; readonly row: Row } | undefined;
  for (const [index, copy] of copies.entries()) {
    if (typeof copy === "string") continue;
    if (found === undefined || supersedes(copy.row, found.row)) found = { index, row: copy.row };
  }
  return found && { row: found.row, version: versionOf(found.index, found.row) };
}

/**
 * True if `row`, written by one who saw `expectedVersion`, may take the place of `copy` in that
 * registry.
 */
export function mayReplace(copy: Row, index: number, row: Row, seen: Seen): boolean {
  return keyOf(copy) === seen.key ||
    index !== seen.first && (isOvertaken(copy, seen) || isOvertaken(copy, row));
}

/** Whether `row` may be written, by one who saw `expectedVersion`, where these copies lie. */
export function judgeWrite(copies: readonly Copy[], row: Row, seen: Seen | undefined): Judgement {
  const obstacles = copies.map((copy, index): Copy => {
    if (typeof copy === "string" || seen === undefined) return copy;
    const isLaterStranger = index > seen.first && seen.instance === row.instance &&
      copy.row.instance !== row.instance;
    return isLaterStranger || mayReplace(copy.row, index, row, seen) ? "absent" : copy;
  });
  return judge(copies, obstacles, seen);
}

/** Whether the row with the version `expectedVersion` may be removed where these copies lie. */
export function judgeRemove(copies: readonly Copy[], seen: Seen): Judgement {
  // Of many that remove it, those who come later find it gone from the registry that decides.
  if (copies[seen.first] === "absent") return { kind: "conflict", current: merged(copies) };
  const obstacles = copies.map((copy, index): Copy => {
    if (typeof copy === "string") return copy;
    const mayGo = keyOf(copy.row) === seen.key ||
      index !== seen.first && isOvertaken(copy.row, seen);
    return mayGo ? "absent" : copy;
  });
  return judge(copies, obstacles, seen);
}

function judge(
  copies: readonly Copy[],
  obstacles: readonly Copy[],
  seen: Seen | undefined,
): Judgement {
  const obstacle = merged(obstacles);
  if (obstacle !== undefined) return { kind: "conflict", current: obstacle };
  if (seen === undefined) return { kind: "go" };
  // The row that was seen must still be somewhere; an older copy tells that only while the registry
  // that had the row is away.
  const isThere = copies.some((copy) =>
    typeof copy !== "string" && (keyOf(copy.row) === seen.key || copies[seen.first] === "away")
  );
  return isThere ? { kind: "go" } : { kind: "conflict", current: merged(copies) };
}

function supersedes(one: Row, other: Row): boolean {
  if (one.incarnation !== other.incarnation) return one.incarnation > other.incarnation;
  if (one.instance !== other.instance) return one.instance > other.instance;
  return one.heartbeat > other.heartbeat;
}

function sortedEntries(record: object): [string, unknown][] {
  return Object.entries(record).sort(([one], [other]) => one < other ? -1 : one > other ? 1 : 0);
}
