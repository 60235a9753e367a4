/**
 * What fits a frame: news is measured before it is sent.
 *
 * @module
 */
import type { MemberRecord } from "./record.ts";
import { encodeUtf8 } from "./text.ts";

/** Most bytes of records, votes and the like in one message; leaves room in a frame of 64 KiB. */
export const packMaxBytes = 60_000;

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
