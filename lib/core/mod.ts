/**
 * The core of a node, for simulations and for programs with a network or a registry of their own:
 * everything that decides, without clock, chance, promise, input and output of its own.
 *
 * A {@linkcode Membership} is told what happens, one {@linkcode Input} at a time, each with the time
 * of a monotonic clock in whole milliseconds. It answers with {@linkcode Effect}s: what is to be done,
 * in order. Whoever carries them out tells it of the outcome as the next inputs, and wakes it at
 * {@linkcode Membership.wakeAt}. Nothing else goes in or out, so that a run with the same inputs and
 * the same seed is the same run.
 *
 * | effect | ends with the input |
 * | --- | --- |
 * | `ping`, `beam-ping` | `ping-ended`, `beam-ping-ended`, with the same number |
 * | `ask-probe` | `probe-ended`, with the same number |
 * | `ask-sync` | `synced` |
 * | `list` | `listed` or `list-failed` |
 * | `write` | `written`, `write-conflict` or `write-failed` |
 * | `remove` | `removed`, `remove-conflict` or `remove-failed` |
 * | `pong`, `probe-answer`, `sync-answer`, `beam-pong`, `forgotten` | none: it answers the input with the same `reply` |
 * | `tell` | none here: each addressee is told with `told` |
 * | `drop`, `status`, `changes`, `joined`, `note`, `stop` | none |
 *
 * @example A node alone, with a registry that is a map
 * ```ts
 * import { Membership, parseNodeName, profileTimings, seededRandom } from "@clusternode/clusternode/core";
 * import type { Input, Settings, StoredRow } from "@clusternode/clusternode/core";
 *
 * const name = parseNodeName("n1@10.0.0.1");
 * if (name === undefined) throw new TypeError("It is no name");
 * const settings: Settings = {
 *   name,
 *   nameIsAutomatic: false,
 *   instance: "0".repeat(32),
 *   addresses: [{ host: "10.0.0.1", port: 4000 }],
 *   tags: {},
 *   startedAt: "2026-01-01T00:00:00Z",
 *   software: "example/1",
 *   intervalMs: 1000,
 *   timings: profileTimings.lan,
 *   fullMesh: false,
 *   statusEntriesMax: 20,
 *   startTimeoutMs: 30_000,
 *   leaveTimeoutMs: 5000,
 *   registryPaceMs: 0,
 * };
 * const rows = new Map<string, StoredRow>();
 * const core = new Membership(settings, seededRandom(1), 0);
 * for (let now = 0; now < 10_000; now = core.wakeAt) {
 *   const inputs: Input[] = [{ kind: "wake" }];
 *   for (let input = inputs.shift(); input !== undefined; input = inputs.shift()) {
 *     for (const effect of core.step(input, now)) {
 *       if (effect.kind === "list") inputs.push({ kind: "listed", rows: [...rows.values()] });
 *       if (effect.kind === "write") {
 *         const row = { ...effect.row, activeAt: new Date(now).toISOString() };
 *         const version = `${row.heartbeat}`;
 *         rows.set(row.name, { row, version });
 *         inputs.push({ kind: "written", version });
 *       }
 *       if (effect.kind === "joined") console.log(`${effect.name} joined after ${now} ms`);
 *     }
 *   }
 * }
 * console.log(core.members(10_000).map(({ name, status }) => `${name} is ${status}`));
 * ```
 *
 * @module
 */
export { formatAddress, parseAddress } from "./base/address.ts";
export type { Address } from "./base/address.ts";
export { parseNodeName } from "./base/name.ts";
export type { NodeName } from "./base/name.ts";
export type { PingFailure } from "./base/ping_failure.ts";
export { seededRandom } from "./base/random.ts";
export type { Random } from "./base/random.ts";
export type { Vote } from "./members/news.ts";
export { profileTimings } from "./base/profile.ts";
export type { Profile, ProfileTimings } from "./base/profile.ts";
export type { MemberKind, MemberStatus, MemberView } from "./members/member.ts";
export type { HeartbeatSighting, News } from "./members/news.ts";
export type { Cause, MemberRecord, RecordContent, RecordState } from "./members/record.ts";
export type { MemberService, ServiceState } from "./members/service.ts";
export type { Change, ChangedRun, ChangeKind, TimedChange } from "./members/change.ts";
export type { Explanation, LinkView, OwnStanding, PingView } from "./explain/explanation.ts";
export type { StatusEntry } from "./members/status_line.ts";
export type {
  Addressee,
  BeamPingOutcome,
  Effect,
  Input,
  Peer,
  PingContent,
  PingOutcome,
  StopReason,
} from "./input.ts";
export type { Pulse } from "./members/pulse.ts";
export { Membership } from "./membership.ts";
export type { HeartbeatState } from "./detector/registry_heartbeats.ts";
export type {
  InstanceId,
  Reclaim,
  Reclaimed,
  Row,
  RowDraft,
  RowVersion,
  StoredRow,
  StoredTimestamp,
} from "./members/row.ts";
export type { Settings } from "./settings.ts";
export { StepFault } from "./step_fault.ts";
