/** The calls of a registry, as they are seen from outside. */
import assert from "node:assert/strict";
import { RegistryError } from "../../lib/core/base/errors.ts";
import { MemoryStorage, openMemoryRegistry } from "../../lib/registry/memory/memory.ts";
import { observed } from "../../lib/registry/registry_call.ts";
import type { RegistryCall } from "../../lib/registry/registry_call.ts";
import type { Listing, Registry } from "../../lib/registry/registry.ts";
import { ManualClock } from "../support/manual_clock.ts";

const never = new AbortController().signal;

/** An observed registry whose listings take 5 ms, and fail with `fault` if there is one. */
function scene(fault?: Error): { registry: Registry; calls: RegistryCall[] } {
  const clock = new ManualClock();
  const calls: RegistryCall[] = [];
  const memory = openMemoryRegistry({ storage: new MemoryStorage(), cluster: "default", clock });
  const list = memory.list.bind(memory);
  memory.list = (signal): Promise<Listing> => {
    clock.pass(5);
    return fault === undefined ? list(signal) : Promise.reject(fault);
  };
  return { registry: observed(memory, clock, (call) => calls.push(call)), calls };
}

Deno.test("observed() tells how long a call took, and gives its answer", async () => {
  const { registry, calls } = scene();
  assert.deepEqual((await registry.list(never)).rows, []);
  assert.equal(await registry.getOrCreateCookie("secret", never), "secret");
  assert.deepEqual(calls, [
    { operation: "list", tookUs: 5000, failed: false },
    { operation: "cookie", tookUs: 0, failed: false },
  ]);
});

Deno.test("observed() tells of a failure and throws it, but not of what its caller gave up", async () => {
  const fault = new RegistryError("it is away");
  const { registry, calls } = scene(fault);
  await assert.rejects(registry.list(never), fault);
  assert.deepEqual(calls, [{ operation: "list", tookUs: 5000, failed: true }]);
  await assert.rejects(registry.list(AbortSignal.abort()), fault);
  assert.equal(calls.length, 1);
});
