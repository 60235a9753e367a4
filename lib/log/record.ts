/**
 * What the log is told: one record for each line.
 *
 * @module
 */
import type { LogProperties, LogReport } from "../report/log_report.ts";

/** One of the levels of the log. */
export type Level = LogReport["level"];

/** All levels, the least important one first. */
const levels: readonly Level[] = ["debug", "info", "warning", "error"];

/** One thing that happened. */
export interface LogRecord {
  readonly level: Level;
  readonly message: string;
  /** Wall-clock time, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly properties: LogProperties;
}

/** True if `level` is as important as `limit`, or more. */
export function reaches(level: Level, limit: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(limit);
}
