/**
 * How pings fail, and the words for that: a leaf, because votes, records, views and messages all carry
 * it.
 *
 * @module
 */
import { unreachable } from "./assert.ts";

/**
 * How a ping failed: the connection was `refused`; there was `no-answer` to the attempt to connect; a
 * connection stands and stays `silent`, or was `reset`; or something else answers there: an
 * `other-instance`, a node of the `wrong-cluster` or with the `wrong-cookie`, or `garbage`, which is no
 * node at all.
 */
export type PingFailure =
  | "refused"
  | "no-answer"
  | "silent"
  | "reset"
  | "other-instance"
  | "wrong-cluster"
  | "wrong-cookie"
  | "garbage";

/** All of them. */
export const pingFailures: readonly PingFailure[] = [
  "refused",
  "no-answer",
  "silent",
  "reset",
  "other-instance",
  "wrong-cluster",
  "wrong-cookie",
  "garbage",
];

/** True if `text` names a failure. */
export function isPingFailure(text: string | undefined): text is PingFailure {
  return (pingFailures as readonly (string | undefined)[]).includes(text);
}

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
