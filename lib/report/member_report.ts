/**
 * Members, as programs are told of them.
 *
 * @module
 */
import * as v from "valibot";
import { formatAddress } from "../core/base/address.ts";
import { countsAsAlive } from "../core/members/member.ts";
import type { MemberView } from "../core/members/member.ts";
import type { MemberService } from "../core/members/service.ts";
import { fields, list, report } from "./fields.ts";
import { isoTime } from "./iso_time.ts";

/** The keys of one that carries a service. */
export const serviceEntries = {
  serviceState: v.optional(fields.serviceState),
  serviceReason: v.optional(fields.serviceReason),
  servicePort: v.optional(fields.servicePort),
} as const;

/** The keys of a member. */
export const memberEntries = {
  name: fields.name,
  memberKind: fields.memberKind,
  status: fields.status,
  reason: fields.reason,
  self: fields.self,
  linkWorks: fields.linkWorks,
  forMs: fields.forMs,
  roundTripUs: v.optional(fields.roundTripUs),
  addresses: fields.addresses,
  tags: fields.tags,
  ...serviceEntries,
  flapping: fields.flapping,
  instance: v.optional(fields.instance),
  incarnation: fields.incarnation,
  startedAt: v.optional(fields.startedAt),
  software: fields.software,
} as const;

/** Shape of a member in a list. */
export const memberSchema = v.strictObject(memberEntries);

/** A member in a list. */
export type MemberReport = v.InferOutput<typeof memberSchema>;

/** Shape of all members as one node sees them. */
export const membersSchema = report("members.v1", "`members`: who is there, as one node sees it", {
  time: fields.time,
  asked: fields.asked,
  lost: v.optional(fields.lost),
  cluster: fields.cluster,
  memberCount: fields.memberCount,
  aliveCount: fields.aliveCount,
  members: list(
    "those asked for, or else all, in the order of their names",
    memberEntries,
  ),
});

/** All members as one node sees them. */
export type MembersReport = v.InferOutput<typeof membersSchema>;

/** `view` for programs. */
export function memberReport(view: MemberView): MemberReport {
  const { name, kind, status, reason, self, linkWorks, forMs, roundTripUs } = view;
  const { addresses, tags, flapping, instance, incarnation, startedAt, software } = view;
  return {
    name,
    memberKind: kind,
    status,
    reason,
    self,
    linkWorks,
    forMs: Math.round(forMs),
    roundTripUs: roundTripUs && Math.round(roundTripUs),
    addresses: addresses.map(formatAddress),
    tags: Object.entries(tags).map(([key, value]) => `${key}=${value}`),
    ...serviceReport(view.service),
    flapping,
    instance: instance === "" ? undefined : instance,
    incarnation,
    startedAt: isoTime(startedAt),
    software,
  };
}

/** The keys of a service; none if there is none. */
export function serviceReport(
  service: MemberService | undefined,
): Pick<MemberReport, keyof typeof serviceEntries> {
  if (service === undefined) return {};
  const { state, reason, port } = service;
  return { serviceState: state, serviceReason: reason, servicePort: port };
}

/**
 * The members that `asked` sees, for programs.
 *
 * @param members all of them, who are counted
 * @param chosen those that are listed, if not all
 * @param lost the node that was asked before, if it no longer answers
 * @param now wall-clock time of the answer, in milliseconds
 */
export function membersReport(
  { asked, lost, cluster, members, chosen = members, now }: {
    readonly asked: string;
    readonly lost?: string | undefined;
    readonly cluster: string;
    readonly members: readonly MemberView[];
    readonly chosen?: readonly MemberView[];
    readonly now: number;
  },
): MembersReport {
  return {
    schema: "members.v1",
    time: isoTime(now),
    asked,
    lost,
    cluster,
    memberCount: members.length,
    aliveCount: countAlive(members),
    members: chosen.map(memberReport),
  };
}

/** How many of `members` are alive or only suspected. */
export function countAlive(members: readonly MemberView[]): number {
  return members.filter(({ status }) => countsAsAlive(status)).length;
}
