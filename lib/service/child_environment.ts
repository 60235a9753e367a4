/**
 * The environment of a service: the one of its node, without secrets, and with what it may want to
 * know of its node.
 *
 * @module
 */
import { notifyVariables } from "./notify.ts";

/** The variable with the instance of the node, which no other process was given before. */
export const instanceVariable = "CLUSTERNODE_INSTANCE";

/** What a service is told of the node that carries it. */
export interface NodeFacts {
  /** The node's name, such as `n1@10.0.0.5`. */
  readonly self: string;
  /** 32 hexadecimal digits, another for each run of the node. */
  readonly instance: string;
  readonly cluster: string;
  /** Where peers reach the node, such as `10.0.0.5:4000`. */
  readonly address: string;
}

/**
 * All that a service finds in its environment.
 *
 * @param ours the environment of the node
 * @param withheld variables that it does not get: cookies, and URLs of registries
 */
export function childEnvironment(
  ours: Readonly<Record<string, string>>,
  withheld: readonly string[],
  node: NodeFacts,
): Record<string, string> {
  // What systemd tells a unit is for its main process, and that is the node.
  const hidden = new Set([...withheld, ...notifyVariables]);
  return {
    ...Object.fromEntries(Object.entries(ours).filter(([name]) => !hidden.has(name))),
    CLUSTERNODE_SELF: node.self,
    [instanceVariable]: node.instance,
    CLUSTERNODE_CLUSTER: node.cluster,
    CLUSTERNODE_ADDRESS: node.address,
  };
}
