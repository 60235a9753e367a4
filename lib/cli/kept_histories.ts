/**
 * What nodes remember over their restarts, and how much of what was asked for that is.
 *
 * @module
 */
import { firstOf } from "../core/base/text.ts";
import { formatDuration } from "../core/base/duration.ts";
import { isHistoryChange } from "../core/explain/history.ts";
import type { HistoryEntry } from "../core/explain/history.ts";
import type { NodeName } from "../core/base/name.ts";
import type { EventView } from "../protocol/message.ts";
import type { Asked, Client } from "./client.ts";

/** Names in one sentence before the rest is only counted. */
const namesMax = 5;

/** Changes that one run of a node saw, as they are told at one time. */
export interface RunChanges {
  readonly run: string;
  readonly events: readonly EventView[];
}

/** Asks nodes for what they saw in the last `sinceMs` milliseconds. */
export class KeptHistories {
  readonly sinceMs: number;
  /** How far back each node goes that keeps a history, and each that keeps none, in milliseconds. */
  readonly #kept = new Map<NodeName, number>();
  readonly #unkept = new Map<NodeName, number>();

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  /**
   * Hands over what a node remembers, page by page; false if it keeps nothing.
   *
   * @throws {CommandError} if it does not answer
   */
  async read(
    client: Pick<Client, "askFor">,
    node: Asked,
    take: (changes: readonly RunChanges[]) => void,
  ): Promise<boolean> {
    const { sinceMs } = this;
    for (let [from, more] = [0, true]; more;) {
      const answer = await client.askFor(node, { kind: "history", sinceMs, from });
      // Another version may not know the question.
      if (answer.kind !== "history") return false;
      take(byRun(answer.entries));
      // That of the first page: the further ones are told a little later.
      if (from === 0) this.#kept.set(node.name, answer.reachMs);
      [from, more] = [answer.next, answer.more && answer.entries.length > 0];
    }
    return true;
  }

  /** A node that keeps nothing told what it still knows of the last `reachMs` milliseconds. */
  unkept(name: NodeName, reachMs: number): void {
    this.#unkept.set(name, reachMs);
  }

  /** What the answer lacks, as a sentence; `undefined` if it is all that was asked for. */
  lack(): string | undefined {
    const all = [...this.#kept.values(), ...this.#unkept.values()];
    const asked = formatDuration(this.sinceMs);
    const reachMs = Math.max(0, ...all);
    if (reachMs < this.sinceMs) {
      const advice = this.#unkept.size === 0 ? "" : "; nodes with --history remember over restarts";
      return `The history reaches back ${formatDuration(reachMs)} only, not ${asked}${advice}`;
    }
    const short = [...this.#unkept].filter(([, reach]) => reach < this.sinceMs);
    if (short.length === 0) return undefined;
    const names = firstOf(short.map(([name]) => name), namesMax);
    const known = formatDuration(Math.max(...short.map(([, reach]) => reach)));
    return `Nodes without --history tell of the last ${known} at most: ${names}`;
  }
}

/** The changes among entries, those of one run together, in their order. */
function byRun(entries: readonly HistoryEntry[]): readonly RunChanges[] {
  return [...Map.groupBy(entries, ({ run }) => run)].map(([run, seen]) => ({
    run,
    events: seen.flatMap(({ event, agoMs }) => isHistoryChange(event) ? [{ ...event, agoMs }] : []),
  }));
}
