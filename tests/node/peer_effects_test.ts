/** What peers are asked and told, and what their answers become for the core. */
import assert from "node:assert/strict";
import type { Effect, Input } from "../../lib/core/input.ts";
import { PeerEffects } from "../../lib/node/peer_effects.ts";
import { decodeNotice, decodeRequest, encodeMessage } from "../../lib/protocol/message.ts";
import type { Answer, Request } from "../../lib/protocol/message.ts";
import type { Hello } from "../../lib/protocol/hello.ts";
import type { Deadlines, Outcome, Target, Transport } from "../../lib/transport/transport.ts";
import { instanceOf, nameOf, pingFailures, recordOf, voteOf } from "../core/records.ts";
import { Lines } from "./lines.ts";

const addresses = [{ host: "10.0.0.2", port: 4370 }];
const address = { host: "10.0.0.2", port: 4371 };
const helper = { name: nameOf(2), instance: instanceOf(2), addresses };
const subject = { name: nameOf(3), instance: instanceOf(3), addresses: [] };
const buckets = Array.from({ length: 64 }, (_, index) => index - 32);
const hello: Hello = { ...helper, role: "member", cluster: "default", software: "test" };

/** The answer of a peer, of whatever it consists. */
function answered(body: Uint8Array): Outcome {
  return { kind: "answer", body, roundTripUs: 250, from: hello, address };
}

function answer(message: Answer): Outcome {
  return answered(encodeMessage(message));
}

/** A transport that gives one outcome, and notes what it is asked for. */
class FakeTransport implements Transport {
  readonly port = 4370;
  outcome: Outcome = { kind: "refused", detail: "nobody is there" };
  readonly asked: { to: Target; request: Request | undefined; deadlines: Deadlines }[] = [];
  readonly told: [instance: string, body: Uint8Array][] = [];
  readonly dropped: (readonly string[])[] = [];

  ask(to: Target, body: Uint8Array, deadlines: Deadlines): Promise<Outcome> {
    this.asked.push({ to, request: decodeRequest(body), deadlines });
    return Promise.resolve(this.outcome);
  }

  tell(instance: string, body: Uint8Array): boolean {
    this.told.push([instance, body]);
    return false;
  }

  drop(hosts: readonly string[]): void {
    this.dropped.push(hosts);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** A log that writes nothing of a debug record. */
class QuietLines extends Lines {
  override writes(): boolean {
    return false;
  }
}

interface Scene {
  readonly effects: PeerEffects;
  readonly transport: FakeTransport;
  readonly inputs: Input[];
}

function open(log = new Lines(), registered = (): boolean => true): Scene {
  const [transport, inputs] = [new FakeTransport(), [] as Input[]];
  const effects = new PeerEffects({ transport, log, registered }, (input) => inputs.push(input));
  return { effects, transport, inputs };
}

const ping: Effect & { kind: "ping" } = {
  kind: "ping",
  ping: 7,
  to: helper,
  content: { incarnation: 3, fingerprint: 5 },
  connectTimeoutMs: 300,
  answerTimeoutMs: 200,
  fresh: false,
};

Deno.test("PeerEffects asks a peer with a ping, and hands its pong over with the way it took", async () => {
  const { effects, transport, inputs } = open();
  const content = { incarnation: 4, fingerprint: 6, record: recordOf(2) };
  transport.outcome = answer({ kind: "pong", content });
  await effects.carryOut(ping);
  assert.deepEqual(transport.asked, [{
    to: helper,
    request: { kind: "ping", content: ping.content },
    deadlines: { connectTimeoutMs: 300, answerTimeoutMs: 200, fresh: false },
  }]);
  const outcome = { kind: "pong", roundTripUs: 250, address, ...content };
  assert.deepEqual(inputs, [{ kind: "ping-ended", ping: 7, outcome }]);
});

Deno.test("PeerEffects pings over a connection of its own on request, and until the name is settled", async () => {
  let registered = false;
  const { effects, transport } = open(new Lines(), () => registered);
  await effects.carryOut(ping);
  registered = true;
  await effects.carryOut(ping);
  await effects.carryOut({ ...ping, fresh: true });
  assert.deepEqual(transport.asked.map(({ deadlines }) => deadlines.fresh), [true, false, true]);
});

for (const kind of pingFailures) {
  Deno.test(`PeerEffects tells the core and the log of a ping that ends with ${kind}`, async () => {
    const [log, quiet] = [new Lines(), new QuietLines()];
    for (const lines of [log, quiet]) {
      const { effects, transport, inputs } = open(lines);
      const outcome: Outcome = kind === "other-instance"
        ? { kind, detail: "why", from: hello }
        : { kind, detail: "why" };
      transport.outcome = outcome;
      await effects.carryOut(ping);
      assert.deepEqual(inputs, [{ kind: "ping-ended", ping: 7, outcome }]);
    }
    assert.deepEqual(log.texts, [`Ping to ${nameOf(2)}: ${kind} (why)`]);
    assert.deepEqual(quiet.texts, []);
  });
}

Deno.test("PeerEffects tells nobody of a ping that the end of the transport has ended", async () => {
  const log = new Lines();
  const { effects, transport, inputs } = open(log);
  transport.outcome = { kind: "closed", detail: "it was closed" };
  await effects.carryOut(ping);
  assert.deepEqual([inputs, log.texts], [[], []]);
});

/** What a peer may answer that is not what was asked for. */
const senseless: readonly (readonly [string, Outcome])[] = [
  ["nothing", answered(new Uint8Array(0))],
  ["what is no text", answered(Uint8Array.of(0xff, 0x00))],
  ["a request", answered(encodeMessage({ kind: "health" }))],
  ["a refusal", answer({ kind: "refused", reason: "no" })],
  ["health", answer({ kind: "health", healthy: true, reason: "" })],
];

for (const [what, outcome] of senseless) {
  Deno.test(`PeerEffects takes ${what} for no answer to a ping, a probe and a comparison`, async () => {
    const { effects, transport, inputs } = open();
    transport.outcome = outcome;
    await effects.carryOut(ping);
    await effects.carryOut({ kind: "ask-probe", probe: 8, helper, subject, timeoutMs: 9 });
    await effects.carryOut({ kind: "ask-sync", from: helper, buckets });
    const detail = "it answered a ping with something else";
    assert.deepEqual(inputs, [
      { kind: "ping-ended", ping: 7, outcome: { kind: "garbage", detail } },
      { kind: "probe-ended", probe: 8, reached: undefined },
      { kind: "synced", from: helper.instance, buckets: [], records: [], more: false },
    ]);
  });
}

Deno.test("PeerEffects takes a pong without content, as clients get it, for no answer to a ping", async () => {
  const { effects, transport, inputs } = open();
  transport.outcome = answer({ kind: "pong" });
  await effects.carryOut(ping);
  const detail = "it answered a ping with something else";
  assert.deepEqual(inputs, [{ kind: "ping-ended", ping: 7, outcome: { kind: "garbage", detail } }]);
});

Deno.test("PeerEffects asks a helper for a probe, and tells what it has found, or that it was not heard", async () => {
  const { effects, transport, inputs } = open();
  const probe = { kind: "ask-probe", probe: 8, helper, subject, timeoutMs: 90 } as const;
  for (const reached of [true, false]) {
    transport.outcome = answer({ kind: "probe", reached });
    await effects.carryOut(probe);
  }
  for (const kind of ["silent", "closed"] as const) {
    transport.outcome = { kind, detail: "" };
    await effects.carryOut(probe);
  }
  assert.deepEqual(
    inputs,
    [true, false, undefined, undefined].map((reached) => ({
      kind: "probe-ended",
      probe: 8,
      reached,
    })),
  );
  assert.deepEqual(transport.asked[0], {
    to: helper,
    request: { kind: "probe", subject },
    deadlines: { connectTimeoutMs: 90, answerTimeoutMs: 90 },
  });
});

Deno.test("PeerEffects asks a peer for what differs, and hands its records over, or none", async () => {
  const { effects, transport, inputs } = open();
  const found = { buckets: [0, 63], records: [recordOf(2), recordOf(3)], more: true };
  transport.outcome = answer({ kind: "sync", ...found });
  await effects.carryOut({ kind: "ask-sync", from: helper, buckets });
  transport.outcome = { kind: "reset", detail: "" };
  await effects.carryOut({ kind: "ask-sync", from: helper, buckets });
  const from = helper.instance;
  assert.deepEqual(inputs, [
    { kind: "synced", from, ...found },
    { kind: "synced", from, buckets: [], records: [], more: false },
  ]);
  assert.deepEqual(transport.asked[0], {
    to: helper,
    request: { kind: "sync", buckets },
    deadlines: { connectTimeoutMs: 2000, answerTimeoutMs: 2000 },
  });
});

Deno.test("PeerEffects tells each peer the same news in turn, connected or not, and waits for nothing", async () => {
  const { effects, transport, inputs } = open();
  const sightings = [{ name: nameOf(3), instance: instanceOf(3), heartbeat: 9 }];
  const news = { records: [recordOf(1)], votes: [voteOf(2)], sightings };
  await effects.carryOut({ kind: "tell", to: [instanceOf(3), instanceOf(2)], news });
  assert.deepEqual(transport.told.map(([instance]) => instance), [instanceOf(3), instanceOf(2)]);
  for (const [, body] of transport.told) {
    assert.deepEqual(decodeNotice(body), { kind: "news", news });
  }
  assert.deepEqual([inputs, transport.asked], [[], []]);
});

Deno.test("PeerEffects drops the connections of the addresses that this machine has lost", async () => {
  const { effects, transport, inputs } = open();
  await effects.carryOut({ kind: "drop", hosts: ["10.0.0.1", "fd00::1"] });
  assert.deepEqual([transport.dropped, inputs], [[["10.0.0.1", "fd00::1"]], []]);
});
