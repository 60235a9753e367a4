import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { storeRegistry } from "../../lib/registry/store.ts";
import type { Store } from "../../lib/registry/store.ts";
import { settle } from "../support/waiting.ts";
import { never } from "./rows.ts";

Deno.test("storeRegistry() ends its storage when nobody listens to it any more", async () => {
  const listened = Promise.withResolvers<void>();
  let isEnded = false;
  const store = {
    url: "own:",
    listen: () => listened.promise,
    [Symbol.asyncDispose]() {
      isEnded = true;
      return Promise.resolve();
    },
  } as unknown as Store;
  const registry = storeRegistry(store, { clock: systemClock });
  const watching = registry.watch(() => {}, never);
  const ending = registry[Symbol.asyncDispose]();
  await settle();
  assert.equal(isEnded, false);
  listened.resolve();
  await Promise.all([watching, ending]);
  assert.equal(isEnded, true);
});
