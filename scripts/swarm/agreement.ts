/**
 * Whether all that run see exactly those that run.
 *
 * @module
 */
import { countsAsAlive } from "../../lib/core/members/member.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import type { World } from "../../lib/simulation/world.ts";

/**
 * What is not as it should be once everything works, as a sentence; `undefined` if nothing.
 *
 * @param fingerprints what each node has told of its member list last
 * @param left names that have said goodbye while others could hear it
 */
export function disagreement(
  world: World,
  fingerprints: ReadonlyMap<SimNode, number>,
  left: ReadonlySet<string>,
): string | undefined {
  const running = world.nodes.filter(({ state }) => state !== "dead");
  const byName = new Map<string, SimNode>();
  for (const node of running) {
    if (byName.has(node.core.name)) return `two nodes are called ${node.core.name}`;
    byName.set(node.core.name, node);
  }
  let expected: number | undefined;
  for (const node of running) {
    const found = wrongView(node, byName, left);
    if (found !== undefined) return found;
    const fingerprint = fingerprints.get(node);
    // Nobody has told a fingerprint who is alone.
    if (running.length === 1) continue;
    expected ??= fingerprint;
    if (fingerprint === undefined || fingerprint !== expected) {
      return `${node.core.name} and ${running[0]?.core.name} do not know the same`;
    }
  }
  return undefined;
}

function wrongView(
  node: SimNode,
  running: ReadonlyMap<string, SimNode>,
  left: ReadonlySet<string>,
): string | undefined {
  const { name } = node.core;
  const seen = new Set<string>();
  for (const member of node.core.members(node.now)) {
    const isAlive = countsAsAlive(member.status);
    const other = running.get(member.name);
    if (other === undefined) {
      if (isAlive) return `${name} sees ${member.name} alive, which does not run`;
      // Of a candidate only a row speaks, which anybody may have written.
      const isMember = !node.core.isCandidate(member.name);
      if (left.has(member.name) && isMember) {
        return `${name} still shows ${member.name}, which has left`;
      }
      continue;
    }
    if (!isAlive) return `${name} sees ${member.name} as ${member.status}, which runs`;
    if (member.instance !== other.instance) return `${name} sees another ${member.name}`;
    if (member.status !== "alive" || !member.linkWorks) {
      return `${name} has doubts about ${member.name}, which runs`;
    }
    const told = describe(member.tags, member.service?.state);
    const { tags, service } = other.core.members(other.now).find(({ self }) => self) ?? member;
    if (told !== describe(tags, service?.state)) {
      return `${name} believes ${told} of ${member.name}`;
    }
    seen.add(member.name);
  }
  for (const other of running.keys()) if (!seen.has(other)) return `${name} does not see ${other}`;
  return undefined;
}

function describe(tags: Readonly<Record<string, string>>, service: string | undefined): string {
  return `${JSON.stringify(tags)} ${service}`;
}
