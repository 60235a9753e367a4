/**
 * What is shown over HTTP: a cluster as one of its nodes sees it.
 *
 * The page, the API and the metrics know nothing else of it, so a real node and a simulated cluster
 * look the same to whoever asks.
 *
 * @module
 */
import type { Explanation, OwnStanding } from "../core/explain/explanation.ts";
import type { HistoryPart } from "../core/explain/history.ts";
import type { LinkReport } from "../core/explain/link_matrix.ts";
import type { Change, ChangedRun } from "../core/members/change.ts";
import type { MemberView } from "../core/members/member.ts";
import type { NodeName } from "../core/base/name.ts";

/** How far the node is whose view is shown. */
export type Phase = "starting" | "joined" | "leaving";

/** How the node itself is. */
export interface Standing extends OwnStanding {
  readonly phase: Phase;
}

/** A change that the node saw, as it is told. */
export interface NumberedChange extends Change, ChangedRun {
  /** Counts the changes that this run of the node saw. */
  readonly number: number;
  /** When it saw it, on its own wall clock, in milliseconds since 1970. */
  readonly time: number;
}

/** Changes from a number on. */
export interface ChangePage {
  /** The oldest first. */
  readonly changes: readonly NumberedChange[];
  /** The number of the next change that comes. */
  readonly next: number;
  /** The smallest number that is still kept: what was asked for from before that is lost. */
  readonly first: number;
}

/** A cluster as one of its nodes sees it now. Nothing here changes anything. */
export interface ClusterSource {
  /** Full name of the node; of a node that starts it may not be final. */
  readonly name: NodeName;
  /** 32 hexadecimal digits: which run of the node it is. */
  readonly instance: string;
  readonly cluster: string;
  /** Program and version: `clusternode/0.1.0`. */
  readonly software: string;
  /** When it started, by its wall clock, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The registries, without secrets: scheme, host and path at most. */
  readonly registries: readonly string[];

  /** Its wall clock, in milliseconds since 1970. */
  now(): number;
  standing(): Standing;
  /** Whether it works, and why, as a clause. */
  health(): { readonly healthy: boolean; readonly reason: string };
  /** All members, itself included, in the order of their names. */
  members(): readonly MemberView[];
  /** Why a member is seen as it is; `undefined` if nothing is known of it. */
  explain(name: NodeName): Explanation | undefined;
  /** The changes with numbers from `from` on, at most the 200 that are kept. */
  changes(from: number): ChangePage;
  /** What it remembers of the last `sinceMs` milliseconds, over its restarts if it keeps that. */
  history(sinceMs: number): HistoryPart;
  /**
   * How the links of the members are, in the order of names. Members are asked for that, so it may be
   * a little old: all who ask within some seconds share one answer. Of a large cluster only some are
   * asked.
   *
   * @throws the abort reason as soon as `signal` is aborted
   */
  links(signal: AbortSignal): Promise<readonly LinkReport[]>;
  /** Calls `listener` after each change, until it is disposed. The listener never throws. */
  watch(listener: () => void): Disposable;
}
