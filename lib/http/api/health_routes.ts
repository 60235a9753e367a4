/**
 * How the node is, for those who look after it: asked the most often, so answered without what all
 * other answers are made of, and nothing of that is loaded while nobody else asks.
 *
 * @module
 */
import { isoTime } from "../../report/iso_time.ts";
import type { Route } from "../route.ts";
import type { ClusterSource } from "../source.ts";
import { livez, readyz } from "./health.ts";
import { jsonDocument } from "./json.ts";

/** The paths of those who start nodes again, or send them work. */
export function healthRoutes(source: ClusterSource): readonly Route[] {
  return [
    {
      path: "/livez",
      summary: "whether the node runs, as a sentence",
      types: ["text/plain"],
      answer: () => livez(source),
    },
    {
      path: "/readyz",
      summary: "whether the node is a member and can be relied on, as a sentence; 503 if it is not",
      types: ["text/plain"],
      answer: () => readyz(source),
    },
    {
      path: "/v1/health",
      summary: "whether the node works, and why",
      schemas: ["health.v1"],
      answer: () => {
        const { name, cluster } = source;
        const { healthy, reason } = source.health();
        const time = isoTime(source.now());
        return jsonDocument({ schema: "health.v1", time, name, cluster, healthy, reason });
      },
    },
  ];
}
