/**
 * Who reaches whom, and what that means.
 *
 * Every node tells how its last ping to each other one ended. Put together this is a matrix, and its
 * shape names the fault: a link that works in one direction only, two groups that see each other
 * through a third, a node that only one other reaches. Pairs that explain each other are told as one,
 * so that a broken switch is one sentence and not a hundred.
 *
 * @module
 */
import { firstOf } from "../base/text.ts";
import { unreachable } from "../base/assert.ts";
import type { LinkView } from "./explanation.ts";
import { failureWords } from "../base/ping_failure.ts";
import type { PingFailure } from "../base/ping_failure.ts";
import type { NodeName } from "../base/name.ts";
import { compareNames } from "../members/status_line.ts";

/** What one node told of its links; `links` is `undefined` if the node did not answer. */
export interface LinkReport {
  readonly name: NodeName;
  readonly links: readonly LinkView[] | undefined;
}

/** A link from one node to another; `self` on the diagonal. */
export type LinkCell = Omit<LinkView, "name" | "memberKind" | "kind"> & {
  readonly kind: LinkView["kind"] | "self";
};

/** What a matrix shows, the most important kind first. */
export type LinkFinding =
  /** It did not answer the question; the last pings of `reachedBy` to it were answered. */
  | {
    readonly kind: "no-report";
    readonly name: NodeName;
    readonly reachedBy: readonly NodeName[];
    readonly missedBy: readonly NodeName[];
  }
  /** A BEAM node, which tells nothing of its links, and which not all reach. */
  | {
    readonly kind: "beam-missed";
    readonly name: NodeName;
    readonly reachedBy: readonly NodeName[];
    readonly missedBy: readonly NodeName[];
  }
  /** Of its links none works, in no direction. */
  | { readonly kind: "alone"; readonly name: NodeName }
  /** Between any two of these groups no link works, in no direction. */
  | { readonly kind: "split"; readonly groups: readonly (readonly NodeName[])[] }
  /** Of its links only the one with `hub` works. */
  | { readonly kind: "one-peer"; readonly name: NodeName; readonly hub: NodeName }
  /** Pings of `from` to `to` fail, those of `to` to `from` are answered. */
  | {
    readonly kind: "one-way";
    readonly from: NodeName;
    readonly to: NodeName;
    readonly failure: PingFailure;
  }
  /** Pings fail, and none the other way is known to work. */
  | {
    readonly kind: "broken";
    readonly one: NodeName;
    readonly other: NodeName;
    readonly failure: PingFailure;
  };

/** All kinds of findings. */
export const linkFindingKinds: readonly LinkFinding["kind"][] = [
  "no-report",
  "beam-missed",
  "alone",
  "split",
  "one-peer",
  "one-way",
  "broken",
];

const unknown: LinkCell = { kind: "unknown" };

/** The reports of many nodes, put together. */
export class LinkMatrix {
  /** All nodes, in the order of the reports. */
  readonly names: readonly NodeName[];
  /** The BEAM nodes that any of them pings, in the order of their names: they are never asked. */
  readonly beams: readonly NodeName[];
  readonly #rows: ReadonlyMap<NodeName, ReadonlyMap<NodeName, LinkCell> | undefined>;

  /** @param reports one of each node; of two with the same name the last counts */
  constructor(reports: readonly LinkReport[]) {
    this.#rows = new Map(reports.map(({ name, links }) => [
      name,
      links && new Map(links.map((link) => [link.name, link])),
    ]));
    this.names = [...this.#rows.keys()];
    const links = reports.flatMap((report) => report.links ?? []);
    const beams = links.filter(({ name, memberKind }) =>
      memberKind === "beam" && !this.#rows.has(name)
    );
    this.beams = [...new Set(beams.map(({ name }) => name))].sort(compareNames);
  }

  /** True if that node told of its links. */
  answered(name: NodeName): boolean {
    return this.#rows.get(name) !== undefined;
  }

  cell(from: NodeName, to: NodeName): LinkCell {
    if (from === to) return { kind: "self" };
    return this.#rows.get(from)?.get(to) ?? unknown;
  }

  /** How the last ping failed; `undefined` if it did not, or nothing is known. */
  failure(from: NodeName, to: NodeName): PingFailure | undefined {
    const { kind } = this.cell(from, to);
    return kind === "pong" || kind === "unknown" || kind === "self" ? undefined : kind;
  }

  works(from: NodeName, to: NodeName): boolean {
    return this.cell(from, to).kind === "pong";
  }

  /** True if a ping between the two failed, and none of either is known to work. */
  isBroken(one: NodeName, other: NodeName): boolean {
    if (this.works(one, other) || this.works(other, one)) return false;
    return this.failure(one, other) !== undefined || this.failure(other, one) !== undefined;
  }

  /** What it shows; empty if nothing is wrong. */
  findings(): LinkFinding[] {
    const present = this.names.filter((name) => this.answered(name));
    const broken = new Map(present.map((name) => [
      name,
      new Set(present.filter((other) => other !== name && this.isBroken(name, other))),
    ]));
    return [
      ...this.#unheard(),
      ...this.#missedBeams(),
      ...this.#lonely(present, broken),
      ...splits(present, broken).map((groups) => this.#splitOf(groups)),
      ...this.#oneWays(present),
    ];
  }

  #unheard(): LinkFinding[] {
    return this.names.filter((name) => !this.answered(name)).map((name) => ({
      kind: "no-report",
      name,
      ...this.#askers(name),
    }));
  }

  #missedBeams(): LinkFinding[] {
    return this.beams.map((name) => ({ kind: "beam-missed", name, ...this.#askers(name) }) as const)
      .filter(({ missedBy }) => missedBy.length > 0);
  }

  /** Who reached `name` last, and who did not. */
  #askers(name: NodeName): { readonly reachedBy: NodeName[]; readonly missedBy: NodeName[] } {
    return {
      reachedBy: this.names.filter((other) => this.works(other, name)),
      missedBy: this.names.filter((other) => this.failure(other, name) !== undefined),
    };
  }

  /** Nodes that nobody reaches, or only one; their pairs are taken out of `broken`. */
  #lonely(present: readonly NodeName[], broken: Map<NodeName, Set<NodeName>>): LinkFinding[] {
    // With two nodes there is no telling which of them is the lonely one.
    if (present.length < 3) return [];
    const findings: LinkFinding[] = [];
    const few = present.filter((name) => {
      const lost = broken.get(name)?.size ?? 0;
      return lost > 0 && lost >= present.length - 2 && this.#worksWith(name, present).length < 2;
    });
    // Two that reach each other only are a group. Where more than half of all are lonely, the groups
    // tell more.
    const lonely = few.filter((name) => {
      const [hub] = this.#worksWith(name, present);
      return hub === undefined || !few.includes(hub);
    });
    if (lonely.length > present.length / 2) return [];
    const alone = lonely.filter((name) => broken.get(name)?.size === present.length - 1);
    for (const name of lonely) {
      const [hub] = this.#worksWith(name, present);
      if (alone.includes(name)) findings.push({ kind: "alone", name });
      else if (hub !== undefined) findings.push({ kind: "one-peer", name, hub });
      else continue;
      for (const other of broken.get(name) ?? []) broken.get(other)?.delete(name);
      broken.set(name, new Set());
    }
    return findings.sort((one, other) =>
      one.kind < other.kind ? -1 : one.kind > other.kind ? 1 : 0
    );
  }

  #worksWith(name: NodeName, present: readonly NodeName[]): NodeName[] {
    return present.filter((other) => this.works(name, other) || this.works(other, name));
  }

  /** Two groups of one are a pair. */
  #splitOf(groups: readonly (readonly NodeName[])[]): LinkFinding {
    const [one, other] = groups.flat();
    if (groups.flat().length > 2 || one === undefined || other === undefined) {
      return { kind: "split", groups };
    }
    const failure = this.failure(one, other) ?? this.failure(other, one) ?? "silent";
    return { kind: "broken", one, other, failure };
  }

  #oneWays(present: readonly NodeName[]): LinkFinding[] {
    return present.flatMap((from) =>
      present.flatMap((to): LinkFinding[] => {
        const failure = this.failure(from, to);
        const isOneWay = failure !== undefined && this.works(to, from);
        return isOneWay ? [{ kind: "one-way", from, to, failure }] : [];
      })
    );
  }
}

/**
 * Broken pairs as groups: nodes that miss exactly the same others belong together, and groups that all
 * miss each other are told together. Each broken pair is in exactly one of the results.
 */
function splits(
  names: readonly NodeName[],
  broken: ReadonlyMap<NodeName, ReadonlySet<NodeName>>,
): NodeName[][][] {
  const numbers = new Map(names.map((name, index) => [name, index]));
  const missed = (name: NodeName): string =>
    [...broken.get(name) ?? []].map((other) => numbers.get(other)).join();
  const groups = [...Map.groupBy(names, missed)].filter(([key]) => key !== "").map(([, one]) =>
    one
  );
  const misses = (one: readonly NodeName[], other: readonly NodeName[]): boolean =>
    broken.get(one[0] as NodeName)?.has(other[0] as NodeName) === true;
  const told = new Set<string>();
  const found: NodeName[][][] = [];
  groups.forEach((first, index) => {
    groups.forEach((second, other) => {
      if (other <= index || told.has(`${index} ${other}`) || !misses(first, second)) return;
      const members = [index, other];
      groups.forEach((third, next) => {
        const fits = members.every((member) =>
          member !== next && misses(groups[member] ?? [], third) &&
          !told.has(`${Math.min(member, next)} ${Math.max(member, next)}`)
        );
        if (fits) members.push(next);
      });
      for (const one of members) {
        for (const two of members) if (one < two) told.add(`${one} ${two}`);
      }
      found.push(members.map((member) => groups[member] ?? []));
    });
  });
  return found;
}

/** Names in one sentence before the rest is only counted. */
const namesMax = 10;

function list(names: readonly NodeName[], label: (name: NodeName) => string): string {
  return firstOf(names.map(label), namesMax);
}

function askerWords(
  { reachedBy, missedBy }: LinkFinding & { kind: "no-report" | "beam-missed" },
  label: (name: NodeName) => string,
): string {
  const reached = reachedBy.length > 0 ? `${list(reachedBy, label)} reached it last` : "";
  const missed = missedBy.length === 0
    ? ""
    : reached === ""
    ? "nobody reaches it"
    : `${list(missedBy, label)} did not`;
  return [reached, missed].filter((words) => words !== "").join(", ");
}

/**
 * A finding as a sentence.
 *
 * @param label how a node is called in it; its full name if left out
 */
export function describeFinding(
  finding: LinkFinding,
  label: (name: NodeName) => string = (name) => name,
): string {
  switch (finding.kind) {
    case "no-report": {
      const known = askerWords(finding, label);
      return `${label(finding.name)} does not answer${known === "" ? "" : `; ${known}`}`;
    }
    case "beam-missed":
      return `${label(finding.name)} (beam): ${askerWords(finding, label)}`;
    case "alone":
      return `${label(finding.name)} reaches nobody, and nobody reaches it`;
    case "split": {
      const groups = finding.groups.map((names) => list(names, label)).join(" | ");
      const between = finding.groups.length === 2 ? "the two groups" : "these groups";
      return `${groups}: no link between ${between} works`;
    }
    case "one-peer":
      return `${label(finding.name)} reaches ${label(finding.hub)} only`;
    case "one-way": {
      const [from, to] = [label(finding.from), label(finding.to)];
      return `${from} → ${to} fails (${failureWords(finding.failure)}), ${to} → ${from} works`;
    }
    case "broken": {
      const { one, other, failure } = finding;
      return `${label(one)} and ${label(other)} do not reach each other: ${failureWords(failure)}`;
    }
    default:
      return unreachable(finding);
  }
}
