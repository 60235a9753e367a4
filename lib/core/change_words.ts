/**
 * Changes in words, the same in the log, the events and the explanations.
 *
 * @module
 */
import { unreachable } from "./assert.ts";
import type { Change, MemberStatus } from "./member.ts";

/** One sentence: `n3@10.0.0.4 is down: two pings in a row failed: …`. */
export function describeChange({ name, reason, ...change }: Change): string {
  switch (change.kind) {
    case "joined":
      return `${name} joined: ${reason}`;
    case "returned":
      return `${name} is back: ${reason}`;
    case "failed":
      return `${name} ${statusWords(change.status)}: ${reason}`;
    case "replaced":
      return `${name} was replaced: ${reason}`;
    case "left":
      return `${name} left: ${reason}`;
    case "forgotten":
      return `${name} was forgotten: ${reason}`;
    default:
      return unreachable(change);
  }
}

/** A status as the end of a sentence that begins with a name. */
export function statusWords(status: MemberStatus): string {
  switch (status) {
    case "unproven":
      return "has not answered yet";
    case "alive":
      return "is alive";
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
