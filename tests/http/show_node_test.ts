/** A node that is to be shown at a port which another program has. */
import assert from "node:assert/strict";
import { seededRandom } from "../../lib/core/base/random.ts";
import { showNode } from "../../lib/http/show_node.ts";
import type { ClusterNode } from "../../lib/node/node.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { needing } from "../permissions.ts";
import { ManualClock } from "../support/manual_clock.ts";

type Shown = Parameters<ClusterNode["show"]>[0];

/** What a node is given that is to be shown at a port of this machine, and what is told of it. */
function shownAt(port: number, clock: ManualClock): { shown: Shown; told: readonly string[] } {
  let shown: Shown | undefined;
  const node = {
    ...{ name: "n1@127.0.0.1", view: { instance: "0".repeat(32) } },
    show: (one: Shown) => void (shown = one),
  } as unknown as ClusterNode;
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  showNode(node, { listen: { host: "127.0.0.1", port }, token: undefined, hostName: "h" }, {
    ...{ clock, log: { info: tell, warning: tell }, barrier: loudBarrier },
    ...{ random: seededRandom(1), cluster: "default", software: "clusternode/0" },
    ...{ registries: [], startedAt: 0 },
  });
  return { shown: shown ?? assert.fail(), told };
}

Deno.test({
  ...needing(
    "showNode() tells once that its port is taken, and once that it is free",
    "net",
    "read",
  ),
  async fn() {
    const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr;
    const clock = new ManualClock();
    const { shown, told } = shownAt(port, clock);
    await clock.passGradually(10_000);
    assert.equal(shown.url, undefined);
    assert.match(told.join("\n"), /^Cannot listen .* already; it is tried again, .*$/);
    other.close();
    await clock.passGradually(60_000);
    const url = `http://127.0.0.1:${port}/`;
    assert.equal(shown.url, url);
    assert.deepEqual(told.slice(1), [`The page and the API are at ${url} now`]);
    await shown[Symbol.asyncDispose]();
    assert.equal(clock.pending, 0);
  },
});

Deno.test({
  ...needing("showNode() tries a port that is taken no longer than its node lasts", "net", "read"),
  async fn() {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const clock = new ManualClock();
    const { shown } = shownAt(other.addr.port, clock);
    assert.equal(clock.pending, 1);
    await shown[Symbol.asyncDispose]();
    assert.equal(clock.pending, 0);
  },
});
