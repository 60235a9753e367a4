/**
 * Clusters in the states in which people see them: what is shown over HTTP is tried, drawn and looked
 * at with these.
 *
 * Each is a simulated cluster that went through what its name says, so that words and numbers are
 * those of the core. Equal states are equal in every run.
 *
 * @module
 */
import type { MemberService } from "../../lib/core/members/service.ts";
import { SimulatedCluster } from "../../lib/cli/simulated/simulated_cluster.ts";
import { SimulatedSource } from "../../lib/cli/simulated/simulated_source.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import type { ClusterSource } from "../../lib/http/source.ts";

/** A cluster in a state, and the view that is shown of it. */
export interface Fixture {
  readonly cluster: SimulatedCluster;
  readonly source: SimulatedSource;
}

/** What the wall clock shows when a fixture's virtual time begins. */
export const fixtureBegunAt = Date.UTC(2026, 2, 10, 8, 51, 29);

/** How long nodes are left alone after their start, until links have learned, in milliseconds. */
const settledMs = 15_000;

const services: readonly (MemberService | undefined)[] = [
  { state: "ready", reason: "tcp:8080 accepts connections", port: 8080 },
  { state: "starting", reason: "it has not said that it is ready", port: 8080 },
  { state: "failing", reason: "it ended with exit code 1, for the third time within a minute" },
  { state: "draining", reason: "its node leaves", port: 8080 },
  undefined,
  { state: "stopped", reason: "it ended with exit code 0", port: 8080 },
];

const makers = {
  /** A cluster of one. */
  "empty": () => settled(1),
  /** The registry is away, and the node has not joined. */
  "starting": () => {
    const cluster = empty();
    cluster.world.registry.awayBecause = "connection refused";
    return shown(cluster, 3000);
  },
  /** All is well. */
  "five": () => settled(5),
  /** The node that is asked is unplugged. */
  "isolated": () => {
    const fixture = settled(5);
    fixture.cluster.unplug(node(fixture, 1));
    return after(fixture, 20_000);
  },
  /** One of six is killed. */
  "one-dead": () => {
    const fixture = settled(6);
    fixture.cluster.kill(node(fixture, 3));
    return after(fixture, 45_000);
  },
  /** Of ten, some are killed, one is frozen, one unplugged. */
  "half-dead": () => {
    const fixture = settled(10);
    const { cluster } = fixture;
    for (const number of [3, 6]) cluster.kill(node(fixture, number));
    after(fixture, 20_000);
    node(fixture, 7).freeze();
    cluster.kill(node(fixture, 9));
    cluster.unplug(node(fixture, 10));
    return after(fixture, 60_000);
  },
  /** A link that works in one direction, a broken pair and a dead node among fifty. */
  "fifty": () => {
    const fixture = settled(50);
    const { cluster } = fixture;
    cluster.cut(node(fixture, 20), node(fixture, 30));
    cluster.kill(node(fixture, 41));
    return oneWay(after(fixture, 30_000), node(fixture, 4), node(fixture, 9));
  },
  /** A few of five hundred are gone. */
  "five-hundred": () => {
    const fixture = settled(500, 6000);
    for (const number of [77, 242, 333]) fixture.cluster.kill(node(fixture, number));
    return after(fixture, 6000);
  },
  /** Members with services in every state, and one with none. */
  "services": () => {
    const cluster = empty();
    for (const service of services) cluster.add({ service });
    return shown(cluster, settledMs);
  },
} as const satisfies Readonly<Record<string, () => Fixture>>;

/** A state in which a cluster is shown. */
export type FixtureState = keyof typeof makers;

/** All of them. */
export const fixtureStates = Object.keys(makers) as readonly FixtureState[];

/** A cluster in that state, and its view; `advance` of the view tells of what is done to it. */
export function fixture(state: FixtureState): Fixture {
  return makers[state]();
}

/** The view of a cluster in that state; its time stands still. */
export function fixtureSource(state: FixtureState): ClusterSource {
  return fixture(state).source;
}

/** Lets virtual time pass in it, and tells who watches. */
export function after(fixture: Fixture, passedMs: number): Fixture {
  fixture.cluster.world.run(passedMs);
  fixture.source.advance();
  return fixture;
}

/** The `number`th node of a fixture, from 1 on. */
export function node({ cluster }: Fixture, number: number): SimNode {
  const found = cluster.nodes[number - 1];
  if (found === undefined) throw new RangeError(`There is no node ${number}`);
  return found;
}

function empty(): SimulatedCluster {
  return new SimulatedCluster({ seed: 17, latencyMs: 0.2, begunAt: fixtureBegunAt });
}

function settled(count: number, passedMs = settledMs): Fixture {
  const cluster = empty();
  for (let number = 1; number < count; number++) cluster.add();
  return shown(cluster, passedMs);
}

/** Pings of `from` to `to` fail, those the other way are answered: no network of a simulation does so. */
function oneWay({ cluster, source }: Fixture, from: SimNode, to: SimNode): Fixture {
  const links = source.links.bind(source);
  source.links = async () =>
    (await links()).map((report) =>
      report.name !== from.core.name ? report : {
        ...report,
        links: report.links?.map((link) =>
          link.name !== to.core.name ? link : { ...link, kind: "no-answer", roundTripUs: undefined }
        ),
      }
    );
  return { cluster, source };
}

/** Starts a last node in `cluster`, and shows it as its first one sees it. */
function shown(cluster: SimulatedCluster, passedMs: number): Fixture {
  const last = cluster.add();
  const source = new SimulatedSource(cluster, cluster.nodes[0] ?? last, "5eed".repeat(8));
  return after({ cluster, source }, passedMs);
}
