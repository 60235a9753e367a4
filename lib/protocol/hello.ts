/**
 * The hello: what each side of a connection tells the other about itself, once both have proven to
 * hold the cookie.
 *
 * @module
 */
import * as v from "valibot";

import {
  addressesMax,
  addressSchema,
  instanceSchema,
  nodeNameSchema,
} from "../core/members/row.ts";
import { encodeUtf8 } from "../core/base/text.ts";
import { decodeJson } from "./json_body.ts";
import type { Shape } from "./json_body.ts";

const helloSchema = v.object({
  /** A member pings and is pinged; a client (a command) only asks. */
  role: v.picklist(["member", "client"]),
  /** Full name; a client calls itself `client@host`. */
  name: nodeNameSchema,
  instance: instanceSchema,
  cluster: v.pipe(v.string(), v.maxLength(64)),
  /** Where the speaker can be reached; empty for a client. */
  addresses: v.pipe(v.array(addressSchema), v.maxLength(addressesMax)),
  software: v.pipe(v.string(), v.maxLength(100)),
});

/** Who speaks. */
export type Hello = Shape<typeof helloSchema>;

/** A hello as bytes, at most a few kilobytes. */
export function encodeHello(hello: Hello): Uint8Array {
  return encodeUtf8(JSON.stringify(hello));
}

/** Reads a peer's hello; `undefined` if it is none. */
export function decodeHello(bytes: Uint8Array): Hello | undefined {
  return decodeJson(helloSchema, bytes);
}
