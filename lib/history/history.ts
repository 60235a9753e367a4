/**
 * What a node remembers of its cluster: a bounded list in memory, and the file that outlives the run.
 *
 * A node that is asked what happened last night has mostly been restarted since, by what happened. So
 * what it sees goes into a file as well, a line for each event, and the next run begins with what the
 * last ones left. The file is only added to, in two halves of which the older one goes when the younger
 * is full. Nothing is written while nothing happens, and what happens in one turn is one write.
 *
 * It must never be the history that ends a node: whatever is wrong with the file is one warning, and
 * the rest of the run is remembered in memory only.
 *
 * @module
 */
import type { NodeName } from "../core/base/name.ts";
import type { HistoryChange, HistoryEntry, HistoryPart } from "../core/explain/history.ts";
import type { LinkFinding } from "../core/explain/link_matrix.ts";

/** The run that remembers. */
export interface HistoryRun {
  readonly name: NodeName;
  /** 32 hexadecimal digits. */
  readonly instance: string;
  readonly cluster: string;
  /** Program and version. */
  readonly software: string;
}

/** A change, and when it was seen on the clock of the run, in milliseconds. */
export interface SeenHistoryChange extends HistoryChange {
  readonly at: number;
}

/** One page of a history, for who asks page by page. */
export interface HistoryPage {
  /** The oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** The position of the first of them; that of the next one is greater by 1. */
  readonly first: number;
  /** The position behind the last one of the whole history. */
  readonly end: number;
  /** How far back the history is complete, in milliseconds; at most as far as was asked for. */
  readonly reachMs: number;
}

/** What one node remembers. No method throws or waits, but the disposal, which waits for the disk. */
export interface History extends AsyncDisposable {
  /** The run has joined under its name: what it sees belongs to it. Once. */
  begin(run: HistoryRun): void;
  /** Takes changes in their order, each once; those before {@linkcode begin}, too. */
  add(changes: readonly SeenHistoryChange[]): void;
  /**
   * Takes what a look at all links has shown. It is remembered if it is not what it was, and if the next
   * look shows the same: a single lost ping is no fault.
   */
  links(findings: readonly LinkFinding[]): void;
  /** The run ends as it should, for that reason. */
  end(reason: string): void;
  /** The last `sinceMs` milliseconds, and what held before; of too much the newest. */
  part(sinceMs: number): HistoryPart;
  /** The same without what held before: from position `from` on, or all. */
  page(sinceMs: number, from?: number): HistoryPage;
}
