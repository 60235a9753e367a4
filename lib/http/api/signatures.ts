/**
 * When two looks at the same thing show the same: ages and round trips are no difference, neither as
 * numbers nor in sentences.
 *
 * @module
 */
import type { MemberView } from "../../core/members/member.ts";
import type { NodeReport } from "../../report/node_report.ts";

/** Equal for a member that is as it was. */
export function memberSignature(view: MemberView): string {
  const { forMs: _age, roundTripUs: _roundTrip, reason, ...rest } = view;
  return JSON.stringify([rest, timeless(reason)]);
}

/** Equal for a node that is as it was. */
export function nodeSignature(node: NodeReport): string {
  const { time: _time, uptimeMs: _uptime, reason, ...rest } = node;
  return JSON.stringify([rest, timeless(reason)]);
}

/** A sentence without the spans of time in it, such as `3 min 20 s` or `0.41 ms`. */
function timeless(reason: string): string {
  return reason.replace(/\d+(\.\d+)? (µs|ms|s|min|h|d)\b( \d+ (s|min|h)\b)?/g, "some time");
}
