/**
 * What a line of the log can be about, beside the changes of members, and how grave it can be.
 *
 * @module
 */

/** The values of `event` in the log that are no changes. */
export const logEvents = [
  /** The status line. */
  "status",
  /** Worth knowing; nothing follows from it for programs. */
  "note",
  /** This node listens, and is about to join. */
  "starting",
  /** The start failed; the process ends. */
  "start-failed",
  /** This node says goodbye. */
  "leaving",
  /** This node has ended. */
  "stopped",
  /** A connection was rejected. */
  "rejected",
  /** Something in the registry is no row. */
  "foreign-entry",
  /** A fault of this program. */
  "fault",
  /** The file of the log cannot be written, or can again. */
  "log-file",
  /** Lines of the log are missing here. */
  "log-gap",
] as const;

/** One of them. */
export type LogEvent = typeof logEvents[number];

/** Levels of the log, from chatty to grave. */
export const logLevels = ["debug", "info", "warning", "error"] as const;
