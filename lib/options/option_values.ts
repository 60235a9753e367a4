/**
 * How the text of an option becomes a value: durations, sizes, counts, choices, plain text.
 *
 * Users write `1m30s` and `64KiB`; the program wants whole milliseconds and bytes. Each kind of
 * value also knows how to say what is legal, so that a fault always tells how to mend it.
 *
 * @module
 */
import { encodeUtf8 } from "../core/base/text.ts";

/** What became of a text: the value, or what is wrong with it as a clause that begins with "it". */
export type Reading<T> = { readonly value: T } | { readonly fault: string };

/** Knowledge that the core does not have itself, and is handed for checking options. */
export interface OptionChecks {
  /** Why a registry URL cannot be used, as a clause that begins with "it", or `undefined`. */
  registryUrlFault(url: string): string | undefined;
}

/** What stands in a text where its bytes were no UTF-8. */
const replacement = "\uFFFD";

/** What is wrong with any text that has lost bytes on its way here, or `undefined`. */
export function encodingFault(text: string): string | undefined {
  return text.includes(replacement) ? "it is not UTF-8" : undefined;
}

/** A kind of value that an option can have. */
export interface ValueType<T> {
  /** Stands for the value in help texts: `time` is shown as `<time>`. */
  readonly placeholder: string;
  /** Every legal text, if they are few. */
  readonly choices?: readonly string[];
  /** What a shell may complete the value with. */
  readonly completion?: "file" | "node";
  /** The value is not to be shown in messages. */
  readonly secret?: boolean;
  /** What of a text that is not legal may be shown; by default all but the passwords of URLs. */
  readonly shown?: (text: string) => string;
  /** Its flag stands alone, without a value, and JSON booleans are taken. */
  readonly isSwitch?: boolean;
  /** A JSON number is taken as well as a text. */
  readonly numeric?: boolean;
  /** Reads one text. Never throws. */
  read(text: string, checks: OptionChecks): Reading<T>;
}

const durationUnitsMs = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const durationPattern =
  /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;

/**
 * `text` as whole milliseconds: `250ms`, `1s`, `1.5s`, `1m30s`, `2h`, or `0`.
 * Units are required, larger ones first.
 *
 * @returns `undefined` if it is not a duration
 */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const match = text === "" ? null : durationPattern.exec(text);
  if (!match) return undefined;
  const factorsMs = Object.values(durationUnitsMs);
  return Math.round(
    factorsMs.reduce((sumMs, unitMs, index) => sumMs + Number(match[index + 1] ?? 0) * unitMs, 0),
  );
}

const sizeUnits: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/**
 * `text` as whole bytes: `500B`, `10MB` (10^6), `64KiB` (2^10). A unit is required, its case is not
 * looked at.
 *
 * @returns `undefined` if it is not a size
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kmg]?i?b)$/i.exec(text);
  const unit = sizeUnits[match?.[2]?.toLowerCase() ?? ""];
  return match && unit ? Math.round(Number(match[1]) * unit) : undefined;
}

/** A duration from `min` to `max`, both written as durations; the value is in milliseconds. */
export function duration(min: string, max: string): ValueType<number> {
  const legal =
    `it must be a duration from ${min} to ${max} with a unit, such as 250ms, 1s or 1m30s`;
  return ranged("time", legal, parseDuration, min, max);
}

/** As {@linkcode duration}, or the word `none`, which gives `undefined`. */
export function durationOrNone(min: string, max: string): ValueType<number | undefined> {
  const { read } = duration(min, max);
  return {
    placeholder: "time|none",
    read(text, checks) {
      if (text === "none") return { value: undefined };
      const reading = read(text, checks);
      return "value" in reading ? reading : { fault: `${reading.fault}, or the word none` };
    },
  };
}

/** A size from `min` to `max`, both written as sizes; the value is in bytes. */
export function size(min: string, max: string): ValueType<number> {
  const legal = `it must be a size from ${min} to ${max} with a unit, such as 10MB or 64KiB`;
  return ranged("size", legal, parseSize, min, max);
}

/** A whole number from `min` to `max`. */
export function count(min: number, max: number): ValueType<number> {
  const parse = (text: string): number | undefined => /^\d+$/.test(text) ? Number(text) : undefined;
  const legal = `it must be a whole number from ${min} to ${max}`;
  return { ...ranged("count", legal, parse, String(min), String(max)), numeric: true };
}

function ranged(
  placeholder: string,
  legal: string,
  parse: (text: string) => number | undefined,
  min: string,
  max: string,
): ValueType<number> {
  const [least, most] = [parse(min) ?? NaN, parse(max) ?? NaN];
  return {
    placeholder,
    read(text) {
      const value = parse(text);
      return value !== undefined && value >= least && value <= most ? { value } : { fault: legal };
    },
  };
}

/** A share as a percentage from `least` to `most`: `5%`, `0.5%`; the value is 0 … 1. */
export function percent(least: number, most: number): ValueType<number> {
  return {
    placeholder: "percent",
    read(text) {
      const match = /^(\d+(?:\.\d+)?)%$/.exec(text);
      const value = Number(match?.[1] ?? NaN);
      return value >= least && value <= most
        ? { value: value / 100 }
        : { fault: `it must be a percentage from ${least}% to ${most}%, such as 5%` };
    },
  };
}

/** One of a few words. */
export function choice<const T extends string>(...choices: readonly T[]): ValueType<T> {
  return {
    placeholder: choices.join("|"),
    choices,
    read(text) {
      const value = choices.find((one) => one === text);
      return value ? { value } : { fault: `it must be one of ${choices.join(", ")}` };
    },
  };
}

/** On or off; the flag alone means on. */
export const onOff: ValueType<boolean> = {
  placeholder: "on|off",
  choices: ["on", "off"],
  isSwitch: true,
  read(text) {
    if (["on", "true", "yes", "1"].includes(text)) return { value: true };
    if (["off", "false", "no", "0"].includes(text)) return { value: false };
    return { fault: "it must be on or off" };
  },
};

/** Longest path of a file, in bytes; that of Linux. */
export const pathMaxBytes = 4096;

/** The path of a file. */
export const path: ValueType<string> = {
  placeholder: "path",
  completion: "file",
  read: (text) => readPath(text, "it must be the path of a file"),
};

/** The path of a file, or the word `none`, which gives `undefined`. */
export const pathOrNone: ValueType<string | undefined> = {
  placeholder: "path|none",
  completion: "file",
  read: (text) =>
    text === "none"
      ? { value: undefined }
      : readPath(text, "it must be the path of a file, or the word none"),
};

function readPath(text: string, legal: string): Reading<string> {
  const fits = text !== "" && !text.includes("\0") && encodeUtf8(text).length <= pathMaxBytes;
  return fits ? { value: text } : { fault: legal };
}

/** `text` in quotes for a message, control characters escaped, cut if it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** How a message shows what was given for an option. */
export function showGiven({ secret, shown = withoutPasswords }: ShownType, text: string): string {
  return secret === true ? "(not shown)" : quote(shown(text));
}

/** What of a kind of value decides how it is shown. */
type ShownType = Pick<ValueType<unknown>, "secret" | "shown">;

/** `text` with the passwords of URLs in it made unreadable, also of those that are misspelt. */
export function withoutPasswords(text: string): string {
  return text
    // Who logs in without a password may do so with a token.
    .replace(/:\/\/[^\s:@\/?#]+@/g, "://***@")
    .replace(/:(?!\/\/)\S*@/g, ":***@")
    .replace(/([?&][^=&\s]*(?:password|secret|token|key)[^=&\s]*=)[^&\s"]*/gi, "$1***");
}
