/**
 * Everything that programs are told, by the `schema` with which it begins.
 *
 * @module
 */
import type * as v from "valibot";
import {
  doctorSchema,
  forgetSchema,
  healthSchema,
  leaveSchema,
  versionSchema,
  waitSchema,
} from "./command_reports.ts";
import { eventSchema } from "./event_report.ts";
import { explainSchema } from "./explain_report.ts";
import { historySchema } from "./history_report.ts";
import { logSchema } from "./log_report.ts";
import { matrixSchema } from "./matrix_report.ts";
import { membersSchema } from "./member_report.ts";
import { nodeSchema } from "./node_report.ts";
import { pingSchema, pingSummarySchema } from "./ping_report.ts";
import { simulationSchema } from "./simulation_report.ts";
import { replaySchema, simulateSchema } from "./simulate_report.ts";
import { gapSchema, goneSchema, oneMemberSchema } from "./stream_report.ts";

/** The shapes of all values. */
export const reportSchemas = {
  "members.v1": membersSchema,
  "event.v1": eventSchema,
  "history.v1": historySchema,
  "matrix.v1": matrixSchema,
  "explain.v1": explainSchema,
  "ping.v1": pingSchema,
  "ping-summary.v1": pingSummarySchema,
  "wait.v1": waitSchema,
  "health.v1": healthSchema,
  "leave.v1": leaveSchema,
  "forget.v1": forgetSchema,
  "doctor.v1": doctorSchema,
  "simulate.v1": simulateSchema,
  "simulation.v1": simulationSchema,
  "replay.v1": replaySchema,
  "version.v1": versionSchema,
  "log.v1": logSchema,
  "node.v1": nodeSchema,
  "member.v1": oneMemberSchema,
  "gone.v1": goneSchema,
  "gap.v1": gapSchema,
} as const;

/** Any of these values; its `schema` tells which. */
export type Report = v.InferOutput<typeof reportSchemas[keyof typeof reportSchemas]>;
