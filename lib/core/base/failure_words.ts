/**
 * Failures in words, the same everywhere: log, tables, explanations.
 *
 * @module
 */
import { unreachable } from "./assert.ts";
import type { PingFailure } from "./ping_failure.ts";

/** How a ping failed, as a clause. */
export function failureWords(kind: PingFailure): string {
  switch (kind) {
    case "refused":
      return "connection refused";
    case "no-answer":
      return "no answer to the attempt to connect";
    case "silent":
      return "connected, but no answer in time";
    case "reset":
      return "the connection broke";
    case "other-instance":
      return "another node answers there";
    case "wrong-cluster":
      return "it belongs to another cluster";
    case "wrong-cookie":
      return "it holds another cookie";
    case "garbage":
      return "another program answers there";
    default:
      return unreachable(kind);
  }
}
