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

/** Shape of the lines, as in `--log-format`. */
export type LogFormat = "text" | "json";

/** Turns a record into one line with its newline. */
export type LineFormatter = (record: LogRecord) => string;

/** The formatter for `format`; `color` colours the level word of `text` and nothing else. */
export function lineFormatter(format: LogFormat, color = false): LineFormatter {
  return format === "json" ? formatJson : (record) => formatText(record, color);
}

const levelColors: Readonly<Partial<Record<LogLevel, number>>> = {
  debug: 90,
  info: 32,
  warning: 33,
  error: 31,
};

/** `HH:MM:SS.mmm [level] message`, local time, control characters escaped, with a newline. */
export function formatText(record: LogRecord, color = false): string {
  const at = new Date(record.timestamp);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  const fraction = String(at.getMilliseconds()).padStart(3, "0");
  const word = record.level;
  const level = color ? `\x1b[${levelColors[word]}m${word}\x1b[0m` : word;
  return `${time}.${fraction} [${level}] ${escapeControls(messageOf(record))}\n`;
}

/**
 * A JSON object with a newline: `time` (ISO 8601, UTC, milliseconds), `level`, `message`, then the
 * properties of the record. A property that has one of these three names gets `_` appended.
 */
export function formatJson(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString();
  const message = JSON.stringify(messageOf(record));
  let json = `{"time":"${time}","level":"${record.level}","message":${message}`;
  // Assembled by hand: an object would put integer-like keys first and take "__proto__" literally.
  for (const [key, value] of Object.entries(record.properties)) {
    const text = JSON.stringify(value);
    if (text === undefined) continue;
    json += `,${JSON.stringify(reserved.has(key) ? `${key}_` : key)}:${text}`;
  }
  return escapeJson(`${json}}`) + "\n";
}

const reserved: ReadonlySet<string> = new Set(["time", "level", "message"]);

function messageOf({ message }: LogRecord): string {
  return message.join("");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
