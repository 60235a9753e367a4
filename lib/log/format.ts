/**
 * One record, one line.
 *
 * Two shapes: `18:51:29.277 [info] message` for people, a JSON object per line for programs. Both
 * end with exactly one newline and contain no other, whatever the message says. Pure functions:
 * the same record gives the same line (the text shows local time, so the time zone counts too).
 *
 * @module
 */

import type { LogLevel, LogRecord } from "@logtape/logtape";
import { escapeControls, escapeJson } from "../core/base/escape.ts";
import { toJson } from "./json.ts";

/** Shape of the lines, as in `--log-format`. */
export type LogFormat = "text" | "json";

/** KeyedMutex a record into one line with its newline. */
export type LineFormatter = (record: LogRecord) => string;

/** The formatter for `format`; `color` colours the level word of `text` and nothing else. */
export function lineFormatter(format: LogFormat, color = false): LineFormatter {
  if (format === "json") return formatJson;
  return color ? (record) => formatText(record, true) : (record) => formatText(record);
}

/** `HH:MM:SS.mmm [level] message`, local time, control characters escaped, with a newline. */
export function formatText(record: LogRecord, color = false): string {
  const at = dateOf(record);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${
    String(at.getMilliseconds()).padStart(3, "0")
  }`;
  const word = levelWord(record.level);
  const level = color ? `\x1b[${levelColor[word]}m${word}\x1b[0m` : word;
  return `${time} [${level}] ${escapeControls(messageText(record))}\n`;
}

/**
 * A JSON object with a newline: `time` (ISO 8601, UTC, milliseconds), `level`, `message`, then the
 * properties of the record. A property that has one of these three names gets `_` appended.
 */
export function formatJson(record: LogRecord): string {
  let json = `{"time":"${dateOf(record).toISOString()}","level":"${levelWord(record.level)}",` +
    `"message":${JSON.stringify(messageText(record))}`;
  // Assembled by hand: an object would put integer-like keys first and take "__proto__" literally.
  for (const key of Object.keys(record.properties)) {
    const value = propertyJson(record.properties, key);
    if (value === undefined) continue;
    json += `,${JSON.stringify(reserved.has(key) ? `${key}_` : key)}:${value}`;
  }
  return escapeJson(`${json}}`) + "\n";
}

const reserved: ReadonlySet<string> = new Set(["time", "level", "message"]);

/** The words of the log: LogTape's other two levels count as their neighbours. */
type LevelWord = "debug" | "info" | "warning" | "error";

const levelColor: Record<LevelWord, number> = { debug: 90, info: 32, warning: 33, error: 31 };

function levelWord(level: LogLevel): LevelWord {
  switch (level) {
    case "trace":
    case "debug":
      return "debug";
    case "info":
    case "warning":
      return level;
    default:
      // "error" and "fatal"; a foreign record with garbage for a level is not to be overlooked.
      return "error";
  }
}

/** A record of somebody else may hold any number; a date that does not exist cannot be shown. */
function dateOf(record: LogRecord): Date {
  const date = new Date(record.timestamp);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}

/** The message with its values: LogTape keeps text and values in turns. */
function messageText(record: LogRecord): string {
  if (record.message.length === 1) return textOf(record.message[0]);
  return record.message.map(textOf).join("");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : toJson(value) ?? String(value);
}

function propertyJson(properties: Record<string, unknown>, key: string): string | undefined {
  try {
    return toJson(properties[key]);
  } catch {
    // A getter of the caller's failed.
    return '"[unreadable]"';
  }
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
