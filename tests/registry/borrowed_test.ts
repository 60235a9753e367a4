/** A registry that a program has given: it is used, and not ended. */
import assert from "node:assert/strict";
import { RegistryError } from "../../lib/core/base/errors.ts";
import { borrowed } from "../../lib/registry/borrowed.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { nameOf, never } from "./rows.ts";

/** A registry that is called, and fails with `error`; the calls are noted. */
function failing(error: unknown): { registry: Registry; calls: string[] } {
  const calls: string[] = [];
  const call = (name: string) => (): Promise<never> => {
    calls.push(name);
    return Promise.reject(error);
  };
  const registry = {
    ...{ url: "own", stalenessMs: 0, paceMs: 0 },
    ...{ read: call("read"), watch: call("watch"), [Symbol.asyncDispose]: call("dispose") },
  } as unknown as Registry;
  return { registry: borrowed(registry), calls };
}

const name = nameOf("n1@h");

Deno.test("borrowed() makes whatever a program throws a fault of its registry", async () => {
  const bug = new TypeError("x is no function");
  await assert.rejects(failing(bug).registry.read(name, never), {
    ...{ name: "RegistryError", message: "Cannot read n1@h from own: x is no function" },
    cause: bug,
  });
  const own = new RegistryError("Cannot read: it is away");
  await assert.rejects(failing(own).registry.read(name, never), own);
});

Deno.test("borrowed() calls nothing for who has given up", async () => {
  const { registry, calls } = failing(new Error("x"));
  await assert.rejects(registry.read(name, AbortSignal.abort(new Error("enough"))), /enough/);
  assert.deepEqual(calls, []);
});

Deno.test("borrowed() does without hints of a watch that fails, and ends nothing", async () => {
  const { registry, calls } = failing(new Error("x"));
  await registry.watch(() => assert.fail(), never);
  await registry[Symbol.asyncDispose]();
  assert.deepEqual(calls, ["watch"]);
});
