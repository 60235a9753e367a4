/**
 * All that the parts of the page share: what is known, and what is looked at.
 *
 * @module
 */
import { computed, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Clock } from "../../../clock.ts";
import type { MatrixReport } from "../../../report/matrix_report.ts";
import { findingsAt, linksOf } from "../draw/history_links.ts";
import { LinkIndex } from "../draw/link_index.ts";
import { pastMembers } from "./past.ts";
import type { Member } from "./reports.ts";
import { formatRoute, parseRoute } from "./route.ts";
import type { Route } from "./route.ts";
import { Store } from "./store.ts";
import { sentenceOf } from "../words/sentence.ts";
import type { Sentence } from "../words/sentence.ts";
import { Theme } from "./theme.ts";

const tenMinutesMs = 600_000;

/** So many moments of the timeline can be told apart. */
const pictureSteps = 600;

/** How far back the timeline can reach, in milliseconds. */
export const ranges: readonly number[] = [1, 6, 36, 144].map((count) => count * tenMinutesMs);

/** The page. */
export class Page {
  readonly clock: Clock;
  readonly store: Store;
  readonly theme: Theme = new Theme();
  readonly route: Signal<Route> = signal(parseRoute(location.hash));
  readonly chosenRangeMs: Signal<number | undefined> = signal(undefined);
  /** How far back the timeline reaches: not far where not much is known. */
  readonly rangeMs: ReadonlySignal<number> = computed(() => {
    const { happenings, node, wallTime } = this.store;
    const begun = happenings.value[0]?.time ?? node.value?.startedAt ?? "";
    const knownMs = wallTime.value - Date.parse(begun);
    return this.chosenRangeMs.value ?? (knownMs > tenMinutesMs ? 6 : 1) * tenMinutesMs;
  });
  /** Until when it reaches: it is drawn anew only when that is to be seen. */
  readonly rangeEnd: ReadonlySignal<number> = computed(() => {
    const { rangeMs: { value: range }, at: { value: at }, store } = this;
    const step = range / pictureSteps;
    const latest = Math.ceil(store.wallTime.value / step) * step;
    // A moment that an address names may be further back.
    return at === undefined || at > latest - range ? latest : at + range / 4;
  });
  /** What is written into the field above the members. */
  readonly filter: Signal<string> = signal("");
  /** Tries at once to connect again. */
  reconnect: () => void = () => {};

  /** The moment that is shown, in milliseconds since 1970; `undefined` is now. */
  readonly at: ReadonlySignal<number | undefined> = computed(() => this.route.value.at);
  /** Full name of the member that is looked at. */
  readonly selected: ReadonlySignal<string | undefined> = computed(() => {
    const { node } = this.route.value;
    if (node === undefined || this.store.members.value.has(node)) return node;
    const { value: label } = this.store.label;
    return [...this.store.members.value.keys()].find((name) => label(name) === node) ?? node;
  });
  /** The members at the moment that is shown, in the order of their names. */
  readonly shown: ReadonlySignal<readonly Member[]> = computed(() => {
    const { value: at } = this.at;
    const { store } = this;
    if (at === undefined) return store.list.value;
    return pastMembers(store.list.value, store.happenings.value, at);
  });
  /** The links at the moment that is shown, and what is wrong with them. */
  readonly shownLinks: ReadonlySignal<Pick<MatrixReport, "links" | "findings">> = computed(() => {
    const { value: at } = this.at;
    const { matrix, happenings } = this.store;
    if (at === undefined) {
      const { links, findings } = matrix.value ?? { links: [], findings: [] };
      return { links, findings };
    }
    const findings = [...findingsAt(happenings.value, at)];
    return { findings, links: linksOf(findings, this.shown.value.map(({ name }) => name)) };
  });

  readonly shownIndex: ReadonlySignal<LinkIndex> = computed(() =>
    new LinkIndex(this.shownLinks.value.links)
  );

  /** How the cluster is now. */
  readonly sentence: ReadonlySignal<Sentence> = computed(() =>
    this.#sentence(
      this.store.list.value,
      this.store.matrix.value?.findings ?? [],
      this.store.wallTime.value,
    )
  );
  /** How it was at the moment that is shown. */
  readonly shownSentence: ReadonlySignal<Sentence> = computed(() => {
    const { value: at } = this.at;
    if (at === undefined) return this.sentence.value;
    return this.#sentence(this.shown.value, this.shownLinks.value.findings, at);
  });

  constructor(clock: Clock) {
    this.clock = clock;
    this.store = new Store(clock);
    addEventListener("popstate", () => this.route.value = parseRoute(location.hash));
  }

  /** Looks at something else; the back button leads here again, unless only the moment is moved. */
  go(route: Route): void {
    const before = this.route.peek();
    const isMoved = before.at !== undefined && route.at !== undefined && before.node === route.node;
    this.route.value = route;
    try {
      if (isMoved) history.replaceState(null, "", formatRoute(route));
      else history.pushState(null, "", formatRoute(route));
    } catch {
      // Some browsers refuse more than a hundred within half a minute: then the address stays behind.
    }
  }

  #sentence(
    members: readonly Member[],
    findings: MatrixReport["findings"],
    at: number,
  ): Sentence {
    const { store } = this;
    return sentenceOf({
      node: store.node.value,
      members: members.map((member) => ({ ...member, forMs: Math.max(0, at - member.since) })),
      findings,
      label: store.label.value,
    });
  }

  /** Opens the explanation of a member. */
  readonly select = (name: string): void => {
    this.go({ ...this.route.peek(), node: this.store.label.peek()(name) });
  };

  /** Closes it. */
  readonly deselect = (): void => this.go({ at: this.route.peek().at });

  /** Shows another moment. */
  readonly showAt = (at: number | undefined): void => this.go({ ...this.route.peek(), at });
}
