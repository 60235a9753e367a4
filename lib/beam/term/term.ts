/**
 * Erlang terms, as far as a pulse needs them: read into plain values, never trusted.
 *
 * What a node sends may be any term. Those of interest here are told apart, all others are only
 * measured, so that what follows them is found. An atom is a text and nothing else: it is not kept in
 * any table that a peer could fill. Every term knows its own bytes, because some of them, such as the
 * tag of a call, have to be sent back exactly as they came.
 *
 * Source: the chapter "External Term Format" of the documentation of ERTS.
 *
 * @module
 */
import { decodeUtf8 } from "../../core/base/text.ts";
import { ByteReader } from "./bytes.ts";
import { atomMaxBytes, termDepthMax, termPartsMax } from "../limits.ts";

/** Stands in front of a term that is not part of another one. */
export const termVersion = 131;

/** A term; `bytes` is how it came, without {@linkcode termVersion}. */
export type Term =
  | { readonly kind: "atom"; readonly text: string; readonly bytes: Uint8Array }
  | { readonly kind: "integer"; readonly value: number; readonly bytes: Uint8Array }
  | { readonly kind: "pid"; readonly node: string; readonly bytes: Uint8Array }
  | {
    readonly kind: "reference";
    readonly node: string;
    readonly creation: number;
    readonly ids: readonly number[];
    readonly bytes: Uint8Array;
  }
  | { readonly kind: "tuple"; readonly items: readonly Term[]; readonly bytes: Uint8Array }
  /** Legal, and of no interest. */
  | { readonly kind: "other"; readonly bytes: Uint8Array };

/** A term without its bytes: `Omit` would forget which fields belong to which kind. */
type Bare = Term extends infer T ? T extends Term ? Omit<T, "bytes"> : never : never;

/** New each time: its bytes are added to it. */
const other = (): Bare => ({ kind: "other" });

/** A term and where it ended, or why there is none. */
export type ReadTerm =
  | { readonly term: Term; readonly end: number }
  | { readonly fault: string };

/** Reads the term that begins at `start` with {@linkcode termVersion}. */
export function readTerm(bytes: Uint8Array, start = 0): ReadTerm {
  const reader = new TermReader(bytes, start);
  if (reader.bytes.number(1) !== termVersion) return { fault: "a term does not begin with 131" };
  const term = reader.read(0);
  if (reader.fault !== undefined) return { fault: reader.fault };
  if (term === undefined || reader.bytes.isShort) return { fault: "a term is cut off" };
  return { term, end: reader.bytes.position };
}

/** Tags, by the name that the documentation gives them. */
const tag = {
  smallInteger: 97,
  integer: 98,
  smallTuple: 104,
  largeTuple: 105,
  list: 108,
  map: 116,
  newFun: 112,
  export: 113,
  smallBig: 110,
  largeBig: 111,
} as const;

/** Atoms: bytes of their length, and whether they are UTF-8. */
const atomTags: Readonly<Record<number, readonly [lengthBytes: number, isUtf8: boolean]>> = {
  100: [2, false],
  115: [1, false],
  118: [2, true],
  119: [1, true],
};

/** Terms of a fixed length: NEW_FLOAT, FLOAT, NIL. */
const fixedTags: Readonly<Record<number, number>> = { 70: 8, 99: 31, 106: 0 };

/** Bytes with their length in front: STRING, BINARY, BIT_BINARY; what stands between both. */
const bytesTags: Readonly<Record<number, readonly [lengthBytes: number, between: number]>> = {
  107: [2, 0],
  109: [4, 0],
  77: [4, 1],
};

/** PID, NEW_PID, PORT, NEW_PORT, V4_PORT: bytes behind their node. */
const processTags: Readonly<Record<number, readonly [isPid: boolean, bytes: number]>> = {
  103: [true, 9],
  88: [true, 12],
  102: [false, 5],
  89: [false, 8],
  120: [false, 12],
};

/** NEW_REFERENCE, NEWER_REFERENCE: bytes of the creation. */
const referenceTags: Readonly<Record<number, number>> = { 114: 1, 90: 4 };

/** Words of a reference. */
const referenceIdsMax = 5;

class TermReader {
  readonly bytes: ByteReader;
  fault: string | undefined;
  #parts = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = new ByteReader(bytes, start);
  }

  /** The next term, or `undefined` after a fault. */
  read(depth: number): Term | undefined {
    if (depth > termDepthMax) return this.#refuse(`is nested deeper than ${termDepthMax}`);
    if (++this.#parts > termPartsMax) return this.#refuse(`has more than ${termPartsMax} parts`);
    const { bytes } = this;
    const start = bytes.position;
    const bare = this.#content(bytes.number(1), depth);
    if (bare === undefined || bytes.isShort) return this.#refuse("is cut off");
    return Object.assign(bare, { bytes: bytes.bytes.subarray(start, bytes.position) });
  }

  #refuse(why: string): undefined {
    this.fault ??= `a term ${why}`;
  }

  #content(kind: number, depth: number): Bare | undefined {
    const { bytes } = this;
    switch (kind) {
      case tag.smallInteger:
        return { kind: "integer", value: bytes.number(1) };
      case tag.integer:
        return { kind: "integer", value: bytes.number(4) | 0 };
      case tag.smallTuple:
        return this.#tuple(bytes.number(1), depth);
      case tag.largeTuple:
        return this.#tuple(bytes.number(4), depth);
      case tag.list:
        return this.#items(bytes.number(4) + 1, depth) && other();
      case tag.map:
        return this.#items(bytes.number(4) * 2, depth) && other();
      case tag.export:
        return this.#items(3, depth) && other();
      case tag.smallBig:
        return this.#skip(1 + bytes.number(1));
      case tag.largeBig:
        return this.#skip(1 + bytes.number(4));
      case tag.newFun:
        return this.#fun();
      default:
        return this.#tabled(kind, depth);
    }
  }

  #tabled(kind: number, depth: number): Bare | undefined {
    const atom = atomTags[kind];
    if (atom !== undefined) return this.#atom(...atom);
    const process = processTags[kind];
    if (process !== undefined) return this.#process(...process, depth);
    const creationBytes = referenceTags[kind];
    if (creationBytes !== undefined) return this.#reference(creationBytes, depth);
    const fixed = fixedTags[kind];
    if (fixed !== undefined) return this.#skip(fixed);
    const counted = bytesTags[kind];
    if (counted !== undefined) return this.#skip(this.bytes.number(counted[0]) + counted[1]);
    return this.#refuse(`has the unknown tag ${kind}`);
  }

  #atom(lengthBytes: number, isUtf8: boolean): Bare | undefined {
    const length = this.bytes.number(lengthBytes);
    if (length > atomMaxBytes) return this.#refuse(`has an atom of ${length} bytes`);
    const content = this.bytes.take(length);
    // Names are ASCII nearly always, and read far faster as that than by a decoder of UTF-8.
    const isPlain = !isUtf8 || content.every((byte) => byte < 128);
    const text = isPlain ? String.fromCharCode(...content) : decodeUtf8(content);
    return text === undefined
      ? this.#refuse("has an atom that is not text")
      : { kind: "atom", text };
  }

  #node(depth: number): string | undefined {
    const node = this.read(depth + 1);
    if (node !== undefined && node.kind !== "atom") {
      return this.#refuse("has a node without a name");
    }
    return node?.text;
  }

  #process(isPid: boolean, count: number, depth: number): Bare | undefined {
    const node = this.#node(depth);
    if (node === undefined) return undefined;
    this.bytes.take(count);
    return isPid ? { kind: "pid", node } : other();
  }

  #reference(creationBytes: number, depth: number): Bare | undefined {
    const count = this.bytes.number(2);
    if (count > referenceIdsMax) return this.#refuse(`has a reference of ${count} words`);
    const node = this.#node(depth);
    if (node === undefined) return undefined;
    const creation = this.bytes.number(creationBytes);
    const ids = Array.from({ length: count }, () => this.bytes.number(4));
    return { kind: "reference", node, creation, ids };
  }

  #tuple(count: number, depth: number): Bare | undefined {
    const items = this.#items(count, depth);
    return items && { kind: "tuple", items };
  }

  /** A fun tells its whole size, its four bytes included. */
  #fun(): Bare | undefined {
    const size = this.bytes.number(4);
    return size < 4 ? this.#refuse("has a fun without a size") : this.#skip(size - 4);
  }

  #items(count: number, depth: number): Term[] | undefined {
    // Each item has at least a byte: nothing is set aside for more than have come.
    if (count > this.bytes.left) return this.#refuse("is cut off");
    const items: Term[] = [];
    for (let index = 0; index < count; index++) {
      const item = this.read(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }

  #skip(count: number): Bare | undefined {
    if (count > this.bytes.left) return this.#refuse("is cut off");
    this.bytes.take(count);
    return other();
  }
}
