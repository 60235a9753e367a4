/** What the address of the page says. */
import assert from "node:assert/strict";
import { formatRoute, parseRoute } from "../../../lib/http/page/state/route.ts";

Deno.test("parseRoute() reads back what formatRoute() writes", () => {
  const at = Date.UTC(2026, 10, 27, 18, 51, 29, 277);
  for (
    const [route, hash] of [
      [{}, "#/"],
      [{ node: "n3" }, "#/node/n3"],
      [{ node: "n3@10.0.0.4" }, "#/node/n3@10.0.0.4"],
      [{ node: "n3@::1/%" }, "#/node/n3@%3A%3A1%2F%25"],
      [{ at }, "#/time/2026-11-27T18:51:29.277Z"],
      [{ at, node: "n3" }, "#/time/2026-11-27T18:51:29.277Z/node/n3"],
    ] as const
  ) {
    assert.equal(formatRoute(route), hash);
    assert.deepEqual(parseRoute(hash), route);
  }
});

Deno.test("parseRoute() leaves out what cannot be read", () => {
  for (const hash of ["", "#", "#/node/", "#/time/soon", "#members", "#/node/%E0%A4%A"]) {
    assert.deepEqual(parseRoute(hash), {});
  }
  assert.deepEqual(parseRoute("#/time/soon/node/n1"), { node: "n1" });
});
