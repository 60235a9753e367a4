/**
 * JSON from a peer: checked by a schema, from which its type follows, or nothing at all.
 *
 * @module
 */
import * as v from "valibot";
import { decodeUtf8 } from "../core/base/text.ts";

/** What a schema lets through; nobody changes it, down to its parts. */
export type Shape<Schema extends v.GenericSchema> = Immutable<v.InferOutput<Schema>>;

type Immutable<T> = T extends string | number | boolean | undefined ? T
  : T extends readonly (infer Element)[] ? readonly Immutable<Element>[]
  : { readonly [Key in keyof T]: Immutable<T[Key]> };

/** The value in `bytes`; `undefined` if they are no JSON, or not of that shape. */
export function decodeJson<const Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Uint8Array,
): v.InferOutput<Schema> | undefined {
  const text = decodeUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
