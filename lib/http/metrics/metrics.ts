/**
 * What a node answers to `/metrics`.
 *
 * @module
 */
import type { NodeMeter } from "../../node/meter.ts";
import type { HttpDocument } from "../server/http.ts";
import type { ClusterSource } from "../source.ts";
import { formatFor } from "./accept.ts";
import { contentTypes, exposition } from "./exposition.ts";
import type { Format } from "./exposition.ts";
import { metrics } from "./metric_table.ts";
import type { Shown } from "./metric_table.ts";
import { shownPeers } from "./peers.ts";
import type { ProcessFigures } from "./process_figures.ts";

/** Where figures come from. */
export interface MetricsParts {
  readonly source: Pick<ClusterSource, "members" | "registries" | "standing" | "startedAt">;
  /** A simulated node has none. */
  readonly counting: NodeMeter | undefined;
  readonly build: Shown["build"];
  readonly processFigures: () => ProcessFigures;
}

/** All figures as they are now, in the format that the header `Accept` of a request prefers. */
export function metricsAnswer(parts: MetricsParts, accept: string | undefined): HttpDocument {
  const format = formatFor(accept);
  const headers = { "Content-Type": contentTypes[format] };
  return { status: 200, headers, body: metricsText(parts, format) };
}

/** All figures as they are now. */
export function metricsText(
  { source, counting, build, processFigures }: MetricsParts,
  format: Format,
): string {
  const members = source.members();
  const shown: Shown = {
    ...{ source, counting, build, members },
    standing: source.standing(),
    peers: shownPeers(members),
    process: processFigures(),
  };
  return exposition(metrics.map((metric) => [metric, metric.samples(shown)]), format);
}
