/**
 * What was told of a cluster, and what is other since.
 *
 * @module
 */
import type { MemberView } from "../../core/members/member.ts";
import { memberReport } from "../../report/member_report.ts";
import type { MembersReport } from "../../report/member_report.ts";
import type { ClusterSource } from "../source.ts";
import { changeEvents, eventId, streamEvent } from "./change_events.ts";
import { nodeOf } from "./reports.ts";
import { memberSignature, nodeSignature } from "./signatures.ts";

/** How the cluster was when it was told. */
interface Told {
  readonly instance: string;
  readonly node: string;
  readonly members: ReadonlyMap<string, string>;
  /** The change that comes next. */
  readonly nextChange: number;
}

/** What was told of one cluster, to all the same. */
export class ToldCluster {
  readonly #source: ClusterSource;
  readonly #isSimulated: boolean;
  #index: number;
  #told: Told;

  constructor(source: ClusterSource, isSimulated: boolean) {
    this.#source = source;
    this.#isSimulated = isSimulated;
    // Of two runs of one node the later one counts on, so that an index is never met twice.
    this.#index = source.startedAt;
    this.#told = this.#now(source.changes(Infinity).next);
  }

  /** Counts how often the members, or the node itself, were other than before. */
  get index(): number {
    return this.#index;
  }

  /** The number of the change that is told next. */
  get nextChange(): number {
    return this.#told.nextChange;
  }

  /** What is other than what was told, as events. From now on that is told. */
  compare(everything: () => string): string {
    const [source, before] = [this.#source, this.#told];
    if (before.instance !== source.instance) {
      this.#told = this.#now(source.changes(Infinity).next);
      this.#index++;
      return everything();
    }
    const { text: changes, next } = changeEvents(source, before.nextChange);
    const views = source.members();
    const told = this.#told = this.#now(next, views);
    const node = told.node === before.node
      ? ""
      : streamEvent("node", nodeOf(source, this.#isSimulated));
    const members = differences(views, told.members, before.members);
    if (node !== "" || members !== "") this.#index++;
    return node + members + changes;
  }

  /**
   * All that is so now, as events; the change after the last that was told comes next. If changes that
   * were missed come before that one, no event has an `id`: whoever lost them then would not ask again.
   */
  everything(members: MembersReport, hasMissed = false): string {
    const id = hasMissed ? undefined : eventId(this.#source, this.#told.nextChange);
    return streamEvent("node", nodeOf(this.#source, this.#isSimulated)) +
      streamEvent("members", members, id);
  }

  #now(nextChange: number, views: readonly MemberView[] = this.#source.members()): Told {
    return {
      instance: this.#source.instance,
      node: nodeSignature(nodeOf(this.#source, this.#isSimulated)),
      members: new Map(views.map((view) => [view.name, memberSignature(view)])),
      nextChange,
    };
  }
}

/** Members that are new or other than before, and those that are gone, as events. */
function differences(
  views: readonly MemberView[],
  now: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
): string {
  const changed = views.filter(({ name }) => now.get(name) !== before.get(name));
  const gone = [...before.keys()].filter((name) => !now.has(name));
  return [
    ...changed.map((view) => streamEvent("member", { schema: "member.v1", ...memberReport(view) })),
    ...gone.map((name) => streamEvent("gone", { schema: "gone.v1", name })),
  ].join("");
}
