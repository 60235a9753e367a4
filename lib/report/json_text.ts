/**
 * A value for programs as text.
 *
 * @module
 */
import { escapeJson } from "../core/base/escape.ts";
import type { Report } from "./reports.ts";

/** JSON on one line, without a line break; what a terminal would obey is escaped. */
export function jsonText(report: Report): string {
  return escapeJson(JSON.stringify(report));
}
