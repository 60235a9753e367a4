/**
 * What the page knows of the cluster: signals, fed by what the node tells.
 *
 * @module
 */
import { batch, computed, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";
import { compareNames } from "../../../core/members/status_line.ts";
import { labelIn } from "../../../report/words/member_label.ts";
import type { Label } from "../../../report/words/member_label.ts";
import type { EventReport } from "../../../report/event_report.ts";
import type { HistoryReport } from "../../../report/history_report.ts";
import type { MatrixReport } from "../../../report/matrix_report.ts";
import type { MemberReport, MembersReport } from "../../../report/member_report.ts";
import type { Clock } from "../../../clock.ts";
import type { ServerEvent } from "./event_parser.ts";
import type { Connection } from "./follow.ts";
import type { NodeReport } from "../../../report/node_report.ts";
import type { Happening, Member } from "./reports.ts";

/** Most happenings that are kept; the oldest go. */
const happeningsMax = 5000;

/** What is known. */
export class Store {
  readonly connection: Signal<Connection> = signal({ kind: "connecting" });
  readonly node: Signal<NodeReport | undefined> = signal(undefined);
  readonly members: Signal<ReadonlyMap<string, Member>> = signal(new Map());
  readonly matrix: Signal<MatrixReport | undefined> = signal(undefined);
  /** The oldest first. */
  readonly happenings: Signal<readonly Happening[]> = signal([]);
  /** Counts what makes the history that is known a wrong or an incomplete one. */
  readonly historyBreaks: Signal<number> = signal(0);
  /** Counts the changes that came: the links may be others now. */
  readonly changeCount: Signal<number> = signal(0);
  /** The monotonic clock of the page, to the second. */
  readonly now: Signal<number>;
  /** What the wall clock of the node shows, to the second: all moments are told by that clock. */
  readonly wallTime: Signal<number>;

  /** In the order of their names. */
  readonly list: ReadonlySignal<readonly Member[]> = computed(() =>
    [...this.members.value.values()].sort((one, other) => compareNames(one.name, other.name))
  );
  /** The last round trips of the node that is asked, in microseconds, by the full name of the member. */
  readonly roundTrips: ReadonlySignal<ReadonlyMap<string, number | undefined>> = computed(() => {
    const { value: node } = this.node;
    const own = this.matrix.value?.links.filter(({ from }) => from === node?.asked) ?? [];
    return new Map(own.map(({ to, roundTripUs }) => [to, roundTripUs]));
  });
  /** Told apart by its text: names change less often than members. */
  readonly #names: ReadonlySignal<string> = computed(() =>
    [...this.members.value.keys()].join("\r")
  );
  /** Names as short as they can be. */
  readonly label: ReadonlySignal<Label> = computed(() => labelIn(this.#names.value.split("\r")));
  readonly #clock: Clock;
  /** What the node showed last, when that came, and how fast its time passes. */
  #told: { readonly time: number; readonly at: number; readonly pace: number };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#told = { time: clock.wallTime(), at: clock.now(), pace: 1 };
    this.now = signal(clock.now());
    this.wallTime = signal(this.#told.time);
  }

  /** Lets time go on. */
  tick(): void {
    batch(() => {
      this.now.value = this.#clock.now();
      this.wallTime.value = this.#wallNow();
    });
  }

  /**
   * The node tells what its wall clock shows.
   *
   * @param pace how fast its time passes; a simulated one may do so slowly, or in haste
   */
  setTime(time: string, pace: number): void {
    this.#told = { time: new Date(time).getTime(), at: this.#clock.now(), pace };
    this.tick();
  }

  #wallNow(): number {
    const { time, at, pace } = this.#told;
    return time + (this.#clock.now() - at) * pace;
  }

  /** Takes in what the node tells; what is not understood is left out. */
  apply({ event, data }: ServerEvent): void {
    let report;
    try {
      report = JSON.parse(data);
    } catch {
      return;
    }
    switch (event) {
      case "node":
        return this.#setNode(report);
      case "members":
        return this.#setMembers(report);
      case "member":
        return this.#setMember(report);
      case "gone":
        return this.#remove(report.name);
      case "change":
        return this.#add(report);
      case "gap":
        this.historyBreaks.value++;
    }
  }

  #setNode(report: NodeReport): void {
    const before = this.node.peek();
    this.node.value = report;
    if (before !== undefined && before.instance !== report.instance) this.historyBreaks.value++;
  }

  #setMembers(report: MembersReport): void {
    this.setTime(report.time, this.#told.pace);
    this.members.value = new Map(report.members.map((member) => [member.name, this.#seen(member)]));
  }

  #setMember(report: MemberReport): void {
    const members = new Map(this.members.peek());
    this.members.value = members.set(report.name, this.#seen(report));
  }

  #seen(report: MemberReport): Member {
    return { ...report, since: this.#wallNow() - report.forMs };
  }

  #remove(name: string): void {
    const members = new Map(this.members.peek());
    members.delete(name);
    this.members.value = members;
  }

  #add(change: EventReport): void {
    this.changeCount.value++;
    this.happenings.value = [...this.happenings.peek(), change].slice(-happeningsMax);
  }

  /** Takes what the node remembers in the place of what was seen, but for what came meanwhile. */
  setHistory({ entries: told }: HistoryReport): void {
    const entries = told.map(({ name = "", reason = "", ...entry }) => ({
      ...entry,
      name,
      reason,
    }));
    const last = entries.at(-1)?.time ?? "";
    const later = this.happenings.peek().filter(({ time }) => time > last);
    this.happenings.value = [...entries, ...later].slice(-happeningsMax);
  }
}
