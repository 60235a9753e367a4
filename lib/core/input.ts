/**
 * What the core is told, and what it wants done.
 *
 * The shell turns everything that happens into inputs and hands them over one at a time; each step
 * answers with effects, which the shell carries out and whose results come back as inputs. Inputs
 * hold plain data only, so that they can be written down and replayed.
 *
 * @module
 */
import type { PingFailure } from "./base/ping_failure.ts";
import type { Address } from "./base/address.ts";
import type { Change } from "./members/change.ts";
import type { News } from "./members/news.ts";
import type { NodeName } from "./base/name.ts";
import type { Pulse } from "./members/pulse.ts";
import type { MemberRecord } from "./members/record.ts";
import type { MemberService } from "./members/service.ts";
import type { InstanceId, RowDraft, StoredRow, StoredTimestamp } from "./members/row.ts";
import type { StatusEntry } from "./members/status_line.ts";

/** A peer that has proven to hold the cookie, as it introduced itself. */
export interface Peer {
  /** Its full name. */
  readonly name: NodeName;
  /** Which run of it. */
  readonly instance: InstanceId;
  /** Where it answers, in the order to try. */
  readonly addresses: readonly Address[];
  /** Program and version that it runs. */
  readonly software: string;
}

/** What rides on a ping. */
export interface PingContent {
  /** The sender's incarnation. */
  readonly incarnation: number;
  /** Fingerprint of the sender's member list. */
  readonly fingerprint: number;
  /** The sender's whole record; on first contact, and of one that has changed until it is known. */
  readonly record?: MemberRecord | undefined;
  /** With pings of one that watches the receiver. */
  readonly pulse?: Pulse | undefined;
}

/** How a ping ended: with a `pong`, or with how it failed and what the system said of that. */
export type PingOutcome =
  | {
    readonly kind: "pong";
    readonly roundTripUs: number;
    readonly address: Address;
    readonly incarnation: number;
    readonly fingerprint: number;
    readonly record?: MemberRecord | undefined;
  }
  | { readonly kind: PingFailure; readonly detail: string };

/** How a ping of a BEAM node ended: with a `pong`, or with how it failed and why. */
export type BeamPingOutcome =
  | {
    readonly kind: "pong";
    readonly roundTripUs: number;
    readonly address: Address;
    /** Tells two runs of one name apart. */
    readonly creation: number;
  }
  | { readonly kind: PingFailure; readonly detail: string };

/** Whom a ping or a request is for. */
export interface Addressee {
  /** Its full name. */
  readonly name: NodeName;
  /** Which run of it. */
  readonly instance: InstanceId;
  /** Where to try, the best first. */
  readonly addresses: readonly Address[];
}

/** Something that happened. */
export type Input =
  /** Time has passed; early, late and doubled ones do no harm. */
  | { readonly kind: "wake" }
  | {
    readonly kind: "listed";
    readonly rows: readonly StoredRow[];
    /** Timestamps of BEAM nodes; left out by a node that does not share the pulse with them. */
    readonly beams?: readonly StoredTimestamp[] | undefined;
  }
  /** Somebody may have changed something in the registry: worth a look. */
  | { readonly kind: "registry-hint" }
  | { readonly kind: "list-failed"; readonly reason: string }
  | { readonly kind: "written"; readonly version: string }
  | { readonly kind: "write-conflict"; readonly current: StoredRow | undefined }
  | { readonly kind: "write-failed"; readonly reason: string }
  | { readonly kind: "removed"; readonly name: NodeName }
  /** What was to be removed has changed meanwhile, or is gone. */
  | {
    readonly kind: "remove-conflict";
    readonly name: NodeName;
    readonly current: StoredRow | undefined;
  }
  | { readonly kind: "remove-failed"; readonly name: NodeName; readonly reason: string }
  | { readonly kind: "ping-ended"; readonly ping: number; readonly outcome: PingOutcome }
  /** A member pinged this node; answer with a `pong` effect for `reply`. */
  | {
    readonly kind: "pinged";
    readonly from: Peer;
    readonly content: PingContent;
    readonly reply: number;
  }
  /** The connection to a peer broke without a goodbye, or a pong came after its deadline. */
  | { readonly kind: "lost"; readonly name: NodeName; readonly instance: InstanceId }
  | { readonly kind: "late"; readonly name: NodeName; readonly instance: InstanceId }
  /** A peer passes news on. */
  | {
    readonly kind: "told";
    readonly news: News;
    /** Who; recordings of old lack it. */
    readonly from?: InstanceId | undefined;
  }
  /** A peer cannot reach `subject` and asks this node to try. */
  | { readonly kind: "probe-asked"; readonly subject: Addressee; readonly reply: number }
  /** A helper answered, or did not (`undefined`). */
  | { readonly kind: "probe-ended"; readonly probe: number; readonly reached: boolean | undefined }
  /** A peer's member list differs: answer with the records of the buckets that differ. */
  | { readonly kind: "sync-asked"; readonly buckets: readonly number[]; readonly reply: number }
  /** The records of `from` in the buckets that differ; empty if it did not answer. */
  | {
    readonly kind: "synced";
    readonly from: InstanceId;
    readonly buckets: readonly number[];
    readonly records: readonly MemberRecord[];
    /** True if there was more than fits an answer. */
    readonly more: boolean;
  }
  /** This machine has other addresses than before: these are where peers should try from now on. */
  | { readonly kind: "moved"; readonly addresses: readonly Address[] }
  /** This node tells something else of itself from now on; what is left out stays as it was. */
  | {
    readonly kind: "described";
    readonly service?: MemberService | undefined;
    readonly tags?: Readonly<Record<string, string>> | undefined;
  }
  | { readonly kind: "beam-ping-ended"; readonly ping: number; readonly outcome: BeamPingOutcome }
  /** A BEAM node pinged this one; answer with a `beam-pong` effect for `reply`. */
  | { readonly kind: "beam-pinged"; readonly from: NodeName; readonly reply: number }
  /** The connection to a BEAM node ended. */
  | { readonly kind: "beam-lost"; readonly name: NodeName }
  /** Somebody asks this node to leave, or to forget a dead one. */
  | { readonly kind: "leave" }
  | {
    readonly kind: "forget";
    readonly name: NodeName;
    /** Only say what would be done. */
    readonly dryRun: boolean;
    readonly reply: number;
  };

/** Why the node ends by its own decision. */
export type StopReason =
  | { readonly kind: "left" }
  | { readonly kind: "name-taken"; readonly message: string }
  | { readonly kind: "registry-away"; readonly message: string }
  /** A fault of the program; decided by the shell, as its core decides nothing any more. */
  | { readonly kind: "faulty"; readonly message: string };

/** Something that the shell must do. */
export type Effect =
  | {
    readonly kind: "ping";
    readonly ping: number;
    readonly to: Addressee;
    readonly content: PingContent;
    readonly connectTimeoutMs: number;
    readonly answerTimeoutMs: number;
    /** Over a connection of its own. */
    readonly fresh: boolean;
  }
  | { readonly kind: "pong"; readonly reply: number; readonly content: PingContent }
  /** Pass news on, over connections that are open; nothing is dialled for it. */
  | { readonly kind: "tell"; readonly to: readonly InstanceId[]; readonly news: News }
  /** Ask `helper` to ping `subject`; ends with `probe-ended`. */
  | {
    readonly kind: "ask-probe";
    readonly probe: number;
    readonly helper: Addressee;
    readonly subject: Addressee;
    readonly timeoutMs: number;
  }
  | { readonly kind: "probe-answer"; readonly reply: number; readonly reached: boolean }
  /** Ask for what differs; ends with `synced`. */
  | { readonly kind: "ask-sync"; readonly from: Addressee; readonly buckets: readonly number[] }
  | {
    readonly kind: "sync-answer";
    readonly reply: number;
    readonly buckets: readonly number[];
    readonly records: readonly MemberRecord[];
    readonly more: boolean;
  }
  /** Ping a BEAM node; ends with `beam-ping-ended`. */
  | {
    readonly kind: "beam-ping";
    readonly ping: number;
    readonly to: NodeName;
    readonly connectTimeoutMs: number;
    readonly answerTimeoutMs: number;
  }
  | { readonly kind: "beam-pong"; readonly reply: number }
  | { readonly kind: "list" }
  | { readonly kind: "write"; readonly row: RowDraft; readonly expectedVersion: string | undefined }
  | { readonly kind: "remove"; readonly name: NodeName; readonly version: string }
  | { readonly kind: "forgotten"; readonly reply: number; readonly refusal: string | undefined }
  /** Close the connections whose end on this side is at an address that this machine has lost. */
  | { readonly kind: "drop"; readonly hosts: readonly string[] }
  /** It is time for the status line. */
  | {
    readonly kind: "status";
    readonly self: NodeName;
    /** How many are shown, and how many of them are true. */
    readonly shown: number;
    readonly alive: number;
    /** Each of them; `undefined` if there are more than the settings want to see. */
    readonly entries: readonly StatusEntry[] | undefined;
  }
  /** What changed, told as one. */
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  /** This node is registered under `name` and part of the cluster from now on. */
  | { readonly kind: "joined"; readonly name: NodeName }
  | { readonly kind: "note"; readonly level: "info" | "warning"; readonly message: string }
  | { readonly kind: "stop"; readonly reason: StopReason };

/** What became of a row that was to be removed. */
export type Removal = Input & { readonly kind: "removed" | "remove-conflict" | "remove-failed" };

/** Why a row was not removed, as a sentence; `undefined` if it was. */
export function removalRefusal(removal: Removal): string | undefined {
  if (removal.kind === "removed") return undefined;
  return removal.kind === "remove-failed"
    ? removal.reason
    : "Its row has just changed: it may be coming back";
}
