/**
 * Failures in words, the same everywhere: log, tables, explanations.
 *
 * @module
 */
import { unreachable } from "../base/assert.ts";
import type { PingFailure } from "../input.ts";

/** How a ping failed, as a clause. */
export function failureWords(kind: PingFailure): string {
  switch (kind) {
    case "refused":
      return "connection refused, nobody listens there";
    case "no-answer":
      return "no answer to the attempt to connect";
    case "silent":
      return "connected, but no answer in time";
    case "reset":
      return "the connection broke";
    case "other-instance":
      return "somebody else answers there";
    case "wrong-cluster":
      return "it belongs to another cluster";
    case "wrong-cookie":
      return "it holds another cookie";
    case "garbage":
      return "what answers there is no clusternode";
    default:
      return unreachable(kind);
  }
}
