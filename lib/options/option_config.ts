/**
 * How JSON values of the configuration file become the texts that options are read from.
 *
 * @module
 */
import type { OptionEntry } from "./option_entry.ts";
import { quote, showGiven, withoutPasswords } from "./option_values.ts";
import type { OptionChecks, Reading } from "./option_values.ts";

/** The texts that a JSON value stands for, or why it cannot be the value of that option. */
export function configTexts(
  entry: OptionEntry,
  value: unknown,
  checks: OptionChecks,
): Reading<readonly string[]> {
  if (typeof value === "string") return { value: [value] };
  if (typeof value === "boolean" && entry.type.isSwitch) return { value: [value ? "on" : "off"] };
  if (entry.kind === "list") return listTexts(entry.fromObject === true, value);
  if (entry.type.isSwitch) return { fault: "it must be true or false" };
  if (typeof value !== "number") return { fault: "it must be a JSON string" };
  if (entry.type.numeric) return { value: [String(value)] };
  // A number where a unit is missing: the fault of the value says more than that of its type.
  const reading = entry.type.read(String(value), checks);
  return { fault: "fault" in reading ? reading.fault : "it must be a JSON string" };
}

function listTexts(fromObject: boolean, value: unknown): Reading<readonly string[]> {
  const legal = fromObject
    ? "it must be a JSON object of strings, or an array of strings"
    : "it must be a JSON string or an array of strings";
  if (Array.isArray(value)) {
    // Whoever has left out what is empty would get the default, such as a folder that all share.
    if (value.length === 0 && !fromObject) return { fault: "it is empty; leave it out" };
    return allStrings(value) ? { value } : { fault: legal };
  }
  if (!fromObject || typeof value !== "object" || value === null) return { fault: legal };
  if (!allStrings(Object.values(value))) return { fault: legal };
  // Behind the first one begins the value.
  const odd = Object.keys(value).find((key) => key.includes("="));
  if (odd !== undefined) return { fault: `its key ${quote(odd)} must be without =` };
  return { value: Object.entries(value).map(([key, text]) => `${key}=${text}`) };
}

function allStrings(values: readonly unknown[]): values is readonly string[] {
  return values.every((value) => typeof value === "string");
}

/** A JSON value as a message may show it. */
export function showConfigValue(entry: OptionEntry, value: unknown): string {
  if (entry.type.secret) return "(not shown)";
  if (typeof value === "string") return showGiven(entry.type, value);
  const { shown = withoutPasswords } = entry.type;
  // A program can give numbers that JSON has not.
  const json = shown(typeof value === "number" ? `${value}` : JSON.stringify(value) ?? "undefined");
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
