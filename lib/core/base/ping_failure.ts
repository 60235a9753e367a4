/**
 * How pings fail: a leaf, because votes, records, views and messages all carry it.
 *
 * @module
 */

/** The kinds of failed pings. */
export type PingFailure =
  | "refused"
  | "no-answer"
  | "silent"
  | "reset"
  | "other-instance"
  | "wrong-cluster"
  | "wrong-cookie"
  | "garbage";
