/**
 * What fits a frame: whatever is sent is measured first, in bytes as encoded.
 *
 * @module
 */
import type { MemberRecord } from "../members/record.ts";
import { rowMaxBytes } from "../members/row.ts";
import { encodeUtf8 } from "../base/text.ts";

/** Most bytes of records, votes and the like in one message; leaves room in a frame of 64 KiB. */
export const packMaxBytes = 60_000;

/**
 * Most bytes of one record in a message: what it says of its node, bounded by {@linkcode rowMaxBytes}
 * when it comes in, and beside that the instance, numbers, and the names of up to eight accusers.
 * A message holds at least two of them, and whatever carries them.
 */
export const recordMaxBytes: number = rowMaxBytes + 2 * 1024;

const sizes = new WeakMap<MemberRecord, number>();

/** What a record takes in a message, in bytes. Records are immutable, so each is measured once. */
export function recordBytes(record: MemberRecord): number {
  const known = sizes.get(record);
  if (known !== undefined) return known;
  const bytes = itemBytes(record);
  sizes.set(record, bytes);
  return bytes;
}

/** What anything else takes, in bytes: its JSON and a comma. */
export function itemBytes(item: object): number {
  return encodeUtf8(JSON.stringify(item)).length + 1;
}

/** A message that is being filled. */
export class Pack {
  #left = packMaxBytes;

  /** Takes so many bytes more, if they fit. */
  takes(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}

/**
 * The first of `items`, as many as fit one message; never none of several. An item that is too large
 * by itself makes the answer one that is refused, instead of a page behind which nothing comes.
 */
export function firstThatFit<Item extends object>(items: readonly Item[]): readonly Item[] {
  const pack = new Pack();
  const end = items.findIndex((item) => !pack.takes(itemBytes(item)));
  return end < 0 ? items : items.slice(0, Math.max(1, end));
}
