/**
 * All that a node shows, put together: each part has a line here.
 *
 * @module
 */
import { openApiRoute } from "./api/open_api_route.ts";
import { apiRoutes } from "./api/routes.ts";
import type { ApiParts } from "./api/routes.ts";
import { metricsRoutes } from "./metrics/routes.ts";
import type { MetricsRoutesParts } from "./metrics/routes.ts";
import { pageRoute } from "./page_route.ts";
import type { Route } from "./route.ts";

/** What all parts show. */
export interface ShownParts extends ApiParts, MetricsRoutesParts {
  /** More that can be asked for: how a simulation is steered. */
  readonly routes?: readonly Route[];
}

/** All paths. */
export function allRoutes(parts: ShownParts): readonly Route[] {
  const routes: readonly Route[] = [
    ...apiRoutes(parts),
    ...metricsRoutes(parts),
    pageRoute(),
    openApiRoute(() => routes, parts.source),
    ...parts.routes ?? [],
  ];
  return routes;
}
