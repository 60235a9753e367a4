/**
 * Lines of the log, for programs.
 *
 * @module
 */
import * as v from "valibot";
import { fields, list, report } from "./fields.ts";

const membersWords = "of whom it tells, each with its reason if they have not all the same one; " +
  "of a status line all, if they are not too many";

/** Shape of a line of the log. */
export const logSchema = report("log.v1", "a line of the log", {
  time: fields.time,
  level: fields.level,
  event: fields.event,
  observer: v.optional(fields.observer),
  cluster: v.optional(fields.cluster),
  message: fields.message,
  // Of changes and status lines.
  name: v.optional(fields.name),
  members: v.optional(list(membersWords, {
    name: fields.name,
    alive: v.optional(fields.alive),
    serviceState: v.optional(fields.serviceState),
    reason: v.optional(fields.reason),
  })),
  memberCount: v.optional(fields.memberCount),
  aliveCount: v.optional(fields.aliveCount),
  status: v.optional(fields.status),
  serviceState: v.optional(fields.serviceState),
  reason: v.optional(fields.reason),
  // Of the start and the end.
  software: v.optional(fields.software),
  pid: v.optional(fields.pid),
  registry: v.optional(fields.registry),
  listening: v.optional(fields.listening),
  addresses: v.optional(fields.addresses),
  cookie: v.optional(fields.cookie),
  logFile: v.optional(fields.logFile),
  url: v.optional(fields.url),
  ranMs: v.optional(fields.ranMs),
  // Of what is wrong.
  address: v.optional(fields.address),
  registryKey: v.optional(fields.registryKey),
  where: v.optional(fields.where),
  occurrenceCount: v.optional(fields.occurrenceCount),
  stack: v.optional(fields.stack),
});

/** A line of the log. */
export type LogReport = v.InferOutput<typeof logSchema>;

/** What a line tells beside its message; it is a `note` if it is not said what it is about. */
export type LogProperties = Partial<Omit<LogReport, "schema" | "time" | "level" | "message">>;
