/**
 * What those get who follow a cluster.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Client, FakeCluster, member } from "./fake_cluster.ts";

async function follow(cluster: FakeCluster, lastId?: string): Promise<Client> {
  const headers = lastId === undefined ? {} : { "Last-Event-ID": lastId };
  return new Client(await cluster.ask("/v1/stream", { headers }));
}

function kinds(client: Client): readonly string[] {
  return client.taken().map(({ kind }) => kind);
}

Deno.test("/v1/stream begins with the node and all members", async () => {
  const cluster = new FakeCluster();
  const client = await follow(cluster);
  const [node, members, ...more] = client.taken();
  assert.deepEqual([node?.kind, node?.data.schema, node?.data.phase], [
    "node",
    "node.v1",
    "joined",
  ]);
  assert.deepEqual([members?.kind, members?.data.memberCount], ["members", 2]);
  assert.equal(members?.id, `${cluster.instance}-0`);
  assert.deepEqual(more, []);
});

Deno.test("/v1/stream tells at once of a member that is other than before", async () => {
  const cluster = new FakeCluster();
  const client = await follow(cluster);
  cluster.clock.pass(600);
  client.taken();
  cluster.become(2, { status: "down", reason: "n1 cannot reach it: connection refused" });
  cluster.clock.pass(0);
  const [event, ...more] = client.taken();
  assert.deepEqual([event?.kind, event?.data.schema, event?.data.name, event?.data.status], [
    "member",
    "member.v1",
    member(2).name,
    "down",
  ]);
  assert.deepEqual(more, []);
});

Deno.test("/v1/stream tells of what happens quickly four times a second at most", async () => {
  const cluster = new FakeCluster();
  const client = await follow(cluster);
  cluster.clock.pass(600);
  client.taken();
  for (let step = 0; step < 100; step++) {
    cluster.become(2, { status: step % 2 === 0 ? "suspect" : "alive", incarnation: step });
    cluster.clock.pass(10);
  }
  const told = kinds(client).length;
  assert.ok(told >= 4 && told <= 5, `${told} times`);
});

Deno.test("/v1/stream takes ages and round trips for no change, in sentences neither", async () => {
  const cluster = new FakeCluster();
  const client = await follow(cluster);
  cluster.become(2, { reason: "it was so 1 s ago" });
  cluster.clock.pass(1000);
  client.taken();
  for (const reason of ["it was so 3 min 20 s ago", "it was so 9.9 s ago", "it was so 85 µs ago"]) {
    cluster.become(2, { reason, forMs: 9, roundTripUs: 9 });
    cluster.clock.pass(1000);
  }
  assert.deepEqual(kinds(client), []);
  cluster.become(2, { reason: "it is so no more" });
  cluster.clock.pass(1000);
  assert.deepEqual(kinds(client), ["member"]);
});

Deno.test("/v1/stream tells of members that come and go, and of the node itself", async () => {
  const cluster = new FakeCluster();
  const client = await follow(cluster);
  client.taken();
  cluster.become(3, {});
  cluster.clock.pass(1000);
  assert.deepEqual(client.taken().map(({ kind, data }) => [kind, data.name]), [
    ["member", member(3).name],
  ]);
  cluster.views = [member(1), member(2)];
  cluster.state = { ...cluster.state, isolated: true };
  cluster.clock.pass(1000);
  assert.deepEqual(client.taken().map(({ kind, data }) => [kind, data.name ?? data.isolated]), [
    ["node", true],
    ["gone", member(3).name],
  ]);
});

Deno.test("/v1/stream tells each change once, with the number of the next as its id", async () => {
  const cluster = new FakeCluster();
  cluster.happened(2);
  const client = await follow(cluster);
  assert.deepEqual(kinds(client), ["node", "members"], "what was before is not told");
  for (const number of [1, 2]) {
    cluster.happened(2);
    cluster.clock.pass(1000);
    const [{ kind, id, data } = { kind: "", id: "", data: {} }, ...more] = client.taken();
    assert.deepEqual([kind, id, data.sequence], [
      "change",
      `${cluster.instance}-${number + 1}`,
      number,
    ]);
    assert.deepEqual(more, []);
  }
});

Deno.test("/v1/stream tells how members are before it tells what happened to them", async () => {
  const cluster = new FakeCluster();
  const client = await follow(cluster);
  cluster.clock.pass(600);
  client.taken();
  cluster.happened(2);
  cluster.become(2, { status: "down" });
  cluster.clock.pass(0);
  assert.deepEqual(kinds(client), ["member", "change"]);
});

Deno.test("/v1/stream goes on after Last-Event-ID without a gap and without doubles", async () => {
  const cluster = new FakeCluster();
  const first = await follow(cluster);
  for (let count = 0; count < 3; count++) cluster.happened(2);
  cluster.clock.pass(1000);
  const ids = first.taken().filter(({ kind }) => kind === "change").map(({ id }) => id);
  first.leave();
  cluster.happened(2);
  const second = await follow(cluster, ids[1]);
  cluster.clock.pass(1000);
  cluster.happened(2);
  cluster.clock.pass(1000);
  const told = second.taken().filter(({ kind }) => kind === "change" || kind === "gap");
  assert.deepEqual(told.map(({ data }) => data.sequence), [2, 3, 4]);
});

for (const forgotten of [0, 3]) {
  const what = forgotten === 0 ? "changes" : "changes or the gap before them";
  Deno.test(`/v1/stream loses no ${what} when it is cut off in between`, async () => {
    const cluster = new FakeCluster();
    for (let count = 0; count < 6; count++) cluster.happened(2);
    cluster.forget(forgotten);
    for (const lastId of [`${cluster.instance}-2`, `${"cd".repeat(16)}-4`]) {
      const told = async (after: string): Promise<ReturnType<Client["taken"]>> => {
        const client = await follow(cluster, after);
        client.leave();
        return client.taken();
      };
      const newsIn = (events: ReturnType<Client["taken"]>): readonly unknown[] =>
        events.filter(({ kind }) => kind === "change" || kind === "gap")
          .map(({ data }) => data.sequence ?? data.message);
      const whole = await told(lastId);
      for (let cut = 0; cut <= whole.length; cut++) {
        const seen = whole.slice(0, cut);
        const known = seen.findLast(({ id }) => id !== undefined)?.id ?? lastId;
        assert.deepEqual(
          [...newsIn(seen), ...newsIn(await told(known))],
          newsIn(whole),
          `cut after ${cut} events behind ${lastId}`,
        );
      }
    }
  });
}

Deno.test("/v1/stream says what is lost: too old, or of another run", async () => {
  const cluster = new FakeCluster();
  for (let count = 0; count < 5; count++) cluster.happened(2);
  cluster.forget(3);
  const gapAfter = async (lastId: string): Promise<unknown> => {
    const client = await follow(cluster, lastId);
    client.leave();
    const gap = client.taken().find(({ kind }) => kind === "gap");
    return gap && [gap.data.schema, gap.data.missingCount];
  };
  assert.deepEqual(await gapAfter(`${cluster.instance}-1`), ["gap.v1", 2]);
  assert.equal(await gapAfter(`${cluster.instance}-3`), undefined);
  assert.equal(await gapAfter(`${cluster.instance}-5`), undefined);
  for (
    const strange of [`${"cd".repeat(16)}-4`, `${cluster.instance}-6`, "once upon a time", "-"]
  ) {
    assert.deepEqual(await gapAfter(strange), ["gap.v1", undefined], strange);
  }
});

Deno.test("/v1/stream begins anew when the node is another run", async () => {
  const cluster = new FakeCluster();
  const client = await follow(cluster);
  client.taken();
  cluster.instance = "ef".repeat(16);
  cluster.clock.pass(1000);
  const events = client.taken();
  assert.deepEqual(events.map(({ kind }) => kind), ["node", "members"]);
  assert.equal(events[1]?.id, `${cluster.instance}-0`);
});

Deno.test("/v1/stream says every 10 s that it is alive", async () => {
  const cluster = new FakeCluster();
  const client = await follow(cluster);
  client.taken();
  for (let second = 0; second < 25; second++) cluster.clock.pass(1000);
  assert.deepEqual(kinds(client), [": still here", ": still here"]);
});

Deno.test("the hub looks once for all, and not at all while nobody follows", async () => {
  const cluster = new FakeCluster();
  const clients = await Promise.all(Array.from({ length: 50 }, () => follow(cluster)));
  const before = cluster.looks;
  for (let second = 0; second < 10; second++) cluster.clock.pass(1000);
  assert.equal(cluster.looks - before, 10, "once a second, for all of them");
  assert.equal(cluster.listeners.size, 1);
  for (const client of clients) client.leave();
  const after = cluster.looks;
  assert.deepEqual([cluster.clock.pending, cluster.listeners.size], [0, 0]);
  cluster.become(2, { status: "down" });
  cluster.clock.pass(60_000);
  assert.equal(cluster.looks, after);
});
