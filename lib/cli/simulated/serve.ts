/**
 * `clusternode simulate --serve`: a simulated cluster in the page, in real time, with buttons.
 *
 * @module
 */
import { aborted } from "../../abort.ts";
import { systemClock } from "../../clock.ts";
import { formatAddress, isUnspecified } from "../../core/base/address.ts";
import type { Address } from "../../core/base/address.ts";
import { ListenError } from "../../core/base/errors.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { openHttp } from "../../http/open.ts";
import type { HttpServer } from "../../http/server/http.ts";
import { randomText } from "../../random_bytes.ts";
import { describeScenario } from "../../simulation/scenario.ts";
import type { Scenario } from "../../simulation/scenario.ts";
import { commandBarrier } from "../../start.ts";
import { CommandError } from "../exit_codes.ts";
import type { CliContext } from "../context.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";
import { curtainMs, scriptedCluster } from "./scripted.ts";
import { SimulatedSource } from "./simulated_source.ts";
import { Simulation } from "./simulation.ts";
import { simulationRoute } from "./simulation_route.ts";

/** What is served, and where. */
export interface ServedSimulation {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly listen: Address;
}

/** Serves the simulation until the command is interrupted. */
export async function serveSimulation(
  world: CliContext,
  served: ServedSimulation,
): Promise<number> {
  using interrupted = untilInterrupted();
  await using opened = new AsyncDisposableStack();
  const simulation = opened.use(simulationOf(world, served));
  const server = opened.use(serverOf(simulation, served.listen));
  world.writeStdout(`${wordsOf(served)}\n${urlOf(served.listen, server.port)}\n`);
  await aborted(interrupted.signal);
  return interrupted.exitCode;
}

function simulationOf(world: CliContext, { scenario, seed }: ServedSimulation): Simulation {
  using bar = new ProgressBar(world, () => systemClock.now());
  const begunAt = systemClock.wallTime();
  const cluster = scriptedCluster(scenario, { seed, begunAt }, (share) => bar.show(share, ""));
  const [first] = cluster.nodes;
  if (first === undefined) throw new TypeError("A scenario has at least one node");
  const source = new SimulatedSource(cluster, first, randomText());
  source.advance();
  return new Simulation(cluster, source, systemClock);
}

/** @throws {CommandError} if it cannot listen there */
function serverOf(simulation: Simulation, listen: Address): HttpServer {
  const parts = { clock: systemClock, barrier: commandBarrier };
  const routes = [simulationRoute(simulation)];
  try {
    return openHttp({ listen, hosts: [listen.host] }, simulation.source, {
      ...parts,
      isSimulated: true,
      routes,
    });
  } catch (error) {
    if (error instanceof ListenError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

function wordsOf({ scenario, seed }: ServedSimulation): string {
  const { nodes, profile } = scenario;
  const happens = describeScenario(scenario);
  const later = happens.length === 0
    ? ""
    : `; in ${formatDuration(curtainMs)}: ${happens.join("; ")}`;
  return `${nodes} simulated ${
    nodes === 1 ? "node" : "nodes"
  }, profile ${profile}, seed ${seed}${later}`;
}

function urlOf({ host }: Address, port: number): string {
  return `http://${formatAddress({ host: isUnspecified(host) ? "127.0.0.1" : host, port })}/`;
}
