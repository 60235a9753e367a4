/**
 * What a node writes about itself and its cluster: its start and end, what changes, its status line.
 *
 * @module
 */
import { formatDuration } from "../core/base/duration.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Effect, StopReason } from "../core/input.ts";
import { describeChanges, groupChanges, sharedReason } from "../core/members/change.ts";
import type { Change, ChangeKind } from "../core/members/change.ts";
import type { Log } from "../log/log.ts";
import { StatusWriter } from "./status_writer.ts";
import type { StatusMode } from "./status_writer.ts";

/** Changes that somebody should look at. */
const badChanges: ReadonlySet<ChangeKind> = new Set(["failed", "link-bad", "isolated", "held-up"]);

/** Writes for one node. */
export class EventLog {
  readonly #log: Log;
  readonly #status: StatusWriter;
  readonly #startedAt: number;
  /** Its own, once it has joined. */
  #name: NodeName | undefined;
  #serviceHasFailed = false;
  /** Why this node leaves or has ended, once it does. */
  #leaving: string | undefined;
  #tellsLeaving = false;

  /** @param now monotonic time at which the node starts, in milliseconds */
  constructor(log: Log, mode: StatusMode, now: number) {
    this.#log = log;
    this.#status = new StatusWriter(mode);
    this.#startedAt = now;
  }

  /** The name has been settled. */
  joined(name: NodeName): void {
    this.#name = name;
    this.#log.bind({ observer: name });
  }

  /** The status line, if it is to be written. */
  status(effect: Effect & { kind: "status" }): void {
    const line = this.#status.line(effect);
    if (line === undefined) return;
    const { shown, alive, entries } = effect;
    const members = entries?.map(({ name, alive, service }) => ({
      name,
      alive,
      serviceState: service,
    }));
    this.#log.info(line, { event: "status", memberCount: shown, aliveCount: alive, members });
  }

  /** The own service has ended without success; that it has stopped is bad news then. */
  serviceFailed(): void {
    this.#serviceHasFailed = true;
  }

  /** One line for all changes of one kind. */
  changes(changes: readonly Change[]): void {
    for (const group of groupChanges(changes)) {
      const [first] = group;
      if (first === undefined) continue;
      const { kind, name, status, service } = first;
      const isBad = badChanges.has(kind) || service === "failing" || this.#tellsOwnFailure(group);
      const reason = sharedReason(group);
      this.#log[isBad ? "warning" : "info"](describeChanges(group), {
        event: kind,
        name: group.length === 1 ? name : undefined,
        members: group.map((change) => ({
          name: change.name,
          reason: reason === undefined ? change.reason : undefined,
        })),
        status,
        serviceState: service,
        reason,
      });
    }
  }

  /** Each node warns of its own service: it alone knows whether that was to end. */
  #tellsOwnFailure(changes: readonly Change[]): boolean {
    return this.#serviceHasFailed &&
      changes.some(({ name, service }) => name === this.#name && service === "stopped");
  }

  /**
   * This node begins to leave; of several reasons the first counts.
   *
   * @param leave begins it; the changes that it tells have come before, and are told before
   */
  leaving(name: NodeName, reason: string, leave: () => void): void {
    this.#tellsLeaving ||= this.#leaving === undefined;
    this.#leaving ??= reason;
    leave();
    this.#tellLeaving(name);
  }

  #tellLeaving(name: NodeName): void {
    if (!this.#tellsLeaving) return;
    this.#tellsLeaving = false;
    const reason = this.#leaving;
    this.#log.info(`${name} is leaving: ${reason}`, { event: "leaving", reason });
  }

  /**
   * This node has ended; returns why. What has kept it from joining is told by who has started it.
   */
  stopped(name: NodeName, stop: StopReason, now: number): string {
    // A node without a row has nothing to wait for.
    this.#tellLeaving(name);
    const reason = stop.kind === "left" ? this.#leaving ?? "it was asked to" : stop.message;
    this.#leaving ??= reason;
    if (stop.kind !== "left" && this.#name === undefined) return reason;
    const ranMs = Math.round(now - this.#startedAt);
    const level = stop.kind === "left" ? "info" : "error";
    this.#log[level](`${name} has stopped after ${formatDuration(ranMs)}: ${reason}`, {
      event: "stopped",
      reason,
      ranMs,
    });
    return reason;
  }
}
