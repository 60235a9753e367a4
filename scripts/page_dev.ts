/**
 * Serves the page as its sources are now, bundled anew each time that it is loaded:
 * `deno task page:dev`.
 *
 * What it shows is a cluster of the fixtures, which goes on living and can be meddled with, or any
 * running node.
 *
 * Options: `--state <name>` one of the fixtures (`tests/http/fixtures.ts`), `five` if left out;
 * `--to <url>` a node with `--http` instead; `--port <number>`, 8099 if left out.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { Simulation } from "../lib/cli/simulated/simulation.ts";
import { simulationRoute } from "../lib/cli/simulated/simulation_route.ts";
import { systemClock } from "../lib/clock.ts";
import { openHttp } from "../lib/http/open.ts";
import { commandBarrier } from "../lib/start.ts";
import { fixture, fixtureStates } from "../tests/http/fixtures.ts";
import type { FixtureState } from "../tests/http/fixtures.ts";
import { bundlePage } from "./page.ts";

const { values: { state, to, port } } = parseArgs({
  options: {
    state: { type: "string", default: "five" },
    to: { type: "string" },
    port: { type: "string", default: "8099" },
  },
});

/** Shows the fixture, alive; returns where. */
function showFixture(name: string): string {
  if (!fixtureStates.includes(name as FixtureState)) {
    throw new RangeError(`--state must be one of ${fixtureStates.join(", ")}`);
  }
  const { cluster, source } = fixture(name as FixtureState);
  const simulation = new Simulation(cluster, source, systemClock);
  const server = openHttp({ listen: { host: "127.0.0.1", port: 0 }, hosts: [] }, source, {
    clock: systemClock,
    barrier: commandBarrier,
    isSimulated: true,
    routes: [simulationRoute(simulation)],
  });
  return `http://127.0.0.1:${server.port}/`;
}

async function servePage(): Promise<Response> {
  const { html, scriptHash, styleHash } = await bundlePage();
  const policy = [
    ...["default-src 'none'", "connect-src 'self'", "img-src data:"],
    ...[`script-src '${scriptHash}'`, `style-src '${styleHash}'`],
  ];
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
    },
  });
}

const target = new URL(to ?? showFixture(state));
Deno.serve({ port: Number(port), hostname: "127.0.0.1" }, (request) => {
  const { pathname, search } = new URL(request.url);
  if (pathname === "/") return servePage();
  const { method, body, signal } = request;
  // The node checks who is asked, and from where; here that is this program.
  const headers = new Headers(request.headers);
  for (const name of ["host", "origin", "referer"]) headers.delete(name);
  return fetch(new URL(pathname + search, target), { method, headers, body, signal });
});
