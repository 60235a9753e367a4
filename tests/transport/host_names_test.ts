/** Dialling hosts by their names, which somebody has to resolve. */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import type { Address } from "../../lib/core/base/address.ts";
import { HostResolver } from "../../lib/sockets/resolver.ts";
import type { Resolver } from "../../lib/sockets/resolver.ts";
import type { Connect } from "../../lib/transport/attempt.ts";
import { needing } from "../permissions.ts";
import {
  assertAnswer,
  assertFailure,
  deadTarget,
  newInstance,
  openNode,
  patient,
} from "./fixtures.ts";
import { until } from "../support/waiting.ts";

const dialling = (name: string, fn: () => Promise<void>): void =>
  Deno.test({ ...needing(name, "net"), fn });

const never = { ...patient, connectTimeoutMs: 30 };
const at = (host: string) => ({ host, port: 1 });
const black: Connect = (_address, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const real: Connect = ({ host, port }, signal) => Deno.connect({ hostname: host, port, signal });

/** A host behind which there are these IP addresses. */
const behind = (...hosts: string[]): Resolver => ({ addressesOf: () => Promise.resolve(hosts) });

dialling("ask() tries all addresses behind a name, IPv6 and IPv4 in turn", async () => {
  const log: string[] = [];
  await using two = await openNode({ name: "n2@test" });
  const resolver = behind("fd00::1", "fd00::2", "10.0.0.1", "10.0.0.2");
  const connect: Connect = ({ host, port }, signal) => {
    log.push(host);
    return host === "10.0.0.2"
      ? real({ host: "127.0.0.1", port: two.transport.port }, signal)
      : black({ host, port }, signal);
  };
  // Long enough for the good one to answer, when it comes first, before another one is tried.
  await using node = await openNode({ connect, resolver, limits: { staggerMs: 250 } });
  const target = { ...two.target, addresses: [at("name")] };
  const outcome = await node.ask(target);
  assertAnswer(outcome);
  assert.deepEqual(outcome.kind === "answer" && outcome.address, at("name"));
  assert.deepEqual(log, ["fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2"]);
  assertAnswer(await node.ask(target, "hi", { ...patient, fresh: true }));
  assert.deepEqual(log.slice(4), ["10.0.0.2"], "the good one comes first");
});

dialling("ask() tries no more addresses than the limit, each once", async () => {
  const log: string[] = [];
  const connect: Connect = ({ host }) => {
    log.push(host);
    return Promise.reject(new Deno.errors.ConnectionRefused("refused"));
  };
  const many = Array.from({ length: 50 }, (_, index) => `10.0.0.${index % 40}`);
  await using node = await openNode({
    connect,
    resolver: behind(...many),
    limits: { attemptsMax: 7 },
  });
  const target = { ...deadTarget(), addresses: [at("a"), at("b"), at("10.0.0.1")] };
  assert.match(
    assertFailure(await node.ask(target), "refused"),
    /^nobody listens at a:1 \(10\.0\.0\.0\)$/,
  );
  assert.equal(log.length, 7);
  assert.equal(new Set(log).size, 7);
});

dialling("ask() tries the other addresses while a name is not resolved", async () => {
  await using two = await openNode({ name: "n2@test" });
  const resolver: Resolver = {
    addressesOf: (_host, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      ),
  };
  await using node = await openNode({ resolver, limits: { staggerMs: 5 } });
  const addresses = [at("silent"), ...two.target.addresses];
  assertAnswer(await node.ask({ ...two.target, addresses }));
  const unresolved = { ...two.target, instance: newInstance(), addresses: [at("silent")] };
  const detail = assertFailure(await node.ask(unresolved, "hi", never), "no-answer");
  assert.equal(detail, "silent is not resolved yet: the name servers are slow");
});

dialling("ask() says why a name cannot be resolved, and closing does not wait for it", async () => {
  const resolver: Resolver = {
    addressesOf: () => Promise.reject(new Error("x cannot be resolved")),
  };
  await using node = await openNode({ resolver });
  const target = { ...deadTarget(), addresses: [at("x")] };
  assert.equal(assertFailure(await node.ask(target), "no-answer"), "x cannot be resolved");
  const stuck = new HostResolver({ clock: systemClock, lookup: () => new Promise(() => {}) });
  const leaving = await openNode({ resolver: stuck });
  const asked = leaving.ask(target);
  await leaving.transport[Symbol.asyncDispose]();
  assertFailure(await asked, "closed");
});

dialling(
  "a peer that has dialled is dialled by its name when no names are resolved any more",
  async () => {
    const log: string[] = [];
    let works = true;
    const lookup = (host: string): Promise<string[]> => {
      log.push(host);
      return works ? Promise.resolve(["127.0.0.1"]) : Promise.reject(new Error("no name servers"));
    };
    // It dials nobody before its peer has gone.
    const resolver = new HostResolver({ clock: systemClock, lookup, limits: { freshMs: 0 } });
    await using node = await openNode({ resolver });
    const addresses = [{ host: "n2.test", port: 4370 }];
    const dialled = await openNode({ name: "n2@test", addresses });
    const [{ port }] = dialled.target.addresses as [Address];
    // It is only asked, and asks nothing itself.
    assertAnswer(await dialled.ask(node.target));
    assertAnswer(await dialled.ask(node.target));
    assert.deepEqual(log, ["n2.test"], "it is resolved ahead, once");
    works = false;
    await dialled.transport[Symbol.asyncDispose]();
    await until("its connection is gone", () => node.transport.connectionCount === 0);
    const listen = { host: "127.0.0.1", port };
    await using restarted = await openNode({ name: "n2@test", listen });
    assertAnswer(await node.ask({ ...restarted.target, addresses: [{ host: "n2.test", port }] }));
  },
);
