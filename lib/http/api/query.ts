/**
 * What stands behind the question mark.
 *
 * @module
 */
import { parseDuration } from "../../options/option_values.ts";
import { QueryFault } from "../route.ts";

/**
 * The whole number `key`; `undefined` if it is not given.
 *
 * @throws {QueryFault} if it is none
 */
export function wholeNumber(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (text === null) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (value === undefined) throw new QueryFault(`"${key}" must be a whole number`);
  return value;
}

/**
 * The duration `key` in milliseconds; `undefined` if it is not given.
 *
 * @param most the longest that is legal, as it is written
 * @throws {QueryFault} if it is none, or longer
 */
export function durationMs(
  query: URLSearchParams,
  key: string,
  most: string,
): number | undefined {
  const text = query.get(key);
  if (text === null) return undefined;
  const value = parseDuration(text);
  if (value === undefined || value > (parseDuration(most) ?? 0)) {
    throw new QueryFault(
      `"${key}" must be a duration with a unit, such as 30s, of at most ${most}`,
    );
  }
  return value;
}
