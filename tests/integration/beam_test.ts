/**
 * Elixir nodes and clusternodes in one folder see each other live, die, freeze and leave.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MemberReport } from "../../lib/report/member_report.ts";
import { BeamCluster, beamTest, erlangCookie } from "./beam_cluster.ts";
import {
  allTrue,
  assertNeverFalse,
  lacks,
  linesPass,
  linesWith,
  shown,
  showsDead,
  showsExactly,
} from "./cluster.ts";
import { eventually, processTest } from "./process.ts";
import type { Program } from "./process.ts";

/** How late an Elixir node may see what has happened: its line comes each second. */
const elixirSeesMs = 4000;

/** How late it may see that one hangs: until then its own ping hangs, too. */
const elixirSeesFrozenMs = 20_000;

async function settle(cluster: BeamCluster): Promise<[Program[], Program[]]> {
  await cluster.startEpmd();
  const { elixirs, nodes, all } = await cluster.startFive();
  await shown(all, allTrue(5), performance.now(), 20_000);
  return [elixirs, nodes];
}

beamTest("three Elixir nodes and two clusternodes are five true for each other", async () => {
  await using cluster = new BeamCluster();
  const { nodes, all } = await cluster.startFive();
  const begun = performance.now();
  const names = ["c1", "c2", "e1", "e2", "e3"].map((name) => `${name}@127.0.0.1`);
  await shown(all, showsExactly(...names), begun, 3000);
  const since = performance.now();
  await linesPass(all, 5);
  assertNeverFalse(all, since);
  assert.deepEqual(cluster.files(), names, "nothing else lies in the folder");
  for (const node of nodes) {
    // Those that join within half a second are told as one.
    const joins = linesWith(node, "joined: it answered (beam)").filter(({ text }) =>
      text.includes("e1@127.0.0.1")
    );
    assert.equal(joins.length, 1, node.text);
  }
  const members = await cluster.command("members", "--json");
  const kinds = JSON.parse(members.stdout).members.map((one: MemberReport) => one.memberKind);
  assert.deepEqual(kinds, ["node", "node", "beam", "beam", "beam"]);
  const explained = await cluster.command("explain", "e2");
  assert.match(explained.stdout, /^e2@127\.0\.0\.1 \(beam\) is alive, .*it answers pings/);
  const matrix = await cluster.command("matrix");
  assert.match(matrix.stdout, / e3 \(beam\)/);
  assert.match(matrix.stdout, /All 2 nodes reach each other/);
});

beamTest("a killed node of either kind is false on both sides", async () => {
  await using cluster = new BeamCluster();
  const [[e1, e2, e3], [c1, c2]] = await settle(cluster) as [
    [Program, Program, Program],
    [Program, Program],
  ];
  let killedAt = performance.now();
  e1.kill("SIGKILL");
  await shown([c1, c2], showsDead("e1@127.0.0.1"), killedAt, 1500);
  await shown([e2, e3], showsDead("e1@127.0.0.1"), killedAt, elixirSeesMs);
  killedAt = performance.now();
  c1.kill("SIGKILL");
  await shown([c2], showsDead("c1@127.0.0.1"), killedAt, 1500);
  await shown([e2, e3], showsDead("c1@127.0.0.1"), killedAt, elixirSeesMs);
  assert.ok(linesWith(c2, "e1@127.0.0.1 is down: ").length === 1, c2.text);
  const explained = await cluster.command("explain", "e1@127.0.0.1");
  assert.match(explained.stdout, /^e1@127\.0\.0\.1 \(beam\) is down, .*registered/);

  const returnedAt = performance.now();
  const again = cluster.elixir("e1@127.0.0.1");
  await shown([c2, e2, e3, again], { ...showsTrue("e1@127.0.0.1") }, returnedAt, 15_000);
  assert.ok(linesWith(c2, "e1@127.0.0.1 is back: it answers again, as a new process").length === 1);

  again.kill("SIGKILL");
  await shown([c2], showsDead("e1@127.0.0.1"), performance.now(), 3000);
  const forgotten = await cluster.command("forget", "e1@127.0.0.1");
  assert.deepEqual([forgotten.code, forgotten.stderr], [0, ""]);
  assert.ok(!cluster.files().includes("e1@127.0.0.1"));
  await shown([c2, e2, e3], lacks("e1@127.0.0.1"), performance.now(), elixirSeesMs);
});

function showsTrue(name: string): Parameters<typeof shown>[1] {
  return { words: `${name}: true`, holds: (status) => status.get(name) === true };
}

beamTest("a frozen node of either kind is false on both sides, and true again", async () => {
  await using cluster = new BeamCluster();
  const [[e1, e2, e3], [c1, c2]] = await settle(cluster) as [
    [Program, Program, Program],
    [Program, Program],
  ];
  for (
    const [name, frozen, nodes, elixirs] of [
      ["e1@127.0.0.1", e1, [c1, c2], [e2, e3]],
      ["c1@127.0.0.1", c1, [c2], [e1, e2, e3]],
    ] as const
  ) {
    const frozenAt = performance.now();
    frozen.kill("SIGSTOP");
    await shown(nodes, showsDead(name), frozenAt, 5000);
    await shown(elixirs, showsDead(name), frozenAt, elixirSeesFrozenMs);
    const continuedAt = performance.now();
    frozen.kill("SIGCONT");
    await shown(nodes, allTrue(5), continuedAt, 4000);
    await shown([...elixirs, frozen], allTrue(5), continuedAt, 15_000);
  }
});

beamTest("a node of either kind that ends in order is gone, or false, on both sides", async () => {
  await using cluster = new BeamCluster();
  const [[e1, e2, e3], [c1, c2]] = await settle(cluster) as [
    [Program, Program, Program],
    [Program, Program],
  ];
  let endedAt = performance.now();
  c1.kill("SIGTERM");
  await shown([c2], lacks("c1@127.0.0.1"), endedAt, 2000);
  await shown([e1, e2, e3], lacks("c1@127.0.0.1"), endedAt, elixirSeesMs);
  endedAt = performance.now();
  e1.kill("SIGTERM");
  await shown([c2], showsDead("e1@127.0.0.1"), endedAt, 4000);
  await shown([e2, e3], showsDead("e1@127.0.0.1"), endedAt, elixirSeesMs);
});

beamTest("an Elixir node with another cookie is named, and its log is spared", async () => {
  await using cluster = new BeamCluster();
  const [, [c1, c2]] = await settle(cluster) as [Program[], [Program, Program]];
  const begun = performance.now();
  const stranger = cluster.elixir("x1@127.0.0.1", "ANOTHERCOOKIE");
  await shown([c1, c2], showsDead("x1@127.0.0.1"), begun, 20_000);
  for (const node of [c1, c2]) {
    const named = linesWith(node, "x1@127.0.0.1 holds another cookie: its Erlang cookie");
    assert.equal(named.length, 1, node.text);
  }
  const explained = await cluster.command("explain", "x1");
  assert.match(explained.stdout, /holds another cookie/, explained.stderr);
  assert.match(explained.stdout, /--beam-cookie/);
  // Its own pings are its own affair; those of the two clusternodes must become ever fewer.
  await linesPass([c1, c2], 20);
  const attempts = linesWith(stranger, 'Connection attempt from node :"c').length;
  assert.ok(attempts >= 2 && attempts <= 12, `${attempts} in 20 s\n${stranger.text}`);
  for (const node of [c1, c2]) {
    assert.ok(linesWith(node, "Rejected a BEAM node").length <= 2, node.text);
    assert.ok(!node.text.includes(erlangCookie), "the cookie is nowhere in the log");
  }
});

processTest("a node that cannot listen for BEAM nodes ends with 1, and leaves no row", async () => {
  await using cluster = new BeamCluster();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const node = cluster.clusternode("c1@127.0.0.1", "--beam-listen", `127.0.0.1:${port}`);
  assert.equal(await node.ended(), 1);
  assert.match(
    node.text,
    /\[error\] \S+: Cannot listen for BEAM nodes on 127\.0\.0\.1:\d+ as another/,
  );
  assert.deepEqual(cluster.files(), []);
});

processTest("a name that no BEAM node can ping ends the start with 2", async () => {
  await using cluster = new BeamCluster();
  const node = cluster.clusternode("c.1@127.0.0.1");
  assert.equal(await node.ended(), 2);
  assert.match(
    node.text,
    /Cannot share the pulse .* as c\.1@127\.0\.0\.1 cannot be the name: BEAM nodes allow only letters/,
  );
});

processTest("a node says that BEAM nodes are seen in the default cluster alone", async () => {
  await using cluster = new BeamCluster();
  const words = "No BEAM node is seen in the cluster other: ";
  const other = cluster.clusternode("c1@127.0.0.1", "--cluster", "other");
  await other.line((text) => text.includes("[warning]") && text.includes(words), 20_000, "told");
  const node = cluster.clusternode("c2@127.0.0.1");
  await node.line((text) => text.endsWith('["c2@127.0.0.1": true]'), 20_000, "it runs");
  assert.doesNotMatch(node.text, /No BEAM node is seen/);
});

beamTest("ping --beam asks an Elixir node and leaves nothing behind", async () => {
  await using cluster = new BeamCluster();
  await cluster.startEpmd();
  const elixir = cluster.elixir("e1@127.0.0.1");
  await shown([elixir], showsExactly("e1@127.0.0.1"), elixir.startedAt, 20_000);
  const name = "e1@127.0.0.1";
  const pong = await cluster.ping(name, "-c", "2", "-i", "100ms", "--beam-cookie", erlangCookie);
  assert.equal(pong.code, 0, pong.stderr);
  assert.match(
    pong.stdout,
    /^PING e1@127\.0\.0\.1 .*\npong from e1@127\.0\.0\.1 .* time=[\d.]+ ms$/m,
  );
  assert.match(pong.stdout, /^2 pings sent, 2 pongs received, 0% loss/m);
  const pang = await cluster.ping(name, "-c", "1", "--beam-cookie", "ANOTHERCOOKIE");
  assert.deepEqual([pang.code, /seq=1 wrong-cookie/.test(pang.stdout)], [1, true]);
  const nobody = await cluster.ping("nobody@127.0.0.1", "-c", "1", "--beam-cookie", erlangCookie);
  assert.deepEqual([nobody.code, /seq=1 refused/.test(nobody.stdout)], [1, true]);
  const cookieless = await cluster.ping(name, "-c", "1");
  assert.equal(cookieless.code, 2);
  assert.match(cookieless.stderr, /--beam: an Erlang cookie is needed/);
  assert.deepEqual(cluster.files(), [name]);
  await eventually(() => linesWith(elixir, name).length > 3, 10_000, "it goes on");
});
