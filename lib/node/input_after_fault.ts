/**
 * What the core is told of an effect that a fault of the program has ended: it waits for the outcome,
 * and would wait for ever.
 *
 * @module
 */
import { unreachable } from "../core/base/assert.ts";
import type { Effect, Input } from "../core/input.ts";

const reason = "a fault of this program";

/** The outcome of `effect` in that case; `undefined` if none is waited for. */
export function inputAfterFault(effect: Effect): Input | undefined {
  switch (effect.kind) {
    case "ping":
      return { kind: "ping-ended", ping: effect.ping, outcome: { kind: "reset", detail: reason } };
    case "beam-ping": {
      const outcome = { kind: "reset", detail: reason } as const;
      return { kind: "beam-ping-ended", ping: effect.ping, outcome };
    }
    case "ask-probe":
      return { kind: "probe-ended", probe: effect.probe, reached: undefined };
    case "ask-sync":
      return {
        kind: "synced",
        from: effect.from.instance,
        buckets: [],
        records: [],
        more: false,
      };
    case "list":
      return { kind: "list-failed", reason };
    case "write":
      return { kind: "write-failed", reason };
    case "remove":
      return { kind: "remove-failed", name: effect.name, reason };
    case "pong":
    case "probe-answer":
    case "sync-answer":
    case "beam-pong":
    case "forgotten":
    case "tell":
    case "drop":
    case "status":
    case "changes":
    case "joined":
    case "note":
    case "stop":
      return undefined;
    default:
      return unreachable(effect);
  }
}
