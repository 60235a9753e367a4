/**
 * Which links were bad at a moment that is past, as far as it was remembered: what was wrong with them
 * is, round trips are not.
 *
 * @module
 */
import { type Entry, isOfRun, timeOf } from "./history_state.ts";
import type { Finding, LinkReport } from "./props.ts";

/** An entry that may tell what is wrong with links from then on. */
export interface LinksEntry extends Entry {
  readonly findings?: readonly Finding[] | undefined;
}

/** Pairs of a split that are drawn; in a large cluster it is seen with fewer than all of them. */
const pairsMax = 2000;

/**
 * What was wrong with links at `time`; nothing while the node that tells did not run.
 *
 * @param entries the oldest first
 * @param time in milliseconds since 1970
 */
export function findingsAt(entries: readonly LinksEntry[], time: number): readonly Finding[] {
  const last = entries.findLast((entry) =>
    timeOf(entry) <= time && (entry.findings !== undefined || isOfRun(entry))
  );
  return last?.findings ?? [];
}

/**
 * The links of which `findings` tell.
 *
 * @param names of all members then: one that reached nobody had a link to each of them
 */
export function linksOf(findings: readonly Finding[], names: readonly string[]): LinkReport[] {
  return findings.flatMap((finding) => {
    const { name = "", peer = "", from = "", to = "", result = "no-answer" } = finding;
    switch (finding.finding) {
      case "one-way":
        return [link(from, to, result), link(to, from, "pong")];
      case "broken":
        return both(from, to, result);
      case "no-report":
      case "beam-missed":
        return [
          ...(finding.missedBy ?? []).map((one) => link(one, name, "no-answer")),
          ...(finding.reachedBy ?? []).map((one) => link(one, name, "pong")),
        ];
      case "alone":
        return names.flatMap((one) => one === name ? [] : both(one, name, "no-answer"));
      case "one-peer":
        return names.flatMap((one) =>
          one === name ? [] : both(one, name, one === peer ? "pong" : "no-answer")
        );
      case "split":
        return splitPairs((finding.groups ?? []).map((group) => group.names)).slice(0, pairsMax)
          .flatMap(([one, other]) => both(one, other, "no-answer"));
    }
  });
}

/** Any two names that are not in the same group. */
function splitPairs(groups: readonly (readonly string[])[]): [string, string][] {
  return groups.flatMap((one, index) =>
    groups.slice(index + 1).flatMap((other) =>
      one.flatMap((from) => other.map((to): [string, string] => [from, to]))
    )
  );
}

function both(one: string, other: string, result: LinkReport["result"]): LinkReport[] {
  return [link(one, other, result), link(other, one, result)];
}

function link(from: string, to: string, result: LinkReport["result"]): LinkReport {
  return { from, to, memberKind: "node", result };
}
