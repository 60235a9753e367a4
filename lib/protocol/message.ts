/**
 * What nodes and commands say to each other once they are connected.
 *
 * Bodies are JSON, because they are few, small and looked at by people; what comes from a peer is
 * checked field by field and never trusted.
 *
 * @module
 */
import * as v from "valibot";
import { changeKinds } from "../core/explain/change.ts";
import { countSchema } from "../core/base/count.ts";
import type { TimedChange } from "../core/explain/change.ts";
import { bodyMaxBytes } from "./envelope.ts";
import type { Explanation, LinkView } from "../core/explain/explanation.ts";
import type { News } from "../core/dissemination/news.ts";
import {
  addressesMax,
  addressSchema,
  instanceSchema,
  nodeNameSchema,
  tagsSchema,
} from "../core/registration/row.ts";
import { descriptionBytes, rowMaxBytes } from "../core/registration/row.ts";
import { memberKinds, memberStatuses } from "../core/dissemination/member.ts";
import type { MemberView } from "../core/dissemination/member.ts";
import type { Addressee, PingContent } from "../core/input.ts";
import type { NodeName } from "../core/base/name.ts";
import { makeRecord } from "../core/dissemination/record.ts";
import type { MemberRecord } from "../core/dissemination/record.ts";
import { bucketCount } from "../core/dissemination/member_list.ts";
import { decodeUtf8, encodeUtf8 } from "../core/base/text.ts";

/** Something that wants an answer. */
export type Request =
  | { readonly kind: "ping"; readonly content?: PingContent | undefined }
  /** Reach that member and say whether it answered. */
  | { readonly kind: "probe"; readonly subject: Addressee }
  /** The records of the buckets that differ from these. */
  | { readonly kind: "sync"; readonly buckets: readonly number[] }
  /** The members whose names come after `after`, or the first ones. */
  | { readonly kind: "members"; readonly after?: NodeName | undefined }
  /** The links of the node that is asked, to members whose names come after `after`. */
  | { readonly kind: "links"; readonly after?: NodeName | undefined }
  | { readonly kind: "explain"; readonly name: NodeName }
  /** Changes with numbers from `from` on. */
  | { readonly kind: "events"; readonly from: number }
  | { readonly kind: "health" }
  | { readonly kind: "leave" }
  | { readonly kind: "forget"; readonly name: NodeName; readonly dryRun?: boolean | undefined };

/** A change as it is told to a command. */
export interface EventView extends Omit<TimedChange, "at"> {
  /** Counts the changes of the node that was asked. */
  readonly number: number;
  /** How long ago it happened, in milliseconds. */
  readonly agoMs: number;
}

/** An answer. */
export type Answer =
  | { readonly kind: "pong"; readonly content?: PingContent | undefined }
  | { readonly kind: "probe"; readonly reached: boolean }
  | {
    readonly kind: "sync";
    readonly buckets: readonly number[];
    readonly records: readonly MemberRecord[];
    readonly more: boolean;
  }
  | {
    readonly kind: "members";
    readonly members: readonly MemberView[];
    /** True if there are more after the last of these. */
    readonly more: boolean;
  }
  | { readonly kind: "links"; readonly links: readonly LinkView[]; readonly more: boolean }
  | { readonly kind: "explain"; readonly explanation: Explanation }
  | { readonly kind: "events"; readonly events: readonly EventView[]; readonly next: number }
  | { readonly kind: "health"; readonly healthy: boolean; readonly reason: string }
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly reason: string };

/** Something that is only told. */
export interface Notice {
  readonly kind: "news";
  readonly news: News;
}

const sentence = v.pipe(v.string(), v.maxLength(2000));
const count = v.pipe(v.number(), v.minValue(0));
const hash = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1));
const bucketHash = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 31 - 1));
const bucketNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(bucketCount - 1));
const shortText = v.pipe(v.string(), v.maxLength(100));
const addresses = v.pipe(v.array(addressSchema), v.maxLength(addressesMax + 1));

/** Shape of the kind of a failed ping. */
export const failureSchema = v.picklist(
  [
    "refused",
    "no-answer",
    "silent",
    "reset",
    "other-instance",
    "wrong-cluster",
    "wrong-cookie",
    "garbage",
  ] as const,
);
const pingKindSchema = v.union([v.literal("pong"), failureSchema]);

/** Shape of a record that came from outside; its fingerprints are made anew. */
export const recordSchema = v.pipe(
  v.object({
    name: nodeNameSchema,
    instance: instanceSchema,
    incarnation: countSchema,
    state: v.picklist(["alive", "failed", "left"]),
    addresses: v.pipe(v.array(addressSchema), v.maxLength(addressesMax)),
    tags: tagsSchema,
    startedAt: v.pipe(v.string(), v.maxLength(40)),
    software: shortText,
    cause: v.optional(v.object({
      kind: failureSchema,
      accusers: v.pipe(v.array(nodeNameSchema), v.maxLength(8)),
    })),
  }),
  // Half of a surrogate pair takes six bytes: legal tags alone may take three times as much.
  v.check((content) => descriptionBytes(content) <= rowMaxBytes),
  // The fingerprints are this node's own work, whatever came with the record.
  v.transform((content): MemberRecord => makeRecord(content)),
);

/** Shape of what rides on a ping. */
export const contentSchema = v.object({
  incarnation: countSchema,
  fingerprint: hash,
  record: v.optional(recordSchema),
});

const voteSchema = v.object({
  subject: instanceSchema,
  subjectName: nodeNameSchema,
  incarnation: countSchema,
  voter: instanceSchema,
  voterName: nodeNameSchema,
  sequence: countSchema,
  kind: v.optional(failureSchema),
  conclusive: v.optional(v.boolean()),
});

const sightingSchema = v.object({
  name: nodeNameSchema,
  instance: instanceSchema,
  heartbeat: countSchema,
});

/** Shape of the one whom a request is for. */
export const addresseeSchema = v.object({
  name: nodeNameSchema,
  instance: instanceSchema,
  addresses,
});

const bucketsSchema = v.pipe(v.array(bucketHash), v.length(bucketCount));

const requestSchema = v.variant("kind", [
  v.object({ kind: v.literal("ping"), content: v.optional(contentSchema) }),
  v.object({ kind: v.literal("probe"), subject: addresseeSchema }),
  v.object({ kind: v.literal("sync"), buckets: bucketsSchema }),
  v.object({ kind: v.literal("members"), after: v.optional(nodeNameSchema) }),
  v.object({ kind: v.literal("links"), after: v.optional(nodeNameSchema) }),
  v.object({ kind: v.literal("explain"), name: nodeNameSchema }),
  v.object({ kind: v.literal("events"), from: countSchema }),
  v.object({ kind: v.literal("health") }),
  v.object({ kind: v.literal("leave") }),
  v.object({
    kind: v.literal("forget"),
    name: nodeNameSchema,
    dryRun: v.optional(v.boolean()),
  }),
]);

// Nodes that know of no other kind do not tell it.
const memberKindSchema = v.optional(v.picklist(memberKinds), "node");

const memberViewSchema = v.object({
  name: nodeNameSchema,
  kind: memberKindSchema,
  instance: v.union([instanceSchema, v.pipe(v.string(), v.regex(/^\d{0,10}$/))]),
  incarnation: countSchema,
  status: v.picklist(memberStatuses),
  self: v.boolean(),
  linkWorks: v.boolean(),
  addresses,
  forMs: count,
  roundTripUs: v.optional(count),
  reason: sentence,
  flapping: v.boolean(),
  tags: tagsSchema,
  startedAt: v.pipe(v.string(), v.maxLength(40)),
  software: shortText,
});

const linkViewSchema = v.object({
  name: nodeNameSchema,
  memberKind: memberKindSchema,
  kind: v.union([pingKindSchema, v.literal("unknown")]),
  roundTripUs: v.optional(count),
  agoMs: v.optional(count),
});

const explanationSchema = v.object({
  name: nodeNameSchema,
  kind: memberKindSchema,
  status: v.picklist(memberStatuses),
  verdict: sentence,
  accusers: v.array(v.object({ name: nodeNameSchema, kind: failureSchema })),
  votesNeeded: count,
  watched: v.boolean(),
  pings: v.array(
    v.object({ kind: pingKindSchema, agoMs: count, roundTripUs: v.optional(count) }),
  ),
  timeoutMs: count,
  heartbeat: v.picklist(["moving", "stale", "missing", "unknown"]),
  heartbeatAgeMs: v.optional(count),
  registryWorks: v.boolean(),
  localHealth: count,
  isolated: v.boolean(),
  failures: count,
  incarnation: countSchema,
  wouldChange: v.array(sentence),
});

const eventSchema = v.object({
  number: countSchema,
  agoMs: count,
  kind: v.picklist(changeKinds),
  name: nodeNameSchema,
  status: v.optional(v.picklist(memberStatuses)),
  reason: sentence,
});

const answerSchema = v.variant("kind", [
  v.object({ kind: v.literal("pong"), content: v.optional(contentSchema) }),
  v.object({ kind: v.literal("probe"), reached: v.boolean() }),
  v.object({
    kind: v.literal("sync"),
    buckets: v.pipe(v.array(bucketNumber), v.maxLength(bucketCount)),
    records: v.array(recordSchema),
    more: v.boolean(),
  }),
  v.object({ kind: v.literal("members"), members: v.array(memberViewSchema), more: v.boolean() }),
  v.object({ kind: v.literal("links"), links: v.array(linkViewSchema), more: v.boolean() }),
  v.object({ kind: v.literal("explain"), explanation: explanationSchema }),
  v.object({ kind: v.literal("events"), events: v.array(eventSchema), next: countSchema }),
  v.object({ kind: v.literal("health"), healthy: v.boolean(), reason: sentence }),
  v.object({ kind: v.literal("done") }),
  v.object({ kind: v.literal("refused"), reason: sentence }),
]);

/** Shape of news. */
export const newsSchema = v.object({
  records: v.array(recordSchema),
  votes: v.array(voteSchema),
  sightings: v.array(sightingSchema),
});

const noticeSchema = v.object({
  kind: v.literal("news"),
  news: newsSchema,
});

/** Any message as the body of an envelope. */
export function encodeMessage(message: Request | Answer | Notice): Uint8Array<ArrayBuffer> {
  return encodeUtf8(JSON.stringify(message));
}

/** An answer as the body of an envelope; one that does not fit becomes a refusal that says so. */
export function encodeAnswer(answer: Answer): Uint8Array<ArrayBuffer> {
  const body = encodeMessage(answer);
  if (body.length <= bodyMaxBytes) return body;
  const reason = `The answer has ${body.length} bytes, and the most is ${bodyMaxBytes}`;
  return encodeMessage({ kind: "refused", reason });
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
