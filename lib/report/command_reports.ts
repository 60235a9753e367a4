/**
 * The answers of the smaller commands, for programs.
 *
 * @module
 */
import * as v from "valibot";
import { fields, list, report } from "./fields.ts";
import { memberSchema } from "./member_report.ts";

/** Shape of the answer of `version`. */
export const versionSchema = report("version.v1", "`version`: which program this is", {
  version: fields.version,
  commit: fields.commit,
  deno: fields.deno,
});

/** Shape of the answer of `health` for one node. */
export const healthSchema = report("health.v1", "`health`, one for each node: whether it works", {
  time: fields.time,
  name: fields.name,
  cluster: fields.cluster,
  healthy: fields.healthy,
  reason: fields.reason,
});

/** Shape of the answer of `forget` for one member. */
export const forgetSchema = report(
  "forget.v1",
  "`forget`, one for each member: whether it was taken out",
  {
    time: fields.time,
    asked: v.optional(fields.asked),
    cluster: fields.cluster,
    name: fields.name,
    forgotten: fields.forgotten,
    dryRun: fields.dryRun,
    reason: v.optional(fields.reason),
  },
);

/** Shape of the answer of `leave`. */
export const leaveSchema = report("leave.v1", "`leave`: which node of this machine leaves", {
  time: fields.time,
  name: fields.name,
  cluster: fields.cluster,
});

/** Shape of the answer of `doctor`. */
export const doctorSchema = report("doctor.v1", "`doctor`: what is wrong around a node", {
  time: fields.time,
  cluster: fields.cluster,
  healthy: fields.healthy,
  findings: list("what the checks have found, in their order", {
    check: fields.check,
    severity: fields.severity,
    message: fields.message,
    advice: v.optional(fields.advice),
  }),
});

/** The answer of `doctor`. */
export type DoctorReport = v.InferOutput<typeof doctorSchema>;

/** Shape of the answer of `wait`. */
export const waitSchema = report("wait.v1", "`wait`: whether the cluster is what was waited for", {
  time: fields.time,
  asked: v.optional(fields.asked),
  cluster: fields.cluster,
  lost: v.optional(fields.lost),
  reached: fields.reached,
  tookMs: fields.tookMs,
  missing: fields.missing,
  memberCount: v.optional(fields.memberCount),
  aliveCount: v.optional(fields.aliveCount),
  members: v.optional(list("all members, in the order of their names", memberSchema.entries)),
});
