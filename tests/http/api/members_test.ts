/**
 * Members at once, and as soon as they are other than before.
 *
 * @module
 */
import assert from "node:assert/strict";
import { settle } from "../../support/waiting.ts";
import { FakeCluster, member, textOf } from "./fake_cluster.ts";

async function membersOf(
  cluster: FakeCluster,
  query = "",
): Promise<{ index: string; alive: number }> {
  const { headers = {}, text } = textOf(await cluster.ask(`/v1/members${query}`));
  return { index: headers["X-Clusternode-Index"] ?? "", alive: JSON.parse(text).aliveCount };
}

Deno.test("/v1/members waits until something is other than at that index", async () => {
  const cluster = new FakeCluster();
  const { index } = await membersOf(cluster);
  let isAnswered = false;
  const asked = membersOf(cluster, `?index=${index}&wait=30s`).finally(() => isAnswered = true);
  cluster.become(2, { forMs: 77 });
  await cluster.clock.passGradually(5000);
  assert.equal(isAnswered, false, "an age is no change");
  cluster.become(2, { status: "down" });
  await cluster.clock.passGradually(250);
  const answer = await asked;
  assert.equal(answer.alive, 1);
  assert.ok(Number(answer.index) > Number(index));
  await settle();
  assert.deepEqual([cluster.clock.pending, cluster.listeners.size], [0, 0]);
});

Deno.test("/v1/members has ages of a moment ago, also where nothing else is other", async () => {
  const cluster = new FakeCluster();
  const ages = async (): Promise<number[]> => {
    const { members } = JSON.parse(textOf(await cluster.ask("/v1/members")).text);
    return members.map(({ forMs }: { readonly forMs: number }) => forMs);
  };
  assert.deepEqual(await ages(), [1000, 1000]);
  cluster.views = [member(1, { forMs: 1250 }), member(2, { forMs: 1250 })];
  cluster.clock.pass(250);
  assert.deepEqual(await ages(), [1250, 1250]);
});

Deno.test("/v1/members waits for no node that is another run", async () => {
  const cluster = new FakeCluster();
  const { index } = await membersOf(cluster);
  const asked = membersOf(cluster, `?index=${index}&wait=30s`);
  await settle();
  cluster.instance = "ef".repeat(16);
  await cluster.clock.passGradually(1000);
  assert.ok(Number((await asked).index) > Number(index));
});

Deno.test("/v1/members answers after the wait with what holds, and the same index", async () => {
  const cluster = new FakeCluster();
  const { index } = await membersOf(cluster);
  let isAnswered = false;
  const asked = membersOf(cluster, `?index=${index}&wait=3s`).finally(() => isAnswered = true);
  await cluster.clock.passGradually(2999);
  assert.equal(isAnswered, false);
  await cluster.clock.passGradually(1);
  assert.equal((await asked).index, index);
  assert.equal(cluster.clock.pending, 0);
});

Deno.test("/v1/members answers at once if the index is another one already", async () => {
  const cluster = new FakeCluster();
  const { index } = await membersOf(cluster);
  cluster.become(2, { status: "down" });
  cluster.clock.pass(1000);
  assert.equal((await membersOf(cluster, `?index=${index}&wait=30s`)).alive, 1);
  assert.equal((await membersOf(cluster, `?index=0`)).alive, 1);
});

Deno.test("/v1/members waits no longer than its client", async () => {
  const cluster = new FakeCluster();
  const { index } = await membersOf(cluster);
  const client = new AbortController();
  const asked = cluster.ask(`/v1/members?index=${index}&wait=5m`, { signal: client.signal });
  await settle();
  assert.equal(cluster.listeners.size, 1);
  client.abort();
  await asked;
  assert.deepEqual([cluster.clock.pending, cluster.listeners.size], [0, 0]);
});

Deno.test("an index of a later run of a node is none of an earlier one", async () => {
  const earlier = new FakeCluster();
  for (let step = 0; step < 100; step++) {
    earlier.become(2, { incarnation: step });
    earlier.clock.pass(250);
    await earlier.ask("/v1/members");
  }
  const { index } = await membersOf(earlier);
  const grown = Number(index) - earlier.startedAt;
  // The first of 100 steps changes nothing. It begins when the node did, and is slower than time.
  assert.equal(grown, 99);
});

Deno.test("/v1/members is sent again only if something is other", async () => {
  const cluster = new FakeCluster();
  const first = textOf(await cluster.ask("/v1/members"));
  const etag = first.headers?.["ETag"] ?? "";
  assert.match(etag, /^W\/"\d+"$/);
  const headers = { "If-None-Match": `"x", ${etag}` };
  const same = textOf(await cluster.ask("/v1/members", { headers }));
  assert.deepEqual([same.status, same.text], [304, ""]);
  const strong = { "If-None-Match": etag.replace("W/", "") };
  assert.equal(textOf(await cluster.ask("/v1/members", { headers: strong })).status, 304);
  cluster.become(2, { status: "down" });
  cluster.clock.pass(1000);
  assert.equal(textOf(await cluster.ask("/v1/members", { headers })).status, 200);
});

Deno.test("/v1/members is packed where that is worth it, once for all who ask", async () => {
  const cluster = new FakeCluster();
  cluster.views = Array.from({ length: 50 }, (_, index) => member(index + 1));
  cluster.clock.pass(1000);
  const headers = { "Accept-Encoding": "gzip" };
  const [one, other] = [
    textOf(await cluster.ask("/v1/members", { headers })),
    textOf(await cluster.ask("/v1/members", { headers })),
  ];
  assert.equal(one.headers?.["Content-Encoding"], "gzip");
  assert.equal(one.body, other.body, "the very same bytes");
  const plain = textOf(await cluster.ask("/v1/members"));
  assert.ok(one.body.length * 4 < plain.text.length);
});
