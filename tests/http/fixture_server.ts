/**
 * Fixtures over HTTP, as a node shows them: what is done to a cluster is seen at once by whoever
 * looks at it.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { Simulation } from "../../lib/cli/simulated/simulation.ts";
import { simulationRoute } from "../../lib/cli/simulated/simulation_route.ts";
import { openHttp } from "../../lib/http/open.ts";
import type { HttpServer } from "../../lib/http/server/http.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { after, fixture } from "./fixtures.ts";
import type { Fixture, FixtureState } from "./fixtures.ts";

/** What differs from how fixtures are served by default. */
export interface FixtureServerOptions {
  /** 0 for any that is free. */
  readonly port?: number;
  /** True to serve it as a simulation that is steered from the page; its time stands still. */
  readonly isSimulated?: boolean;
}

/** A fixture that is served. */
export class FixtureServer implements AsyncDisposable {
  readonly fixture: Fixture;
  readonly port: number;
  readonly #server: HttpServer;
  readonly #simulation: Simulation | undefined;

  /** @param served in which state, or a fixture that is there already */
  constructor(served: FixtureState | Fixture, options: FixtureServerOptions = {}) {
    const { port = 0, isSimulated = false } = options;
    this.fixture = typeof served === "string" ? fixture(served) : served;
    const { cluster, source } = this.fixture;
    if (isSimulated) {
      this.#simulation = new Simulation(cluster, source, systemClock);
      this.#simulation.paused = true;
    }
    const routes = this.#simulation === undefined ? [] : [simulationRoute(this.#simulation)];
    const parts = { clock: systemClock, barrier: loudBarrier, isSimulated, routes };
    const listen = { host: "127.0.0.1", port };
    this.#server = openHttp({ listen, hosts: [] }, source, parts);
    this.port = this.#server.port;
  }

  /** Where the page is. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Does something to the cluster and lets so much virtual time pass at once. */
  change(act: (fixture: Fixture) => void, passedMs: number): void {
    act(this.fixture);
    after(this.fixture, passedMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#simulation?.[Symbol.dispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}
