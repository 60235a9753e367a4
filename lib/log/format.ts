/**
 * One record, one line.
 *
 * Two shapes: `18:51:29.277 [info] n1@10.0.0.2: message` for people, a JSON object per line for
 * programs. Both end with exactly one newline and contain no other, whatever the message says. Pure
 * functions: the same record gives the same line (the text shows local time, so the time zone
 * counts too).
 *
 * @module
 */

import { localTime } from "../core/base/duration.ts";
import { escapeControls } from "../core/base/escape.ts";
import { isoTime } from "../report/iso_time.ts";
import { jsonText } from "../report/json_text.ts";
import type { Level, LogRecord } from "./record.ts";

/** Shape of the lines, as in `--log-format`. */
export type LogFormat = "text" | "json";

/** What text lines show of the time: date and time, the time of day, nothing. */
export type LogTime = "full" | "time" | "none";

/** What else distinguishes the lines of one output. */
export interface LineStyle {
  /** Colours the level word of text, and nothing else. */
  readonly color?: boolean;
  /** Of text; `time` if left out. JSON always has both. */
  readonly time?: LogTime;
  /** Begins with the priority as systemd's journal reads it: `<6>`. */
  readonly priority?: boolean;
}

/** Turns a record into one line with its newline. */
export type LineFormatter = (record: LogRecord) => string;

/** The formatter for `format`. */
export function lineFormatter(format: LogFormat, style: LineStyle = {}): LineFormatter {
  const line: LineFormatter = format === "json"
    ? formatJson
    : (record) => formatText(record, style);
  return style.priority !== true
    ? line
    : (record) => `<${priorities[record.level]}>${line(record)}`;
}

const levelColors: Readonly<Record<Level, number>> = {
  debug: 90,
  info: 32,
  warning: 33,
  error: 31,
};

/** As in syslog(3), which the journal has taken over. */
const priorities: Readonly<Record<Level, number>> = {
  debug: 7,
  info: 6,
  warning: 4,
  error: 3,
};

/**
 * `HH:MM:SS.mmm [level] observer: message` with a newline: local time, control characters escaped.
 * A message that begins with the name of the observer says by itself who speaks.
 */
export function formatText(record: LogRecord, { color = false, time }: LineStyle = {}): string {
  const word = record.level;
  const level = color ? `\x1b[${levelColors[word]}m${word}\x1b[0m` : word;
  return `${timeText(record.timestamp, time)}[${level}] ${escapeControls(observedText(record))}\n`;
}

function timeText(timestamp: number, show: LogTime = "time"): string {
  if (show === "none") return "";
  const text = localTime(timestamp);
  return `${show === "full" ? text : text.slice(text.indexOf(" ") + 1)} `;
}

function observedText(record: LogRecord): string {
  const { message, properties: { observer } } = record;
  const isSaid = observer === undefined ||
    ["[", " "].some((next) => message.startsWith(`${observer}${next}`));
  return isSaid ? message : `${observer}: ${message}`;
}

/** A JSON object with a newline: see `log_report.ts`. */
export function formatJson(record: LogRecord): string {
  const { event = "note", observer, cluster, ...more } = record.properties;
  const line = jsonText({
    schema: "log.v1",
    time: isoTime(record.timestamp),
    level: record.level,
    ...{ event, observer, cluster },
    message: record.message,
    ...more,
  });
  return `${line}\n`;
}
