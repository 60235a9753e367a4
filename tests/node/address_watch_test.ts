/** When a node looks for other addresses of its machine. */
import assert from "node:assert/strict";
import type { Address } from "../../lib/core/base/address.ts";
import { watchAddresses } from "../../lib/node/address_watch.ts";
import { ManualClock } from "../support/manual_clock.ts";

Deno.test("watchAddresses() tells each time that there are others, until it is aborted", async () => {
  const clock = new ManualClock();
  const abort = new AbortController();
  const one: readonly Address[] = [{ host: "10.0.0.1", port: 4000 }];
  const other: readonly Address[] = [{ host: "10.0.1.1", port: 4000 }];
  const found = [undefined, one, undefined, other];
  const told: (readonly Address[])[] = [];
  let looks = 0;
  const look = (): Promise<readonly Address[] | undefined> => Promise.resolve(found[looks++]);
  const done = watchAddresses({ clock, look }, (addresses) => told.push(addresses), abort.signal);
  for (let pass = 0; pass < found.length; pass++) {
    while (clock.pending === 0) await Promise.resolve();
    clock.pass(999);
    assert.equal(looks, pass);
    clock.pass(1);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    assert.equal(looks, pass + 1);
  }
  assert.deepEqual(told, [one, other]);
  abort.abort();
  await done;
  assert.equal(clock.pending, 0);
});
