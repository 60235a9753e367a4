/**
 * Which of the two formats of figures a client would rather have.
 *
 * @module
 */
import type { Format } from "./exposition.ts";

/** The type of each format. */
export const mediaTypes: Readonly<Record<Format, string>> = {
  text: "text/plain",
  openmetrics: "application/openmetrics-text",
};

/**
 * The format that `accept`, the header of a request, prefers. OpenMetrics has to be asked for by name;
 * who asks for neither gets text, as does who has no preference.
 */
export function formatFor(accept: string | undefined): Format {
  const ranges = (accept ?? "").split(",").map(readRange);
  const named = weightOf(ranges, mediaTypes.openmetrics);
  const plain = weightOf(ranges, mediaTypes.text) ?? weightOf(ranges, "text/*") ??
    weightOf(ranges, "*/*");
  return (named ?? 0) > (plain ?? 0) ? "openmetrics" : "text";
}

/** A media type, or a range of them, and how much it is wanted: 0 not at all … 1. */
interface MediaRange {
  readonly type: string;
  readonly weight: number;
}

function readRange(text: string): MediaRange {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="));
  const weight = quality === undefined ? 1 : Number(quality.slice("q=".length));
  // What is no number is no wish.
  return { type, weight: weight >= 0 && weight <= 1 ? weight : 0 };
}

/** The highest weight that stands beside exactly `type`; Prometheus names one per version. */
function weightOf(ranges: readonly MediaRange[], type: string): number | undefined {
  const weights = ranges.filter((range) => range.type === type).map(({ weight }) => weight);
  return weights.length === 0 ? undefined : Math.max(...weights);
}
