/**
 * Types of values that come from outside: a schema says once what is legal, and its type follows.
 *
 * @module
 */
import type * as v from "valibot";

/** What a schema lets through; nobody changes it, down to its parts. */
export type Shape<Schema extends v.GenericSchema> = Immutable<v.InferOutput<Schema>>;

type Immutable<T> = T extends string | number | boolean | undefined ? T
  : T extends readonly (infer Element)[] ? readonly Immutable<Element>[]
  : { readonly [Key in keyof T]: Immutable<T[Key]> };
