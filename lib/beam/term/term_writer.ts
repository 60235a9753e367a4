/**
 * Erlang terms to be sent: the few kinds of which pings, and answers to whatever else comes, are made.
 *
 * @module
 */
import { assert } from "../../core/base/assert.ts";
import { encodeUtf8 } from "../../core/base/text.ts";
import { joined, numberBytes } from "./bytes.ts";

/** An atom, at most 255 bytes long. */
export function atomTerm(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  assert(bytes.length <= 255, "atoms that are sent are short");
  return joined(119, bytes.length, bytes);
}

/** A whole number, 0 … 255. */
export function byteTerm(value: number): Uint8Array {
  return joined(97, value);
}

/** A tuple of terms that are bytes already. */
export function tupleTerm(...items: readonly Uint8Array[]): Uint8Array {
  return joined(104, items.length, ...items);
}

/** A process of `node`. */
export function pidTerm(node: string, id: number, creation: number): Uint8Array {
  return joined(
    88,
    atomTerm(node),
    numberBytes(id, 4),
    numberBytes(0, 4),
    numberBytes(creation, 4),
  );
}

/** A reference made by `node`. The first of the ids has 18 bits at most, for older nodes. */
export function referenceTerm(node: string, creation: number, ids: readonly number[]): Uint8Array {
  assert((ids[0] ?? 0) < 2 ** 18, "the first word of a reference has 18 bits");
  const words = ids.map((id) => numberBytes(id, 4));
  const head = joined(90, numberBytes(ids.length, 2), atomTerm(node), numberBytes(creation, 4));
  return joined(head, ...words);
}
