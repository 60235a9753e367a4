/**
 * Answers in JSON.
 *
 * @module
 */
import { jsonText } from "../../report/json_text.ts";
import type { Report } from "../../report/reports.ts";
import type { HttpDocument } from "../server/http.ts";

/** One report, or one on each line. */
export function jsonDocument(
  report: Report | readonly Report[],
  headers: Readonly<Record<string, string>> = {},
): HttpDocument {
  const isMany = Array.isArray(report);
  const all: readonly Report[] = isMany ? report : [report as Report];
  return {
    status: 200,
    headers: { "Content-Type": isMany ? ndjsonType : jsonType, ...headers },
    body: all.map((one) => `${jsonText(one)}\n`).join(""),
  };
}

export const jsonType = "application/json";
export const ndjsonType = "application/x-ndjson";
