/**
 * What rides on every ping and pong of a node.
 *
 * @module
 */
import type { PingContent } from "../input.ts";
import type { Settings } from "../settings.ts";
import type { MemberList } from "../members/member_list.ts";

/** What the other side of a ping knows. */
export interface PeerView {
  /** True if it does not know this node yet. */
  readonly isNew: boolean;
  /** The fingerprint of its view, as it told it last; `undefined` if it never did. */
  readonly fingerprint?: number | undefined;
}

/**
 * What this node says with a ping or a pong. Once it has moved, has described itself anew, or leaves,
 * that is its whole record until the other side has it: nobody must learn of the new incarnation
 * without what has changed. Who tells the same fingerprint has the same incarnation of this node, and
 * so the rest of that record.
 *
 * @param started what this node was started with
 */
export function pingContent(
  peer: PeerView,
  { self, fingerprint }: Pick<MemberList, "self" | "fingerprint">,
  started: Pick<Settings, "addresses" | "tags" | "service">,
): PingContent {
  const { incarnation, addresses, tags, service } = self;
  const isAsStarted = addresses === started.addresses && tags === started.tags &&
    service === started.service && self.state !== "left";
  const isKnown = isAsStarted || peer.fingerprint === fingerprint;
  return peer.isNew || !isKnown
    ? { incarnation, fingerprint, record: self }
    : { incarnation, fingerprint };
}
