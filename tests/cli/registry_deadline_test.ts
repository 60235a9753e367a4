/** What a command says of a registry that is too late. */
import assert from "node:assert/strict";
import { late } from "../../lib/cli/registry_deadline.ts";
import { RegistryError } from "../../lib/core/base/errors.ts";

Deno.test("late() makes a deadline that has passed a fault of the registry, and nothing else", async () => {
  const timeout = new DOMException("Signal timed out.", "TimeoutError");
  const told = Promise.reject(timeout).catch(late("file:///r"));
  await assert.rejects(told, (error) =>
    error instanceof RegistryError && error.cause === timeout &&
    error.message === "file:///r does not answer within 5000 ms");
  for (const other of [new Error("x"), new DOMException("Aborted", "AbortError")]) {
    await assert.rejects(
      Promise.reject(other).catch(late("file:///r")),
      (error) => error === other,
    );
  }
});
