/**
 * The JSON that etcd's gateway speaks: texts in base64, numbers as strings, zeros left out.
 *
 * What answers may be no etcd at all, so nothing is taken for granted: whatever is missing or of
 * another type reads as nothing.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** An object out of JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** A key with its value, as etcd keeps it. */
export interface KeyValue {
  /** In base64: the bytes of a foreign key need not be UTF-8. */
  readonly key64: string;
  readonly text: string;
  /** The revisions of the whole storage that created and last changed it, in digits. */
  readonly createRevision: string;
  readonly modRevision: string;
  /** The lease that it goes with, in digits; "0" if it stays for good. */
  readonly lease: string;
}

/** What to ask for all keys that begin with `prefix`, which ends in a slash. */
export function rangeBelow(prefix: string): Json {
  // "0" comes next after "/".
  return { key: toBase64(prefix), range_end: toBase64(`${prefix.slice(0, -1)}0`) };
}

/** `text` as UTF-8 in base64. */
export function toBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

/** The text back; what is not UTF-8 becomes `\ufffd`. */
export function fromBase64(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

/** The key that comes next after `key64`, with no other between them. */
export function keyAfter(key64: string): string {
  return Buffer.concat([Buffer.from(key64, "base64"), Buffer.of(0)]).toString("base64");
}

/** `value` as an object; empty if it is none. */
export function jsonObject(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}

/** `value` as a list of objects; empty if it is none. */
export function jsonList(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(jsonObject) : [];
}

/** A text field. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number field, in digits: some are too large for a number. */
export function digitsOf(value: unknown): string {
  return typeof value === "string" && /^-?\d+$/.test(value) ? value : "0";
}

/** One of `kvs` of an answer. */
function keyValueOf(json: Json): KeyValue {
  return {
    key64: textOf(json["key"]),
    text: fromBase64(textOf(json["value"])),
    createRevision: digitsOf(json["create_revision"]),
    modRevision: digitsOf(json["mod_revision"]),
    lease: digitsOf(json["lease"]),
  };
}

/** All of `kvs` in the answer to a range. */
export function keyValuesOf(answer: Json): readonly KeyValue[] {
  return jsonList(answer["kvs"]).map(keyValueOf);
}
