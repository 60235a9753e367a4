import assert from "node:assert/strict";
import type { Effect, Input } from "../../lib/core/input.ts";
import { inputAfterFault } from "../../lib/node/input_after_fault.ts";
import { instanceOf, nameOf } from "../core/records.ts";

const reason = "a fault of this program";
const reset = { kind: "reset", detail: reason } as const;
const helper = { name: nameOf(2), instance: instanceOf(2), addresses: [] };
const subject = { name: nameOf(3), instance: instanceOf(3), addresses: [] };
const content = { incarnation: 0, fingerprint: 0 };
const timeouts = { connectTimeoutMs: 1, answerTimeoutMs: 1 };
const news = { records: [], votes: [], sightings: [] };

/** An effect of each kind, and the outcome that the core waits for; the compiler asks for new ones. */
const effects: {
  readonly [Kind in Effect["kind"]]: readonly [Extract<Effect, { readonly kind: Kind }>, Input?];
} = {
  "ping": [
    { kind: "ping", ping: 7, to: helper, content, ...timeouts, fresh: false },
    { kind: "ping-ended", ping: 7, outcome: reset },
  ],
  "beam-ping": [
    { kind: "beam-ping", ping: 8, to: nameOf(2), ...timeouts },
    { kind: "beam-ping-ended", ping: 8, outcome: reset },
  ],
  "ask-probe": [
    { kind: "ask-probe", probe: 9, helper, subject, timeoutMs: 1 },
    { kind: "probe-ended", probe: 9, reached: undefined },
  ],
  "ask-sync": [
    { kind: "ask-sync", from: helper, buckets: [1] },
    { kind: "synced", from: helper.instance, buckets: [], records: [], more: false },
  ],
  "list": [{ kind: "list" }, { kind: "list-failed", reason }],
  "write": [
    { kind: "write", row: {} as never, expectedVersion: "1" },
    { kind: "write-failed", reason },
  ],
  "remove": [
    { kind: "remove", name: nameOf(3), version: "1" },
    { kind: "remove-failed", name: nameOf(3), reason },
  ],
  "pong": [{ kind: "pong", reply: 1, content }],
  "tell": [{ kind: "tell", to: [helper.instance], news }],
  "probe-answer": [{ kind: "probe-answer", reply: 1, reached: true }],
  "sync-answer": [{ kind: "sync-answer", reply: 1, buckets: [], records: [], more: false }],
  "beam-pong": [{ kind: "beam-pong", reply: 1 }],
  "forgotten": [{ kind: "forgotten", reply: 1, refusal: undefined }],
  "drop": [{ kind: "drop", hosts: ["10.0.0.1"] }],
  "status": [{ kind: "status", self: nameOf(1), shown: 0, alive: 0, entries: [] }],
  "changes": [{ kind: "changes", changes: [] }],
  "joined": [{ kind: "joined", name: nameOf(1) }],
  "note": [{ kind: "note", level: "info", message: "a note" }],
  "stop": [{ kind: "stop", reason: { kind: "left" } }],
};

for (const [effect, input] of Object.values(effects)) {
  Deno.test(`inputAfterFault() gives ${input?.kind ?? "nothing"} for the effect ${effect.kind}`, () => {
    assert.deepEqual(inputAfterFault(effect), input);
  });
}
