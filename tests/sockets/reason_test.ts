import assert from "node:assert/strict";
import { reasonOf } from "../../lib/sockets/reason.ts";
import { needing } from "../permissions.ts";
import { freePort } from "../support/ports.ts";

Deno.test("reasonOf() tells an error in the words of the system, without numbers and further lines", () => {
  for (
    const [error, words] of [
      [
        new Deno.errors.ConnectionReset("Connection reset by peer (os error 104)"),
        /^Connection reset by peer$/,
      ],
      [new Error("Too many open files (os error 24)\n    at accept"), /^Too many open files$/],
      ["a word", /^a word$/],
    ] as const
  ) assert.match(reasonOf(error), words);
});

Deno.test("reasonOf() always has a word, also for an error without a message", () => {
  for (
    const [error, words] of [
      [new Deno.errors.BadResource(""), "BadResource"],
      [new TypeError("\nsecond line"), "TypeError"],
      ["", "it tells no reason"],
      [undefined, "undefined"],
      [{}, "[object Object]"],
    ] as const
  ) assert.equal(reasonOf(error), words);
});

Deno.test({
  ...needing("reasonOf() tells that nobody listens", "net"),
  async fn() {
    const dialled = Deno.connect({ hostname: "127.0.0.1", port: freePort() });
    const error: unknown = await dialled.then(() => undefined, (fault) => fault);
    assert.equal(reasonOf(error), "Connection refused");
  },
});
