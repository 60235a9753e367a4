/**
 * The shapes of what a recording holds, for reading one that comes from a file.
 *
 * Only shapes are checked, so that the core can be handed what was read: a recording is played as it
 * is, key by key in its own order, or else the fingerprints of what is decided would differ.
 *
 * @module
 */
import * as v from "valibot";
import type { BeamPingOutcome, Input, PingOutcome } from "../core/input.ts";
import { addresseeSchema, contentSchema } from "../protocol/message.ts";
import { failureSchema } from "../protocol/text_shapes.ts";
import { newsSchema, recordSchema } from "../protocol/message.ts";
import type { ProfileTimings } from "../core/base/profile.ts";
import { memberServiceSchema } from "../core/members/service.ts";
import { addressSchema, instanceSchema, nodeNameSchema } from "../core/members/row.ts";
import { reclaimSchema, rowSchema, tagsSchema } from "../core/members/row.ts";
import type { Settings } from "../core/settings.ts";

const whole = v.pipe(v.number(), v.safeInteger());

const registryRowSchema = v.object({
  row: v.object({
    ...rowSchema.entries,
    // What cannot be read there would be passed over in a registry; here it is damage.
    reclaims: v.optional(reclaimSchema),
  }),
  version: v.string(),
});

const outcomeSchema: v.GenericSchema<unknown, PingOutcome> = v.variant("kind", [
  v.object({
    kind: v.literal("pong"),
    roundTripUs: v.number(),
    address: addressSchema,
    ...contentSchema.entries,
  }),
  v.object({ kind: failureSchema, detail: v.string() }),
]);

const beamOutcomeSchema: v.GenericSchema<unknown, BeamPingOutcome> = v.variant("kind", [
  v.object({
    kind: v.literal("pong"),
    roundTripUs: v.number(),
    address: addressSchema,
    creation: whole,
  }),
  v.object({ kind: failureSchema, detail: v.string() }),
]);

const beamRowSchema = v.object({
  name: nodeNameSchema,
  version: v.string(),
  registry: v.optional(whole),
});

const peerSchema = v.object({
  name: nodeNameSchema,
  instance: instanceSchema,
  addresses: v.array(addressSchema),
  software: v.string(),
});

/** A schema for each field of an input of that kind; the compiler misses those of a new one. */
type FieldSchemas<Kind extends Input["kind"]> = {
  readonly [Field in Exclude<keyof Extract<Input, { kind: Kind }>, "kind">]-?: v.GenericSchema<
    unknown,
    Extract<Input, { kind: Kind }>[Field]
  >;
};

const fieldSchemas = {
  "wake": {},
  "listed": {
    rows: v.array(registryRowSchema),
    // Recordings from before there were any lack them.
    beams: v.optional(v.array(beamRowSchema)),
  },
  "registry-hint": {},
  "list-failed": { reason: v.string() },
  "written": { version: v.string() },
  "write-conflict": { current: v.optional(registryRowSchema) },
  "write-failed": { reason: v.string() },
  "removed": { name: nodeNameSchema },
  "remove-conflict": { name: nodeNameSchema, current: v.optional(registryRowSchema) },
  "remove-failed": { name: nodeNameSchema, reason: v.string() },
  "ping-ended": { ping: whole, outcome: outcomeSchema },
  "pinged": { from: peerSchema, content: contentSchema, reply: whole },
  "lost": { name: nodeNameSchema, instance: instanceSchema },
  "late": { name: nodeNameSchema, instance: instanceSchema },
  "told": { news: newsSchema, from: v.optional(instanceSchema) },
  "probe-asked": { subject: addresseeSchema, reply: whole },
  "probe-ended": { probe: whole, reached: v.optional(v.boolean()) },
  "sync-asked": { buckets: v.array(whole), reply: whole },
  "synced": {
    from: instanceSchema,
    buckets: v.array(whole),
    records: v.array(recordSchema),
    more: v.boolean(),
  },
  "moved": { addresses: v.array(addressSchema) },
  "described": { service: v.optional(memberServiceSchema), tags: v.optional(tagsSchema) },
  "beam-ping-ended": { ping: whole, outcome: beamOutcomeSchema },
  "beam-pinged": { from: nodeNameSchema, reply: whole },
  "beam-lost": { name: nodeNameSchema },
  "leave": {},
  "forget": { name: nodeNameSchema, dryRun: v.boolean(), reply: whole },
} satisfies { readonly [Kind in Input["kind"]]: FieldSchemas<Kind> };

const inputSchemas: ReadonlyMap<string, v.GenericSchema> = new Map(
  Object.entries(fieldSchemas).map(([kind, fields]) => [kind, v.object(fields)]),
);

const kindSchema = v.object({ kind: v.string() });

/** Why `value` is no input, as a clause that begins with "its", or `undefined` if it is one. */
export function inputFault(value: unknown): string | undefined {
  const named = v.safeParse(kindSchema, value);
  if (!named.success) return "its input has no kind";
  const schema = inputSchemas.get(named.output.kind);
  if (schema === undefined) return `its input is of an unknown kind, "${named.output.kind}"`;
  return schemaFault(schema, value, "input");
}

/** Why `value` does not have the shape, as a clause that begins with "its", or `undefined`. */
export function schemaFault(
  schema: v.GenericSchema,
  value: unknown,
  within = "",
): string | undefined {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return undefined;
  const keys = parsed.issues[0].path?.map(({ key }) => String(key)) ?? [];
  const path = [...within === "" ? [] : [within], ...keys].join(".");
  return path === "" ? "it is no JSON object" : `its field "${path}" is not legal`;
}

const timingsSchema = v.object(
  {
    pingTimeoutMs: v.number(),
    pingTimeoutMinMs: v.number(),
    pingTimeoutMaxMs: v.number(),
    connectTimeoutMs: v.number(),
    pulseGraceMs: v.number(),
    secondPingDelayMs: v.number(),
    indirectTimeoutMs: v.number(),
    suspicionMinMs: v.number(),
    suspicionMaxMs: v.number(),
  } satisfies { readonly [Field in keyof ProfileTimings]: v.GenericSchema<unknown, number> },
);

/** Shape of the settings in a recording; JSON has no word for a number without bounds but null. */
export const settingsSchema = v.object(
  {
    name: nodeNameSchema,
    nameIsAutomatic: v.boolean(),
    instance: instanceSchema,
    addresses: v.array(addressSchema),
    tags: tagsSchema,
    service: v.optional(memberServiceSchema),
    startedAt: v.string(),
    software: v.string(),
    intervalMs: v.pipe(v.number(), v.minValue(1)),
    timings: timingsSchema,
    fullMesh: v.boolean(),
    statusEntriesMax: v.nullable(v.number()),
    startTimeoutMs: v.number(),
    // Recordings of old lack it.
    leaveTimeoutMs: v.optional(v.number(), 1500),
    registryPaceMs: v.number(),
    beam: v.optional(v.boolean()),
  } satisfies {
    readonly [Field in keyof Settings]-?: v.GenericSchema<unknown, Settings[Field] | null>;
  },
);

/** Shape of the first line of a recording, but for its format and version. */
export const headerSchema = v.object({
  software: v.string(),
  settings: settingsSchema,
  seed: whole,
  now: whole,
});

/** Shape of any other line, but for the input. */
export const stepSchema = v.object({
  at: whole,
  input: v.unknown(),
  digest: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/)),
});
