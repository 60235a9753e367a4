/**
 * What a node remembers of its cluster beyond its own end: changes, its own runs, and which links were
 * bad while somebody looked.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import type { Change, ChangedRun } from "../members/change.ts";
import type { LinkFinding } from "./link_matrix.ts";

/** Kinds of what a history holds beside changes. */
export const historyKinds = ["started", "stopped", "crashed", "links-changed"] as const;

/** Something that a run of a node remembers. */
export type HistoryEvent =
  | HistoryChange
  /** The run joined the cluster: what was known of members before is no longer known. */
  | {
    readonly kind: "started";
    readonly name: NodeName;
    readonly cluster: string;
    /** Program and version. */
    readonly software: string;
  }
  /** The run left. */
  | { readonly kind: "stopped"; readonly name: NodeName; readonly reason: string }
  /** The run ended without a word: it was killed, or its machine was. The next run found that out. */
  | { readonly kind: "crashed"; readonly name: NodeName; readonly reason: string }
  /** What is wrong with links, from then on; told only while somebody looks at them. */
  | { readonly kind: "links-changed"; readonly findings: readonly LinkFinding[] };

/** A change among those that a run saw. */
export interface HistoryChange extends Change, ChangedRun {
  /** Counts the changes that this run saw. */
  readonly number: number;
}

/** An event as it is told. */
export interface HistoryEntry {
  /** The run of the node that saw it: 32 hexadecimal digits. */
  readonly run: string;
  /** How long ago it was, by the node that tells it, in milliseconds. */
  readonly agoMs: number;
  readonly event: HistoryEvent;
}

/** A part of a history. */
export interface HistoryPart {
  /**
   * The oldest first, ages never growing. They begin with what held at the time that was asked for: the
   * last change of each member before it, as old as it is.
   */
  readonly entries: readonly HistoryEntry[];
  /** How far back the history is complete, in milliseconds; at most as far as was asked for. */
  readonly reachMs: number;
}

/** True if a change has its place in a history by itself, and is none of its own. */
export function isHistoryChange(event: HistoryEvent): event is HistoryChange {
  return !(historyKinds as readonly string[]).includes(event.kind);
}

/**
 * True if not the same is wrong with links as before. It does not matter in which order that is told,
 * how a link failed, and who still reached a node before it fell silent.
 */
export function badLinksChanged(
  before: readonly LinkFinding[],
  after: readonly LinkFinding[],
): boolean {
  const [known, found] = [before, after].map((findings) => new Set(findings.map(identityOf)));
  return known?.symmetricDifference(found ?? new Set()).size !== 0;
}

function identityOf(finding: LinkFinding): string {
  return JSON.stringify(finding, (key, value) => {
    if (key === "failure" || key === "reachedBy") return undefined;
    return Array.isArray(value) ? value.toSorted() : value;
  });
}
