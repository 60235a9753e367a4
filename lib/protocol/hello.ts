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
} from "../core/registration/row.ts";
import type { InstanceId } from "../core/registration/row.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Address } from "../core/base/address.ts";
import { decodeUtf8, encodeUtf8 } from "../core/base/text.ts";

/** Who speaks. */
export interface Hello {
  /** A member pings and is pinged; a client (a command) only asks. */
  readonly role: "member" | "client";
  /** Full name; a client calls itself `client@host`. */
  readonly name: NodeName;
  readonly instance: InstanceId;
  readonly cluster: string;
  /** Where the speaker can be reached; empty for a client. */
  readonly addresses: readonly Address[];
  readonly software: string;
}

const helloSchema = v.object({
  role: v.picklist(["member", "client"]),
  name: nodeNameSchema,
  instance: instanceSchema,
  cluster: v.pipe(v.string(), v.maxLength(64)),
  addresses: v.pipe(v.array(addressSchema), v.maxLength(addressesMax)),
  software: v.pipe(v.string(), v.maxLength(100)),
});

/** A hello as bytes, at most a few kilobytes. */
export function encodeHello(hello: Hello): Uint8Array {
  return encodeUtf8(JSON.stringify(hello));
}

/** Reads a peer's hello; `undefined` if it is none. */
export function decodeHello(bytes: Uint8Array): Hello | undefined {
  const text = decodeUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    const parsed = v.safeParse(helloSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
