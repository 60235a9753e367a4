/**
 * What the core is told, and what it wants done.
 *
 * The shell turns everything that happens into inputs and hands them over one at a time; each step
 * answers with effects, which the shell carries out and whose results come back as inputs. Inputs
 * hold plain data only, so that they can be written down and replayed.
 *
 * @module
 */
import type { Address } from "./address.ts";
import type { NodeName } from "./name.ts";
import type { InstanceId, Row } from "./row.ts";
import type { Change, MemberView } from "./member.ts";
import type { StatusEntry } from "./status_line.ts";

/** A peer that has proven to hold the cookie, as it introduced itself. */
export interface Peer {
  readonly name: NodeName;
  readonly instance: InstanceId;
  readonly addresses: readonly Address[];
  readonly software: string;
}

/** How a ping ended; see `Outcome` in the transport for what each kind means. */
export type PingOutcome =
  | { readonly kind: "pong"; readonly roundTripUs: number; readonly address: Address }
  | { readonly kind: PingFailure; readonly detail: string };

/** The kinds of failed pings. */
export type PingFailure =
  | "refused"
  | "no-answer"
  | "silent"
  | "reset"
  | "other-instance"
  | "wrong-cluster"
  | "wrong-cookie"
  | "garbage";

/** A row as the registry holds it, with the version to name when replacing it. */
export interface RegistryRow {
  readonly row: Row;
  readonly version: string;
}

/** Something that happened. */
export type Input =
  /** Time has passed; early, late and doubled ones do no harm. */
  | { readonly kind: "wake" }
  | { readonly kind: "listed"; readonly rows: readonly RegistryRow[] }
  /** Somebody may have changed something in the registry: worth a look. */
  | { readonly kind: "registry-hint" }
  | { readonly kind: "list-failed"; readonly reason: string }
  | { readonly kind: "written"; readonly version: string }
  | { readonly kind: "write-conflict"; readonly current: RegistryRow | undefined }
  | { readonly kind: "write-failed"; readonly reason: string }
  | { readonly kind: "removed"; readonly name: NodeName }
  | { readonly kind: "remove-failed"; readonly name: NodeName; readonly reason: string }
  | { readonly kind: "ping-ended"; readonly ping: number; readonly outcome: PingOutcome }
  /** A member pinged this node; answer with a `pong` effect for `reply`. */
  | { readonly kind: "pinged"; readonly from: Peer; readonly reply: number }
  /** The connection to a peer broke without a goodbye, or a pong came after its deadline. */
  | { readonly kind: "lost"; readonly instance: InstanceId }
  | { readonly kind: "late"; readonly instance: InstanceId }
  /** A peer says that it leaves. */
  | { readonly kind: "peer-left"; readonly from: Peer }
  /** A peer says that a dead node was taken out. */
  | { readonly kind: "peer-forgot"; readonly name: NodeName; readonly instance: InstanceId }
  /** Somebody asks this node to leave, or to forget a dead one. */
  | { readonly kind: "leave" }
  | { readonly kind: "forget"; readonly name: NodeName; readonly reply: number };

/** A row without the wall-clock time of the write, which the shell adds. */
export type RowDraft = Omit<Row, "activeAt">;

/** Why the node ends by its own decision. */
export type StopReason =
  | { readonly kind: "left" }
  | { readonly kind: "name-taken"; readonly message: string }
  | { readonly kind: "registry-away"; readonly message: string };

/** Something that the shell must do. */
export type Effect =
  | {
    readonly kind: "ping";
    readonly ping: number;
    readonly name: NodeName;
    readonly instance: InstanceId;
    readonly addresses: readonly Address[];
    readonly connectTimeoutMs: number;
    readonly answerTimeoutMs: number;
  }
  | { readonly kind: "pong"; readonly reply: number }
  | { readonly kind: "list" }
  | { readonly kind: "write"; readonly row: RowDraft; readonly seen: string | undefined }
  | { readonly kind: "remove"; readonly name: NodeName; readonly version: string }
  /** Tell every connected member that this node leaves. */
  | { readonly kind: "tell-left" }
  | { readonly kind: "tell-forgot"; readonly name: NodeName; readonly instance: InstanceId }
  | { readonly kind: "forgotten"; readonly reply: number; readonly refusal: string | undefined }
  | { readonly kind: "drop"; readonly instance: InstanceId }
  /** It is time for the status line. */
  | { readonly kind: "status"; readonly self: NodeName; readonly entries: readonly StatusEntry[] }
  | { readonly kind: "change"; readonly change: Change }
  /** This node is registered under `name` and part of the cluster from now on. */
  | { readonly kind: "joined"; readonly name: NodeName }
  | {
    readonly kind: "note";
    readonly level: "info" | "warning";
    readonly message: string;
  }
  | { readonly kind: "stop"; readonly reason: StopReason };

export type { MemberView };
