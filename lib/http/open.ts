/**
 * Shows a cluster over HTTP: the server, loaded only where that is wished, and all that can be asked
 * for, loaded when somebody asks.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import type { Address } from "../core/base/address.ts";
import { healthRoutes } from "./api/health_routes.ts";
import { pageHashes } from "./page_hashes.ts";
import { RouteTable } from "./route.ts";
import type { ShownParts } from "./routes.ts";
import type { HttpServer } from "./server/http.ts";
import { openServer } from "./server/open_server.ts";
import type { ClusterSource } from "./source.ts";

/** Where a cluster is shown, and to whom. */
export interface HttpOptions {
  /** Port 0 takes any that is free. */
  readonly listen: Address;
  /** What readers have to know; `undefined` if whoever reaches the port may read. */
  readonly token?: string | undefined;
  /** Names of this host, besides IP addresses and `localhost`. */
  readonly hosts: readonly string[];
}

/** What it is shown with. */
export interface HttpParts extends Omit<ShownParts, "source"> {
  readonly clock: Clock;
  readonly barrier: Barrier;
}

/**
 * Opens the server that shows `source`; closed, it shows nothing any more.
 *
 * @throws {ListenError} if it cannot listen there; the message names the address and the reason
 */
export function openHttp(
  { listen, token, hosts }: HttpOptions,
  source: ClusterSource,
  { clock, barrier, ...parts }: HttpParts,
): HttpServer {
  const routesOfHealth = healthRoutes(source);
  const health = new RouteTable(routesOfHealth);
  let table: Promise<RouteTable> | undefined;
  // A start must not take longer, and no memory, for what may never be asked for.
  const load = async (): Promise<RouteTable> => {
    const { allRoutes } = await import("./routes.ts");
    return new RouteTable(allRoutes({ ...parts, source, clock }));
  };
  return openServer({
    listen,
    handler: async (request) =>
      await (health.has(request.path) ? health : await (table ??= load())).answer(request),
    security: {
      hosts,
      token,
      openPaths: ["/livez", "/readyz"],
      healthPaths: routesOfHealth.map(({ path }) => path),
      allowsPost: parts.routes?.some(({ post }) => post !== undefined) === true,
      scriptHashes: [pageHashes.scriptHash],
      styleHashes: [pageHashes.styleHash],
    },
    parts: { clock, barrier },
  });
}
