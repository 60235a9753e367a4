/**
 * What of a history goes over the wire, and into the file that outlives a run.
 *
 * @module
 */
import * as v from "valibot";
import { countSchema } from "../core/base/count.ts";
import { changeKinds } from "../core/members/change.ts";
import { instanceSchema, nodeNameSchema } from "../core/members/row.ts";
import { memberStatuses } from "../core/members/member.ts";
import { serviceStates } from "../core/members/service.ts";
import { failureSchema, sentenceSchema, shortTextSchema } from "./text_shapes.ts";

const age = v.pipe(v.number(), v.minValue(0));
const names = v.array(nodeNameSchema);

/** Of a BEAM node it is its creation, and empty until that is known. */
export const memberInstanceSchema = v.union([
  instanceSchema,
  v.pipe(v.string(), v.regex(/^\d{0,10}$/)),
]);

/** Keys of a change that a run of a node saw. */
export const changeEntries = {
  /** Counts the changes of that run. */
  number: countSchema,
  kind: v.picklist(changeKinds),
  name: nodeNameSchema,
  instance: memberInstanceSchema,
  incarnation: countSchema,
  status: v.optional(v.picklist(memberStatuses)),
  service: v.optional(v.picklist(serviceStates)),
  reason: sentenceSchema,
} as const;

const findingSchema = v.variant("kind", [
  v.object({
    kind: v.picklist(["no-report", "beam-missed"]),
    name: nodeNameSchema,
    reachedBy: names,
    missedBy: names,
  }),
  v.object({ kind: v.literal("alone"), name: nodeNameSchema }),
  v.object({ kind: v.literal("split"), groups: v.array(names) }),
  v.object({ kind: v.literal("one-peer"), name: nodeNameSchema, hub: nodeNameSchema }),
  v.object({
    kind: v.literal("one-way"),
    from: nodeNameSchema,
    to: nodeNameSchema,
    failure: failureSchema,
  }),
  v.object({
    kind: v.literal("broken"),
    one: nodeNameSchema,
    other: nodeNameSchema,
    failure: failureSchema,
  }),
]);

/** Shape of what a run of a node remembers. */
export const historyEventSchema = v.variant("kind", [
  v.object(changeEntries),
  v.object({
    kind: v.literal("started"),
    name: nodeNameSchema,
    cluster: shortTextSchema,
    software: shortTextSchema,
  }),
  v.object({
    kind: v.picklist(["stopped", "crashed"]),
    name: nodeNameSchema,
    reason: sentenceSchema,
  }),
  v.object({ kind: v.literal("links-changed"), findings: v.array(findingSchema) }),
]);

/** Shape of that with its age, as it is told. */
export const historyEntrySchema = v.object({
  run: instanceSchema,
  agoMs: age,
  event: historyEventSchema,
});
