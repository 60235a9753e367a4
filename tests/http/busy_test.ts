/** How a node is, asked while all places for connections are taken. */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { healthOverHttp } from "../../lib/health/health_http.ts";
import { openHttp } from "../../lib/http/open.ts";
import type { Route } from "../../lib/http/route.ts";
import { httpLimits } from "../../lib/http/server/limits.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { needing } from "../permissions.ts";
import { until } from "../support/waiting.ts";
import { fixtureSource } from "./fixtures.ts";
import { exchange, get, RawClient } from "./server/raw_client.ts";

Deno.test({
  ...needing(
    "a node tells how it is while one address waits on all its connections",
    "net",
    "read",
  ),
  async fn() {
    let waitingCount = 0;
    const endless: Route = {
      path: "/endless",
      summary: "nothing, ever",
      answer: () => {
        waitingCount++;
        return new Promise(() => {});
      },
    };
    const listen = { host: "127.0.0.1", port: 0 };
    const parts = { clock: systemClock, barrier: loudBarrier, isSimulated: false };
    await using server = openHttp({ listen, hosts: [] }, fixtureSource("five"), {
      ...parts,
      routes: [endless],
    });
    using clients = new DisposableStack();
    const crowd = httpLimits.connectionsPerHostMax;
    for (let count = 0; count < crowd; count++) {
      await clients.use(await RawClient.connect(server)).send(get("/endless"));
    }
    await until("all of them wait", () => waitingCount === crowd);
    for (const path of ["/livez", "/readyz", "/v1/health"]) {
      assert.match(await exchange(server, get(path)), /^HTTP\/1\.1 200 OK\r\n/, path);
    }
    const health = await healthOverHttp(
      { host: "127.0.0.1", port: server.port },
      AbortSignal.timeout(10_000),
    );
    assert.ok(typeof health === "object" && health.healthy);
    assert.match(await exchange(server, get("/v1/node")), /^HTTP\/1\.1 503 [^]*no place/);
    assert.equal(waitingCount, crowd);
  },
});
