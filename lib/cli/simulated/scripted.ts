/**
 * A simulated cluster in which a scenario is about to be played: it has come together, and what is to
 * happen to it happens a little later, when there is somebody to see it.
 *
 * @module
 */
import { profileTimings } from "../../core/base/profile.ts";
import { seededRandom, shuffled } from "../../core/base/random.ts";
import { erringTime } from "../../simulation/erring_clock.ts";
import { breakRegistry } from "../../simulation/registry_faults.ts";
import type { Scenario } from "../../simulation/scenario.ts";
import type { SimNode } from "../../simulation/sim_node.ts";
import { SimulatedCluster } from "./simulated_cluster.ts";

/** Until what happens happens, in milliseconds of virtual time. */
export const curtainMs = 10_000;

/** Longest wait for the cluster to come together, in milliseconds of virtual time. */
const patienceMs = 30_000;

/** For so long links learn, in milliseconds of virtual time. */
const learnMs = 8000;

/** Steps in which it comes together, in milliseconds of virtual time. */
const stepMs = 50;

/**
 * Brings a cluster together for `scenario`.
 *
 * @param begunAt what its wall clock shows in the beginning, in milliseconds since 1970
 * @param onProgress is told now and then which share of that is done, 0 … 1
 */
export function scriptedCluster(
  scenario: Scenario,
  { seed, begunAt }: { readonly seed: number; readonly begunAt: number },
  onProgress: (share: number) => void = () => {},
): SimulatedCluster {
  const { nodes, profile, intervalMs, fullMesh, latencyMs, loss, ghosts } = scenario;
  const timings = profileTimings[profile];
  const settings = { intervalMs, fullMesh, timings, statusEntriesMax: 0 };
  const cluster = new SimulatedCluster({ seed, latencyMs, begunAt, settings });
  const { world } = cluster;
  world.registry.putGhosts(ghosts);
  world.network.loss = loss;
  const first = cluster.add();
  for (let number = 2; number <= nodes; number++) cluster.add();
  const isTogether = (): boolean => first.lastStatus?.alive === nodes;
  let learntAt = Infinity;
  while (world.now < patienceMs + learnMs && world.now < learntAt) {
    world.run(stepMs);
    if (learntAt === Infinity && isTogether()) learntAt = world.now + learnMs;
    onProgress(world.now / Math.min(learntAt, 2 * learnMs));
  }
  world.after(curtainMs, () => play(scenario, cluster, seed));
  return cluster;
}

/** Lets happen what is to happen; never to the first node, through which the cluster is seen. */
function play(scenario: Scenario, cluster: SimulatedCluster, seed: number): void {
  const { world } = cluster;
  const random = seededRandom(seed).fork();
  const [, ...others] = cluster.nodes;
  const left = shuffled(others, random);
  for (const node of left.splice(0, scenario.kill)) cluster.kill(node);
  for (const node of left.splice(0, scenario.freeze)) node.freeze();
  for (const node of left.splice(0, scenario.unplug)) cluster.unplug(node);
  for (const node of left.splice(0, scenario.leave)) node.take({ kind: "leave" });
  const any = (): SimNode => cluster.nodes[random.below(cluster.nodes.length)] as SimNode;
  while (cluster.cuts.length < scenario.oneWay) {
    const [from, to] = [any(), any()];
    if (from !== to) cluster.cut(from, to);
  }
  if (scenario.partitionMs > 0) {
    cluster.divide(left.slice(0, Math.max(1, Math.floor(cluster.nodes.length / 3))));
    world.after(scenario.partitionMs, () => cluster.divide([]));
  }
  if (scenario.pauseMs > 0) {
    for (const node of left) {
      const startMs = random.below(Math.max(1, scenario.durationMs - scenario.pauseMs));
      world.after(startMs, () => node.freeze());
      world.after(startMs + scenario.pauseMs, () => node.thaw());
    }
  }
  if (scenario.clockJumps) {
    world.registry.wallClock = () => erringTime(cluster.wallTime, random);
  }
  const { registryFault } = scenario;
  if (registryFault !== undefined) breakRegistry(world.registry, registryFault, world.now);
}
