/**
 * What there is to see of a node and of its cluster, for who shows it: nothing here changes anything.
 *
 * @module
 */
import type { Barrier } from "../../barrier.ts";
import type { Clock } from "../../clock.ts";
import type { OwnStanding } from "../../core/explain/explanation.ts";
import type { HistoryPart } from "../../core/explain/history.ts";
import { LinkMatrix } from "../../core/explain/link_matrix.ts";
import type { LinkReport } from "../../core/explain/link_matrix.ts";
import type { TimedChange } from "../../core/members/change.ts";
import type { Membership } from "../../core/membership.ts";
import type { History } from "../../history/history.ts";
import type { Settings } from "../../core/settings.ts";
import type { Transport } from "../../transport/transport.ts";
import { historyFeed } from "./history_feed.ts";
import { LinkSurvey } from "./link_survey.ts";
import { Watchers } from "./watchers.ts";

/** How far a node is. */
export type NodePhase = "starting" | "joined" | "leaving";

/** What a view looks at. */
export interface NodeViewParts {
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly core: Membership;
  readonly transport: Transport;
  readonly settings: Settings;
  readonly history?: History | undefined;
  phase(): NodePhase;
}

/** The view of one node. */
export class NodeView {
  readonly #parts: NodeViewParts;
  readonly #watchers: Watchers;
  readonly #survey: LinkSurvey;

  constructor(parts: NodeViewParts) {
    const { core, settings: { timings } } = parts;
    this.#parts = parts;
    this.#watchers = new Watchers(parts.barrier);
    if (parts.history !== undefined) this.watch(historyFeed(parts.history, core));
    const onSurveyed = (reports: readonly LinkReport[]): void =>
      parts.history?.links(new LinkMatrix(reports).findings());
    this.#survey = new LinkSurvey({ ...parts, timings, view: () => core, onSurveyed });
  }

  /** 32 hexadecimal digits: which run of the node it is. */
  get instance(): string {
    return this.#parts.settings.instance;
  }

  /** How the node itself is. */
  standing(): OwnStanding & { readonly phase: NodePhase } {
    const { core, clock } = this.#parts;
    return { phase: this.#parts.phase(), ...core.standing(clock.now()) };
  }

  /** The last changes that it saw, the oldest first, and the number of the first of them. */
  kept(): { readonly first: number; readonly changes: readonly TimedChange[] } {
    const { changesForgotten: first, changes } = this.#parts.core;
    return { first, changes };
  }

  /** What it remembers of the last `sinceMs` milliseconds, over its restarts if it keeps that. */
  remembered(sinceMs: number): HistoryPart {
    return this.#parts.history?.part(sinceMs) ?? { entries: [], reachMs: 0 };
  }

  /** How the links of the members are, in the order of names: a little old, and never rejects. */
  links(): Promise<readonly LinkReport[]> {
    return this.#survey.links();
  }

  /** Calls `listener` after each change of a member or of the phase, until it is disposed. */
  watch(listener: () => void): Disposable {
    return this.#watchers.add(listener);
  }

  /** The node has done all that there was to do. */
  settled(): void {
    const { core } = this.#parts;
    this.#watchers.settled(core.changesForgotten + core.changes.length, this.#parts.phase());
  }
}
