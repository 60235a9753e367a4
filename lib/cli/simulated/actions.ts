/**
 * What can be done to a simulated cluster from outside, as JSON: `{"action": "kill", "name": "n3"}`.
 *
 * @module
 */
import * as v from "valibot";
import type { SimNode } from "../../simulation/sim_node.ts";
import { clusterNodesMax } from "./simulated_cluster.ts";
import type { SimulatedCluster } from "./simulated_cluster.ts";
import { paceLimits } from "./simulation.ts";
import type { Simulation } from "./simulation.ts";

/** Something that cannot be done; the message is for who asked for it. */
export class ActionFault extends Error {}

const name = v.message(v.string(), "must be the name of a node");
const count = v.message(
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(clusterNodesMax)),
  `must be a whole number from 1 to ${clusterNodesMax}`,
);
const pace = v.message(
  v.pipe(v.number(), v.minValue(paceLimits.min), v.maxValue(paceLimits.max)),
  `must be a number from ${paceLimits.min} to ${paceLimits.max}`,
);
const flag = v.message(v.boolean(), "must be true or false");
const group = v.message(
  v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(clusterNodesMax)),
  "must be a list of names of nodes",
);

interface Action<Entries extends v.ObjectEntries> {
  /** What it does, as a clause. */
  readonly summary: string;
  /** What stands beside the word in `action`. */
  readonly takes: Entries;
  act(simulation: Simulation, words: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>): void;
}

function action<const Entries extends v.ObjectEntries>(
  summary: string,
  takes: Entries,
  act: Action<Entries>["act"],
): Action<Entries> {
  return { summary, takes, act };
}

/** An action on one node. */
function onNode(
  summary: string,
  act: (simulation: Simulation, node: SimNode) => void,
): Action<{ name: typeof name }> {
  return action(
    summary,
    { name },
    (simulation, words) => act(simulation, find(simulation.cluster, words.name)),
  );
}

const actions = {
  kill: onNode("its process ends without a word", ({ cluster }, node) => cluster.kill(node)),
  freeze: onNode("its process stands still", (_, node) => node.freeze()),
  thaw: onNode("its process goes on after `freeze`", (_, node) => node.thaw()),
  unplug: onNode(
    "nothing that it sends arrives anywhere, and nothing arrives there",
    ({ cluster }, node) => cluster.unplug(node),
  ),
  plug: onNode("takes `unplug` back", ({ cluster }, node) => cluster.plug(node)),
  restart: onNode(
    "it starts again under its name; one that still runs is killed before",
    ({ cluster }, node) => void cluster.restart(node),
  ),
  leave: onNode(
    "it leaves the cluster, as after Ctrl-C",
    (_, node) => node.take({ kind: "leave" }),
  ),
  observe: onNode(
    "from now on all that is told is what this node sees; it must be running",
    ({ source }, node) => {
      if (node.state !== "running") throw new ActionFault(`${node.core.name} is ${node.state}`);
      source.observe(node);
    },
  ),
  cut: action("nothing that `from` sends arrives at `to`, nor with `bothWays` the other way", {
    from: name,
    to: name,
    bothWays: v.optional(flag),
  }, ({ cluster }, words) => {
    const [from, to] = [find(cluster, words.from), find(cluster, words.to)];
    if (from === to) throw new ActionFault(`${from.core.name} needs no link to itself`);
    cluster.cut(from, to);
    if (words.bothWays === true) cluster.cut(to, from);
  }),
  divide: action("cuts these off from all others, instead of those of the last time", {
    names: group,
  }, ({ cluster }, { names }) => {
    cluster.divide(names.map((one) => find(cluster, one)));
  }),
  heal: action("mends the link between two, both ways, or all that is wrong with the network", {
    from: v.optional(name),
    to: v.optional(name),
  }, ({ cluster }, { from, to }) => {
    if (from === undefined && to === undefined) return cluster.heal();
    if (from === undefined || to === undefined) throw new ActionFault("from and to go together");
    cluster.mend(find(cluster, from), find(cluster, to));
  }),
  add: action(`starts so many new nodes, or one; there can be ${clusterNodesMax} in all`, {
    count: v.optional(count, 1),
  }, ({ cluster }, words) => {
    if (cluster.nodes.length + words.count > clusterNodesMax) {
      throw new ActionFault(`There are ${cluster.nodes.length} nodes, ${clusterNodesMax} at most`);
    }
    for (let added = 0; added < words.count; added++) cluster.add();
  }),
  pace: action(
    `virtual time passes so many times as fast as real time, ${paceLimits.min} to ${paceLimits.max}`,
    { pace },
    (simulation, words) => {
      simulation.pace = words.pace;
    },
  ),
  pause: action(
    "virtual time stands still, or goes on",
    { paused: flag },
    (simulation, { paused }) => {
      simulation.paused = paused;
    },
  ),
} as const;

const actionWords = Object.keys(actions);

/** What can be asked for, for who must know it before; {@linkcode act} says better what is wrong. */
export const actionSchema: v.GenericSchema = v.union(
  Object.entries<Pick<Action<v.ObjectEntries>, "summary" | "takes">>(actions)
    .map(([word, { summary, takes }]) =>
      v.pipe(v.strictObject({ action: v.literal(word), ...takes }), v.description(summary))
    ),
);

/**
 * Does what `text` asks for.
 *
 * @throws {ActionFault} if it makes no sense; then nothing is done
 */
export function act(simulation: Simulation, text: string): void {
  const { action: word, ...words } = parsed(text);
  if (typeof word !== "string" || !actionWords.includes(word)) {
    throw new ActionFault(`action must be one of ${actionWords.join(", ")}`);
  }
  const { takes, act: perform } = actions[word as keyof typeof actions] as Action<v.ObjectEntries>;
  const reading = v.safeParse(v.strictObject(takes), words);
  if (!reading.success) throw new ActionFault(issueWords(reading.issues[0], word));
  perform(simulation, reading.output);
  simulation.source.advance();
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below.
  }
  throw new ActionFault('The body must be a JSON object such as {"action":"kill","name":"n3"}');
}

function issueWords(issue: v.BaseIssue<unknown>, word: string): string {
  const key = v.getDotPath(issue) ?? "";
  if (issue.type === "strict_object" && issue.expected === "never") {
    return `${word} takes no ${key}`;
  }
  if (issue.type === "strict_object") return `${word} needs ${key}`;
  return `${key} ${issue.message}`;
}

function find(cluster: SimulatedCluster, name: string): SimNode {
  const found = cluster.find(name);
  if (found === undefined) throw new ActionFault(`There is no node ${JSON.stringify(name)}`);
  return found;
}
