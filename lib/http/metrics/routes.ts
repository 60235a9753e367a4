/**
 * What Prometheus asks for.
 *
 * @module
 */
import type { NodeMeter } from "../../node/meter.ts";
import { buildInfo } from "../../version.ts";
import type { Route } from "../route.ts";
import type { HttpAnswer, HttpDocument, HttpRequest } from "../server/http.ts";
import { SharedBody } from "../server/shared_body.ts";
import type { ClusterSource } from "../source.ts";
import { mediaTypes } from "./accept.ts";
import { metricsAnswer } from "./metrics.ts";
import { processFigures } from "./process_figures.ts";
import { discoveryAnswer, targetGroupsSchema } from "./service_discovery.ts";

/** What it is told. */
export interface MetricsRoutesParts {
  readonly source: ClusterSource;
  /** The node that is shown; left out by a simulated one, which counts nothing. */
  readonly counting?: NodeMeter | undefined;
}

/** Both paths. */
export function metricsRoutes({ source, counting }: MetricsRoutesParts): readonly Route[] {
  const parts = { source, counting, build: buildInfo(), processFigures };
  return [
    {
      path: "/metrics",
      summary: "figures for Prometheus, as its text or as OpenMetrics",
      types: [mediaTypes.text, mediaTypes.openmetrics],
      answer: (request) => packed(metricsAnswer(parts, request.header("accept")), request),
    },
    {
      path: "/v1/sd/prometheus",
      summary: "the members as targets, for http_sd_configs of Prometheus",
      query: {
        port: "where the targets are; left out: at the port of their service",
        service: "only members that say so of their service",
        "tag.KEY": "only members whose tag KEY has that value",
      },
      shape: targetGroupsSchema,
      answer: (request) => packed(discoveryAnswer(source, request.query), request),
    },
  ];
}

/** A good answer as gzip, if it is worth that and the client takes it, as Prometheus does. */
function packed(
  answer: HttpDocument,
  request: HttpRequest,
): HttpAnswer | Promise<HttpAnswer> {
  const { status, headers = {}, body } = answer;
  if (status !== 200 || typeof body !== "string") return answer;
  return SharedBody.ofText(body).answer(request, headers);
}
