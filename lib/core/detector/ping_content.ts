/**
 * What rides on every ping and pong of a node.
 *
 * @module
 */
import type { PingContent } from "../input.ts";
import type { Settings } from "../settings.ts";
import type { MemberList } from "../members/member_list.ts";

/**
 * What this node says with a ping or a pong. Once it has moved, has described itself anew, or leaves,
 * that is its whole record: nobody must learn of the new incarnation without what has changed.
 *
 * @param withRecord true if the other side does not know this node yet
 * @param started what this node was started with
 */
export function pingContent(
  withRecord: boolean,
  { self, fingerprint }: Pick<MemberList, "self" | "fingerprint">,
  started: Pick<Settings, "addresses" | "tags" | "service">,
): PingContent {
  const { incarnation, addresses, tags, service } = self;
  const isAsStarted = addresses === started.addresses && tags === started.tags &&
    service === started.service && self.state !== "left";
  return withRecord || !isAsStarted
    ? { incarnation, fingerprint, record: self }
    : { incarnation, fingerprint };
}
