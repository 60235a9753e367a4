/** When a node looks for other addresses of its machine. */
import assert from "node:assert/strict";
import type { Address } from "../../lib/core/base/address.ts";
import { AddressWatch } from "../../lib/node/address_watch.ts";
import { loudBarrier } from "../loud_barrier.ts";

const one: readonly Address[] = [{ host: "10.0.0.1", port: 4000 }];
const other: readonly Address[] = [{ host: "10.0.1.1", port: 4000 }];

Deno.test("AddressWatch.turned() tells each time that there are others", async () => {
  const found = [undefined, one, undefined, other];
  const told: (readonly Address[])[] = [];
  const watch = new AddressWatch({
    barrier: loudBarrier,
    look: () => Promise.resolve(found.shift()),
    onMoved: (addresses) => void told.push(addresses),
  });
  for (const _turn of [...found]) {
    watch.turned();
    await watch[Symbol.asyncDispose]();
  }
  assert.deepEqual(found, []);
  assert.deepEqual(told, [one, other]);
});

Deno.test("AddressWatch.turned() does not look while a look hangs, and closing waits for it", async () => {
  const hanging = Promise.withResolvers<readonly Address[]>();
  let looks = 0;
  const told: (readonly Address[])[] = [];
  const watch = new AddressWatch({
    barrier: loudBarrier,
    look: () => {
      looks++;
      return hanging.promise;
    },
    onMoved: (addresses) => void told.push(addresses),
  });
  watch.turned();
  watch.turned();
  assert.equal(looks, 1);
  const closed = watch[Symbol.asyncDispose]();
  hanging.resolve(one);
  await closed;
  assert.deepEqual(told, [one]);
  watch.turned();
  assert.equal(looks, 2);
});
