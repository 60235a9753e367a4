/**
 * Of which members there are figures of their own.
 *
 * A series per peer on each of many nodes is more than anybody wants to store. So there are at most 64
 * on each, those first that are not as they should be.
 *
 * @module
 */
import { countsAsAlive } from "../../core/members/member.ts";
import type { MemberView } from "../../core/members/member.ts";

/** Most peers with series of their own. */
export const peersMax = 64;

/** Those of `members` that have figures of their own, in their order; the node itself has none. */
export function shownPeers(members: readonly MemberView[]): readonly MemberView[] {
  const peers = members.filter(({ self }) => !self);
  if (peers.length <= peersMax) return peers;
  const ranked = Map.groupBy(peers, urgency);
  const urgent = [0, 1, 2, 3].flatMap((rank) => ranked.get(rank) ?? []);
  const chosen = new Set(urgent.slice(0, peersMax));
  return peers.filter((peer) => chosen.has(peer));
}

/** 0 for who is gone … 3 for whom all is well with. */
function urgency({ status, linkWorks }: MemberView): number {
  if (!countsAsAlive(status)) return 0;
  if (!linkWorks) return 1;
  return status === "suspect" ? 2 : 3;
}
