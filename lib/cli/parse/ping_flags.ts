/**
 * The flags of `clusternode ping`; those that ping(8) has are called as they are there.
 *
 * @module
 */
import { count, parseDuration } from "../../options/option_values.ts";
import type { ValueType } from "../../options/option_values.ts";

/** Longest time that one of them can say, in milliseconds: a day. */
const timeMaxMs = 24 * 3_600_000;

/** A duration, or as for ping(8) a number of seconds; in milliseconds. */
function seconds(minMs: number): ValueType<number> {
  return {
    placeholder: "time",
    read(text) {
      const value = parseDuration(/^\d*\.?\d+$/.test(text) ? `0${text}s` : text);
      return value !== undefined && value >= minMs && value <= timeMaxMs
        ? { value }
        : { fault: `it must be from ${minMs}ms to 24h, such as 0.2 (seconds), 200ms or 1m30s` };
    },
  };
}

/** All of them. */
export const pingFlags = {
  count: {
    flag: "--count",
    short: "-c",
    type: count(1, 1_000_000),
    defaultText: "until interrupted",
    help: "how many pings",
  },
  intervalMs: {
    flag: "--interval",
    short: "-i",
    type: seconds(10),
    defaultText: "1s",
    help: "time between two pings of a node, also in seconds: 0.2",
  },
  deadlineMs: {
    flag: "--deadline",
    short: "-w",
    type: seconds(10),
    defaultText: "none",
    help: "end after this time, however many pings were answered, also in seconds: 5",
  },
  quiet: { flag: "--quiet", short: "-q", help: "only the summary" },
  json: { flag: "--json", help: "as JSON, one object a line" },
} as const;
