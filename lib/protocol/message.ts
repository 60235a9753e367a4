/**
 * What nodes and commands say to each other once they are connected.
 *
 * Bodies are JSON, because they are few, small and looked at by people; what comes from a peer is
 * checked field by field and never trusted.
 *
 * @module
 */
import * as v from "valibot";
import { countSchema } from "../core/base/count.ts";
import { bodyMaxBytes } from "./envelope.ts";
import {
  addressesMax,
  addressSchema,
  instanceSchema,
  nodeNameSchema,
  tagsSchema,
} from "../core/members/row.ts";
import { descriptionBytes, rowMaxBytes } from "../core/members/row.ts";
import { heartbeatStates } from "../core/detector/registry_heartbeats.ts";
import { memberKinds, memberStatuses } from "../core/members/member.ts";
import { memberServiceSchema } from "../core/members/service.ts";
import { makeRecord } from "../core/members/record.ts";
import type { MemberRecord } from "../core/members/record.ts";
import { bucketsMax, isBucketCount } from "../core/members/buckets.ts";
import { encodeUtf8 } from "../core/base/text.ts";
import { changeEntries, historyEntrySchema, memberInstanceSchema } from "./history.ts";
import { decodeJson } from "./json_body.ts";
import type { Shape } from "./json_body.ts";
import { failureSchema, sentenceSchema, shortTextSchema } from "./text_shapes.ts";

const count = v.pipe(v.number(), v.minValue(0));
const hash = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1));
const bucketHash = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 31 - 1));
const bucketNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(bucketsMax - 1));
const addresses = v.pipe(v.array(addressSchema), v.maxLength(addressesMax + 1));

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
    software: shortTextSchema,
    service: v.optional(memberServiceSchema),
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
  pulse: v.optional(v.union([countSchema, v.picklist(["first", "missed"])])),
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

const bucketsSchema = v.pipe(
  v.array(bucketHash),
  v.check(({ length }) => isBucketCount(length)),
);

/** Longest text about who asks, in characters. */
export const requesterMax = 200;

const requestSchema = v.variant("kind", [
  v.object({ kind: v.literal("ping"), content: v.optional(contentSchema) }),
  /** Reach that member and say whether it answered. */
  v.object({ kind: v.literal("probe"), subject: addresseeSchema }),
  /** The records of the buckets that differ from these. */
  v.object({ kind: v.literal("sync"), buckets: bucketsSchema }),
  /** The members whose names come after `after`, or the first ones. */
  v.object({ kind: v.literal("members"), after: v.optional(nodeNameSchema) }),
  /** The links of the node that is asked, to members whose names come after `after`. */
  v.object({ kind: v.literal("links"), after: v.optional(nodeNameSchema) }),
  v.object({ kind: v.literal("explain"), name: nodeNameSchema }),
  /** Changes with numbers from `from` on. */
  v.object({ kind: v.literal("events"), from: countSchema }),
  /** What is remembered of the last `sinceMs` milliseconds, from position `from` on. */
  v.object({ kind: v.literal("history"), sinceMs: count, from: v.optional(countSchema) }),
  v.object({ kind: v.literal("health") }),
  /** `by` says who asks, for the log: `pid 4711 of ops on box1`. */
  v.object({
    kind: v.literal("leave"),
    by: v.optional(v.pipe(v.string(), v.maxLength(requesterMax))),
  }),
  v.object({
    kind: v.literal("forget"),
    name: nodeNameSchema,
    dryRun: v.optional(v.boolean()),
  }),
]);

/** Something that wants an answer. */
export type Request = Shape<typeof requestSchema>;

const memberKindSchema = v.picklist(memberKinds);

const memberViewSchema = v.object({
  name: nodeNameSchema,
  kind: memberKindSchema,
  instance: memberInstanceSchema,
  incarnation: countSchema,
  status: v.picklist(memberStatuses),
  self: v.boolean(),
  linkWorks: v.boolean(),
  addresses,
  forMs: count,
  roundTripUs: v.optional(count),
  reason: sentenceSchema,
  flapping: v.boolean(),
  tags: tagsSchema,
  startedAt: v.pipe(v.string(), v.maxLength(40)),
  software: shortTextSchema,
  service: v.optional(memberServiceSchema),
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
  verdict: sentenceSchema,
  accusers: v.array(v.object({ name: nodeNameSchema, kind: failureSchema })),
  votesNeeded: count,
  watched: v.boolean(),
  pings: v.array(
    v.object({ kind: pingKindSchema, agoMs: count, roundTripUs: v.optional(count) }),
  ),
  timeoutMs: count,
  heartbeat: v.picklist(heartbeatStates),
  heartbeatAgeMs: v.optional(count),
  registryWorks: v.boolean(),
  localHealth: count,
  isolated: v.boolean(),
  failures: count,
  incarnation: countSchema,
  service: v.optional(memberServiceSchema),
  wouldChange: v.array(sentenceSchema),
});

const eventSchema = v.object({
  ...changeEntries,
  // Nodes of 0.1.0 do not tell these two, and not whether there is more.
  instance: v.optional(memberInstanceSchema, ""),
  incarnation: v.optional(countSchema, 0),
  /** How long ago it happened, in milliseconds. */
  agoMs: count,
});

/** A change as it is told to a command. */
export type EventView = Shape<typeof eventSchema>;

const answerSchema = v.variant("kind", [
  v.object({ kind: v.literal("pong"), content: v.optional(contentSchema) }),
  v.object({ kind: v.literal("probe"), reached: v.boolean() }),
  v.object({
    kind: v.literal("sync"),
    buckets: v.pipe(v.array(bucketNumber), v.maxLength(bucketsMax)),
    records: v.array(recordSchema),
    more: v.boolean(),
  }),
  /** `more` if there are more after the last of these. */
  v.object({ kind: v.literal("members"), members: v.array(memberViewSchema), more: v.boolean() }),
  v.object({ kind: v.literal("links"), links: v.array(linkViewSchema), more: v.boolean() }),
  v.object({ kind: v.literal("explain"), explanation: explanationSchema }),
  /** `next` is the number of the first change behind these; `more` if there is one already. */
  v.object({
    kind: v.literal("events"),
    events: v.array(eventSchema),
    next: countSchema,
    more: v.optional(v.boolean(), false),
  }),
  /** `next` is the position behind these; `reachMs` how far back all of it goes, in milliseconds. */
  v.object({
    kind: v.literal("history"),
    entries: v.array(historyEntrySchema),
    reachMs: count,
    next: countSchema,
    more: v.boolean(),
  }),
  v.object({ kind: v.literal("health"), healthy: v.boolean(), reason: sentenceSchema }),
  v.object({ kind: v.literal("done") }),
  v.object({ kind: v.literal("refused"), reason: sentenceSchema }),
]);

/** An answer. */
export type Answer = Shape<typeof answerSchema>;

/** Shape of news. */
export const newsSchema = v.object({
  records: v.array(recordSchema),
  votes: v.array(voteSchema),
  sightings: v.array(sightingSchema),
});

const noticeSchema = v.object({ kind: v.literal("news"), news: newsSchema });

/** Something that is only told. */
export type Notice = Shape<typeof noticeSchema>;

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
  return decodeJson(requestSchema, body);
}

/** Reads an answer; `undefined` if it is none that this version knows. */
export function decodeAnswer(body: Uint8Array): Answer | undefined {
  return decodeJson(answerSchema, body);
}

/** Reads a notice; `undefined` if it is none that this version knows. */
export function decodeNotice(body: Uint8Array): Notice | undefined {
  return decodeJson(noticeSchema, body);
}
