/**
 * Records and fingerprints as docs/protocol.md describes them, written from that page alone.
 *
 * @module
 */

/** What is told about one member. */
export interface RecordContent {
  readonly name: string;
  readonly instance: string;
  readonly incarnation: number;
  readonly state: string;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly tags: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly software: string;
}

/** Fingerprints of a view: of the whole, and of its buckets. */
export interface Fingerprints {
  readonly whole: number;
  readonly buckets: readonly number[];
}

/** The fingerprints of a view in `count` buckets, those who have left set aside. */
export function fingerprintsOf(records: readonly RecordContent[], count = 64): Fingerprints {
  const buckets = new Array<number>(count).fill(0);
  let whole = 0;
  for (const record of records) {
    if (record.state === "left") continue;
    const hash = recordHash(record);
    const bucket = textHash(record.name) % count;
    buckets[bucket] = (buckets[bucket] as number) ^ hash;
    whole = (whole ^ hash) >>> 0;
  }
  return { whole, buckets };
}

/** The hash of one record. */
export function recordHash({ name, instance, incarnation, state }: RecordContent): number {
  const low = incarnation % 2 ** 32;
  const high = Math.floor(incarnation / 2 ** 32);
  const number = mix((low ^ mix(high)) >>> 0);
  const claim = mix((number + ["alive", "failed", "left"].indexOf(state)) % 2 ** 32);
  return mix((textHash(instance) ^ mix((textHash(name) ^ claim) >>> 0)) >>> 0);
}

/** FNV-1a with 32 bits over UTF-16 code units, finished like MurmurHash3. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return mix(hash);
}

function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
