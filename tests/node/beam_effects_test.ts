import { simSettings } from "../../lib/simulation/sim_settings.ts";
import assert from "node:assert/strict";
import type { Input } from "../../lib/core/input.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import { ReclaimProofs } from "../../lib/protocol/reclaim_proof.ts";
import { BeamEffects, beamRepliesMax } from "../../lib/node/beam_effects.ts";
import type { BeamOpener } from "../../lib/node/beam_effects.ts";
import { ClusterNode } from "../../lib/node/node.ts";
import { MemoryStorage, openMemoryRegistry } from "../../lib/registry/memory/memory.ts";
import type { Transport } from "../../lib/transport/transport.ts";
import { FakeBeam } from "./fake_beam.ts";
import { Lines } from "./lines.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/waiting.ts";

const own = "n1@127.0.0.1" as NodeName;
const elixir = "elixir@127.0.0.1" as NodeName;

interface DirectScene {
  readonly effects: BeamEffects;
  readonly clock: ManualClock;
  readonly log: Lines;
  readonly inputs: Input[];
  readonly beam: () => FakeBeam;
}

function openDirectly(): DirectScene {
  const [clock, log, inputs] = [new ManualClock(), new Lines(), [] as Input[]];
  let beam: FakeBeam | undefined;
  const openBeam: BeamOpener = (name, handler) =>
    Promise.resolve(beam = new FakeBeam(name, handler));
  const effects = new BeamEffects({ log, openBeam }, (input) => inputs.push(input));
  return { effects, clock, log, inputs, beam: () => beam ?? assert.fail("it has not been opened") };
}

Deno.test("BeamEffects answers a ping when the core says so, and only once", async () => {
  const { effects, inputs, beam } = openDirectly();
  await effects.open(own);
  let answers = 0;
  beam().handler.onPing(elixir, () => answers++, () => assert.fail("it was answered"));
  assert.deepEqual(inputs, [{ kind: "beam-pinged", from: elixir, reply: 1 }]);
  assert.equal(answers, 0);
  for (let time = 0; time < 2; time++) await effects.carryOut({ kind: "beam-pong", reply: 1 });
  assert.equal(answers, 1);
  await effects[Symbol.asyncDispose]();
  assert.ok(beam().isClosed);
});

Deno.test("BeamEffects keeps no more pings than it may", async () => {
  const { effects, beam } = openDirectly();
  await effects.open(own);
  const answered: number[] = [];
  const dropped: number[] = [];
  for (let count = 1; count <= beamRepliesMax + 1; count++) {
    beam().handler.onPing(elixir, () => answered.push(count), () => dropped.push(count));
  }
  for (const reply of [1, 2, beamRepliesMax + 1]) {
    await effects.carryOut({ kind: "beam-pong", reply });
  }
  assert.deepEqual(answered, [2, beamRepliesMax + 1]);
  assert.deepEqual(dropped, [1]);
});

Deno.test("BeamEffects hands over outcomes, but for those of its own end", async () => {
  const { effects, inputs, beam } = openDirectly();
  await effects.open(own);
  const ping = { kind: "beam-ping", to: elixir, connectTimeoutMs: 9, answerTimeoutMs: 8 } as const;
  await effects.carryOut({ ...ping, ping: 1 });
  assert.deepEqual(beam().pings, [
    { to: elixir, deadlines: { connectTimeoutMs: 9, answerTimeoutMs: 8 } },
  ]);
  assert.deepEqual(inputs, [
    { kind: "beam-ping-ended", ping: 1, outcome: beam().outcome },
  ]);
  beam().outcome = { kind: "closed", detail: "" };
  await effects.carryOut({ ...ping, ping: 2 });
  assert.equal(inputs.length, 1);
});

Deno.test("BeamEffects warns of a stranger, with the reason", async () => {
  const { effects, log, beam } = openDirectly();
  await effects.open(own);
  beam().handler.onRejected("10.0.0.9", "it holds another Erlang cookie");
  assert.deepEqual(log.texts, [
    "Rejected a BEAM node at 10.0.0.9: it holds another Erlang cookie",
  ]);
});

interface Scene {
  readonly node: ClusterNode;
  readonly clock: ManualClock;
  readonly log: Lines;
  readonly storage: MemoryStorage;
  readonly beam: () => FakeBeam;
}

const noTransport: Transport = {
  port: 4000,
  ask: () => Promise.resolve({ kind: "refused", detail: "nobody is there" }),
  tell: () => false,
  drop: () => {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

async function openNode(isShared: boolean, failure?: Error): Promise<Scene> {
  const [clock, log, storage] = [new ManualClock(), new Lines(), new MemoryStorage()];
  let beam: FakeBeam | undefined;
  const openBeam: BeamOpener = (name, handler) =>
    failure ? Promise.reject(failure) : Promise.resolve(beam = new FakeBeam(name, handler));
  storage.put("default", elixir, "2016-03-10 18:51:29.277");
  const node = await ClusterNode.open({
    clock,
    barrier: loudBarrier,
    log,
    random: seededRandom(1),
    registry: openMemoryRegistry({ storage, cluster: "default", clock }),
    cluster: "default",
    status: "every",
    loopbackNote: undefined,
    mintedCookie: undefined,
    reclaimProofs: new ReclaimProofs([], "default"),
    openTransport: () => Promise.resolve(noTransport),
    openBeam: isShared ? openBeam : undefined,
    settings: (port) => ({
      ...simSettings,
      name: own,
      instance: "0123456789abcdef0123456789abcdef",
      addresses: [{ host: "127.0.0.1", port: Math.max(1, port) }],
      beam: isShared,
    }),
  });
  return { node, clock, log, storage, beam: () => beam ?? assert.fail("it has not been opened") };
}

/** Time passes, and the node does what is due. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    await settle();
    clock.pass(10);
  }
  await settle();
}

/** Ends a node; its last calls wait for a clock that nobody moves otherwise. */
async function close({ node, clock }: Scene): Promise<void> {
  const closing = node[Symbol.asyncDispose]();
  await pass(clock, 3000);
  await closing;
}

Deno.test("ClusterNode shares its pulse with the BEAM nodes of the registry", async () => {
  const scene = await openNode(true);
  const { node, clock, log, beam } = scene;
  await pass(clock, 500);
  assert.equal(await node.joined, own);
  assert.equal(beam().name, own);
  const [first, second] = node.members();
  assert.deepEqual([first?.name, first?.kind, first?.status], [elixir, "beam", "alive"]);
  assert.deepEqual([second?.name, second?.kind], [own, "node"]);
  assert.ok(log.texts.includes(`${own}["${elixir}": true, "${own}": true]`), log.texts.join("\n"));
  assert.ok(log.texts.includes(`${elixir} joined: it answered (beam)`));
  assert.ok(!log.texts.some((text) => text.includes("Ignoring")));

  let answers = 0;
  beam().handler.onPing(elixir, () => answers++, () => assert.fail("it was dropped"));
  await settle();
  assert.equal(answers, 1, "the pong comes from the loop");

  beam().outcome = { kind: "refused", detail: "its EPMD does not know it" };
  beam().handler.onLost(elixir);
  await pass(clock, 600);
  assert.equal(node.members()[0]?.status, "down");
  assert.ok(log.texts.at(-1)?.includes(`"${elixir}": false`), log.texts.at(-1));
  await close(scene);
  assert.ok(beam().isClosed);
});

Deno.test("ClusterNode without a shared pulse tells of a timestamp once, and how to share", async () => {
  const scene = await openNode(false);
  await pass(scene.clock, 5000);
  const told = scene.log.texts.filter((text) => text.includes(elixir));
  assert.deepEqual(told, [
    `Ignoring ${elixir} in the registry: it holds only a timestamp, as an Elixir node writes it; ` +
    "with the option beam this node would share its pulse",
  ]);
  await close(scene);
});

Deno.test("ClusterNode that cannot answer BEAM nodes does not join, and leaves no row", async () => {
  const scene = await openNode(true, new Error("Cannot listen on 0.0.0.0:1"));
  await pass(scene.clock, 2000);
  await assert.rejects(scene.node.joined, /Cannot listen on 0\.0\.0\.0:1/);
  assert.deepEqual(await scene.node.ended, { kind: "left" });
  assert.deepEqual([...scene.storage.cluster("default").cells.keys()], [elixir]);
  await close(scene);
});
