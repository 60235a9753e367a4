/**
 * Changes: what is told to people and programs, each once, with its reason.
 *
 * What happens within half a second is told as one: a rack that goes dark is one piece of news, not
 * twenty.
 *
 * @module
 */
import { unreachable } from "../base/assert.ts";
import type { Effect } from "../input.ts";
import type { MemberStatus } from "../dissemination/member.ts";
import type { NodeName } from "../base/name.ts";

/** How long changes are collected after one was told, in milliseconds. */
export const batchMs = 500;

/** Changes that a node keeps to look back on. */
export const changesKeptMax = 200;

/** The kinds of changes. */
export const changeKinds = [
  "joined",
  "returned",
  "failed",
  "replaced",
  "left",
  "forgotten",
  "link-bad",
  "link-mended",
  "isolated",
  "connected",
] as const;

/** What undoes a change. */
const takenBackBy: Readonly<Partial<Record<ChangeKind, ChangeKind>>> = {
  "failed": "returned",
  "link-bad": "link-mended",
  "isolated": "connected",
};

/** The kind of a change. */
export type ChangeKind = typeof changeKinds[number];

/** Something that happened to a member, or to this node's view of it. */
export interface Change {
  readonly kind: ChangeKind;
  readonly name: NodeName;
  /** Of `failed`: what the member is called now. */
  readonly status?: MemberStatus | undefined;
  /** Why, as a sentence. */
  readonly reason: string;
}

/** A change with the monotonic time at which this node learned of it, in milliseconds. */
export interface TimedChange extends Change {
  readonly at: number;
}

/** One sentence: `n3@10.0.0.4 is down: n1@10.0.0.2 cannot reach it: …`. */
export function describeChange(change: Change): string {
  return `${change.name} ${changeWords(change)}: ${change.reason}`;
}

/** Many changes of one kind in one sentence, with the reason of the first. */
export function describeChanges(changes: readonly Change[]): string {
  const [first] = changes;
  if (first === undefined) return "";
  if (changes.length === 1) return describeChange(first);
  const names = changes.slice(0, 10).map(({ name }) => name).join(", ");
  const more = changes.length > 10 ? ` and ${changes.length - 10} more` : "";
  return `${changes.length} members: ${names}${more}: each ${changeWords(first)}: ${first.reason}`;
}

/** Changes by what is told of them: each group is one sentence of {@linkcode describeChanges}. */
export function groupChanges(changes: readonly Change[]): readonly (readonly Change[])[] {
  return [...Map.groupBy(changes, ({ kind, status }) => `${kind} ${status ?? ""}`).values()];
}

function changeWords({ kind, status }: Change): string {
  switch (kind) {
    case "joined":
      return "joined";
    case "returned":
      return "is back";
    case "failed":
      return statusWords(status ?? "down");
    case "replaced":
      return "was replaced";
    case "left":
      return "left";
    case "forgotten":
      return "was forgotten";
    case "link-bad":
      return "is alive but unreachable from this node";
    case "link-mended":
      return "can be reached again";
    case "isolated":
      return "may be isolated";
    case "connected":
      return "is no longer isolated";
    default:
      return unreachable(kind);
  }
}

/** A status as the end of a sentence that begins with a name. */
export function statusWords(status: MemberStatus): string {
  switch (status) {
    case "unproven":
      return "has not answered yet";
    case "alive":
      return "is alive";
    case "suspect":
      return "is suspected";
    case "unreachable":
      return "is unreachable";
    case "down":
      return "is down";
    case "wrong-cookie":
      return "holds another cookie";
    case "wrong-cluster":
      return "belongs to another cluster";
    default:
      return unreachable(status);
  }
}

/** Collects changes and keeps the last ones. */
export class ChangeLog {
  readonly #kept: TimedChange[] = [];
  readonly #lastAt = new Map<NodeName, number>();
  /** When this node joined, on its own clock, in milliseconds. */
  startedAt = 0;
  #waiting: Change[] = [];
  #forgotten = 0;
  #toldAt = -Infinity;

  /** How many changes are no longer kept: the number of the first that is. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** When it wants to tell what waits. */
  get dueAt(): number {
    return this.#waiting.length === 0 ? Infinity : this.#toldAt + batchMs;
  }

  /** The last changes, the oldest first. */
  get kept(): readonly TimedChange[] {
    return this.#kept;
  }

  /** When the last kept change of a member happened; `undefined` if none is kept. */
  lastAt(name: NodeName): number | undefined {
    return this.#lastAt.get(name);
  }

  add(change: Change, now: number): void {
    if (!this.#cancels(change)) this.#waiting.push(change);
    this.#lastAt.set(change.name, now);
    this.#kept.push({ ...change, at: now });
    if (this.#kept.length <= changesKeptMax) return;
    this.#forgotten++;
    const oldest = this.#kept.shift();
    if (oldest === undefined || this.#lastAt.get(oldest.name) !== oldest.at) return;
    if (!this.#kept.some(({ name }) => name === oldest.name)) this.#lastAt.delete(oldest.name);
  }

  /** True if `change` takes back what waits to be told: then neither is news. */
  #cancels({ kind, name }: Change): boolean {
    const index = this.#waiting.findLastIndex((one) => one.name === name);
    const before = this.#waiting[index];
    if (before === undefined || takenBackBy[before.kind] !== kind) return false;
    this.#waiting.splice(index, 1);
    return true;
  }

  /** Tells what waits if it is time. */
  wake(now: number, out: Effect[]): void {
    if (now < this.dueAt) return;
    this.#toldAt = now;
    out.push({ kind: "changes", changes: this.#waiting });
    this.#waiting = [];
  }
}
