/**
 * What nodes and commands say to each other once they are connected.
 *
 * Bodies are JSON, because they are few, small and looked at by people; what comes from a peer is
 * checked field by field and never trusted.
 *
 * @module
 */
import * as v from "valibot";
import { addressesMax, addressSchema, instanceSchema, nodeNameSchema, tagsSchema } from "./row.ts";
import type { InstanceId } from "./row.ts";
import { memberStatuses } from "./member.ts";
import type { MemberView } from "./member.ts";
import type { NodeName } from "./name.ts";
import { decodeUtf8, encodeUtf8 } from "./text.ts";

/** Most members in one answer, so that it fits a frame; ask again with `after` for the rest. */
export const membersPerAnswerMax = 50;

/** Something that wants an answer. */
export type Request =
  | { readonly kind: "ping" }
  /** The members whose names come after `after`, or the first ones. */
  | { readonly kind: "members"; readonly after?: NodeName | undefined }
  | { readonly kind: "health" }
  | { readonly kind: "leave" }
  | { readonly kind: "forget"; readonly name: NodeName };

/** An answer. */
export type Answer =
  | { readonly kind: "pong" }
  | {
    readonly kind: "members";
    readonly members: readonly MemberView[];
    /** True if there are more after the last of these. */
    readonly more: boolean;
  }
  | { readonly kind: "health"; readonly healthy: boolean; readonly reason: string }
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly reason: string };

/** Something that is only told. */
export type Notice =
  /** The sender leaves and will not be back as this instance. */
  | { readonly kind: "left" }
  /** A dead member was taken out by hand. */
  | { readonly kind: "forgot"; readonly name: NodeName; readonly instance: InstanceId };

const sentence = v.pipe(v.string(), v.maxLength(1000));
const count = v.pipe(v.number(), v.minValue(0));

const requestSchema = v.variant("kind", [
  v.object({ kind: v.literal("ping") }),
  v.object({ kind: v.literal("members"), after: v.optional(nodeNameSchema) }),
  v.object({ kind: v.literal("health") }),
  v.object({ kind: v.literal("leave") }),
  v.object({ kind: v.literal("forget"), name: nodeNameSchema }),
]);

const memberViewSchema = v.object({
  name: nodeNameSchema,
  instance: instanceSchema,
  status: v.picklist(memberStatuses),
  self: v.boolean(),
  addresses: v.pipe(v.array(addressSchema), v.maxLength(addressesMax + 1)),
  forMs: count,
  roundTripUs: v.optional(count),
  reason: sentence,
  tags: tagsSchema,
  startedAt: v.pipe(v.string(), v.maxLength(40)),
  software: v.pipe(v.string(), v.maxLength(100)),
});

const answerSchema = v.variant("kind", [
  v.object({ kind: v.literal("pong") }),
  v.object({ kind: v.literal("members"), members: v.array(memberViewSchema), more: v.boolean() }),
  v.object({ kind: v.literal("health"), healthy: v.boolean(), reason: sentence }),
  v.object({ kind: v.literal("done") }),
  v.object({ kind: v.literal("refused"), reason: sentence }),
]);

const noticeSchema = v.variant("kind", [
  v.object({ kind: v.literal("left") }),
  v.object({ kind: v.literal("forgot"), name: nodeNameSchema, instance: instanceSchema }),
]);

/** Any message as the body of a frame. */
export function encodeMessage(message: Request | Answer | Notice): Uint8Array<ArrayBuffer> {
  return encodeUtf8(JSON.stringify(message));
}

/** Reads a request; `undefined` if it is none that this version knows. */
export function decodeRequest(body: Uint8Array): Request | undefined {
  return decode(requestSchema, body);
}

/** Reads an answer; `undefined` if it is none that this version knows. */
export function decodeAnswer(body: Uint8Array): Answer | undefined {
  return decode(answerSchema, body);
}

/** Reads a notice; `undefined` if it is none that this version knows. */
export function decodeNotice(body: Uint8Array): Notice | undefined {
  return decode(noticeSchema, body);
}

function decode<const Schema extends v.GenericSchema>(
  schema: Schema,
  body: Uint8Array,
): v.InferOutput<Schema> | undefined {
  const text = decodeUtf8(body);
  if (text === undefined) return undefined;
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
