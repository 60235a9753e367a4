/**
 * Changes: what is told to people and programs, each once, with its reason.
 *
 * @module
 */
import { firstOf } from "../base/text.ts";
import { unreachable } from "../base/assert.ts";
import type { MemberStatus } from "./member.ts";
import type { NodeName } from "../base/name.ts";
import type { MemberService, ServiceState } from "./service.ts";

/**
 * The kind of a change.
 *
 * Of a member: `joined`; `returned` (it had failed and answers again); `failed` (enough observers
 * cannot reach it); `replaced` (another run has its name); `left` (it said goodbye); `forgotten` (a
 * dead one was taken out); `service` (it calls its service something else).
 *
 * Of this node's own view of a member: `suspected`, ended by `cleared`; `link-bad` (alive, but not
 * reached from here), ended by `link-mended`.
 *
 * Of this node itself: `isolated` (it has lost most of its peers), ended by `connected`; `held-up`
 * (it did not run for a while).
 */
export type ChangeKind =
  | "joined"
  | "returned"
  | "failed"
  | "replaced"
  | "left"
  | "forgotten"
  | "suspected"
  | "cleared"
  | "link-bad"
  | "link-mended"
  | "service"
  | "isolated"
  | "connected"
  | "held-up";

/** All kinds of changes. */
export const changeKinds: readonly ChangeKind[] = [
  "joined",
  "returned",
  "failed",
  "replaced",
  "left",
  "forgotten",
  "suspected",
  "cleared",
  "link-bad",
  "link-mended",
  "service",
  "isolated",
  "connected",
  "held-up",
];

/** Something that happened to a member, or to this node's view of it. */
export interface Change {
  /**
   * What happened. `suspected`, `link-bad` and what ends them are about this node's own link to the
   * member; `isolated`, `connected` and `held-up` about this node itself.
   */
  readonly kind: ChangeKind;
  /** Full name of the member. */
  readonly name: NodeName;
  /** Of `failed`: what the member is called now. */
  readonly status?: MemberStatus | undefined;
  /** Of `service`: what the member calls its service now. */
  readonly service?: ServiceState | undefined;
  /** Why, as a sentence. */
  readonly reason: string;
}

/** Of which run of a member, and which of its claims, a change speaks. */
export interface ChangedRun {
  /** 32 hexadecimal digits; of a BEAM node decimal, and empty until it is known. */
  readonly instance: string;
  /** Two nodes that tell of the same failure, or of the same return, tell the same number. */
  readonly incarnation: number;
}

/** A change with the monotonic time at which this node learned of it, in milliseconds. */
export interface TimedChange extends Change, ChangedRun {
  /** When this node learned of it. */
  readonly at: number;
}

/** Something that happened to a member, or to this node's view of it, as a program is told. */
export interface ToldChange {
  // Written out although it is a `Change`: it is read in the documentation of the library.
  /** What happened. */
  readonly kind: ChangeKind;
  /** Full name of the member. */
  readonly name: NodeName;
  /** Of `failed`: what the member is called now. */
  readonly status?: MemberStatus | undefined;
  /** Of `service`: what the member calls its service now. */
  readonly service?: ServiceState | undefined;
  /** Why, as a sentence. */
  readonly reason: string;
  /** True if it had happened before it was asked for: part of the snapshot that comes first. */
  readonly snapshot: boolean;
}

/** What is told when a member calls its service something else than `before`; else nothing. */
export function serviceChange(
  name: NodeName,
  service: MemberService | undefined,
  before: MemberService | undefined,
): Change | undefined {
  if (service === undefined || service.state === before?.state) return undefined;
  return { kind: "service", name, service: service.state, reason: service.reason };
}

/** One sentence: `n3@10.0.0.4 is down: n1@10.0.0.2 cannot reach it: …`. */
export function describeChange(change: Change): string {
  return `${change.name} ${changeWords(change)}${change.reason === "" ? "" : `: ${change.reason}`}`;
}

/** Names in one sentence before the rest is only counted. */
const namesMax = 10;

/** Many changes of one kind in one sentence, with the reason that all share, or that of the first. */
export function describeChanges(changes: readonly Change[]): string {
  const [first] = changes;
  if (first === undefined) return "";
  if (changes.length === 1) return describeChange(first);
  const names = firstOf(changes.map(({ name }) => name), namesMax);
  const why = `${sharedReason(changes) === undefined ? "; the first:" : ":"} ${first.reason}`;
  return `${changes.length} members: ${names}: each ${changeWords(first)}${why}`;
}

/** Why all of them happened; `undefined` if each has a reason of its own. */
export function sharedReason(changes: readonly Change[]): string | undefined {
  const [first] = changes;
  return changes.every(({ reason }) => reason === first?.reason) ? first?.reason : undefined;
}

/** Changes by what is told of them: each group is one sentence of {@linkcode describeChanges}. */
export function groupChanges(changes: readonly Change[]): readonly (readonly Change[])[] {
  return [
    ...Map.groupBy(changes, ({ kind, status, service }) => `${kind} ${status ?? service ?? ""}`)
      .values(),
  ];
}

function changeWords({ kind, status, service }: Change): string {
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
    case "suspected":
      return "is suspected by this node";
    case "cleared":
      return "is no longer suspected by this node";
    case "link-bad":
      return "is alive but unreachable from this node";
    case "link-mended":
      return "can be reached again";
    case "service":
      return `says that its service ${serviceWords(service ?? "starting")}`;
    case "isolated":
      return "may be isolated";
    case "connected":
      return "is no longer isolated";
    case "held-up":
      return "was held up";
    default:
      return unreachable(kind);
  }
}

/** A state of a service as the end of a sentence that begins with "its service". */
export function serviceWords(state: ServiceState): string {
  return state === "stopped" ? "has stopped" : `is ${state}`;
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
