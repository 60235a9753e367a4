/**
 * What a node inside another program tells of itself, and what it waits for.
 *
 * @module
 */
import assert from "node:assert/strict";
import { aborted } from "../lib/abort.ts";
import { startNode, StoppedError, UsageError, WaitTimeoutError } from "../lib/mod.ts";
import type { Condition, RunningNode, ServiceState, StartOptions } from "../lib/mod.ts";
import { waitFor } from "../lib/wait_for.ts";
import type { Watched } from "../lib/wait_for.ts";
import { needing } from "./permissions.ts";
import { ManualClock } from "./support/manual_clock.ts";
import { settle } from "./support/waiting.ts";

let clusters = 0;

/** Options of nodes that meet in this test alone, and quickly. */
function meetingOptions(): (name: string) => StartOptions {
  const registry = `memory:mod-wait-test-${++clusters}`;
  return (name) => ({
    registry,
    name: `${name}@127.0.0.1`,
    listen: "127.0.0.1:0",
    interval: "100ms",
    profile: "local",
  });
}

/** Waits that fail do so late enough for a busy machine. */
const timeout = "20s";

Deno.test({
  ...needing("waitFor() resolves with the members when others join and leave", "net", "sys"),
  async fn() {
    const options = meetingOptions();
    await using first = await startNode(options("n1"));
    const two = first.waitFor({ members: 2 }, { timeout });
    await using second = await startNode({ ...options("n2"), tags: { role: "db" } });
    assert.deepEqual((await two).map(({ name }) => name), ["n1@127.0.0.1", "n2@127.0.0.1"]);
    await first.waitFor({ member: "n2", tags: { role: "db" } }, { timeout });
    const alone = first.waitFor((members) => members.length === 1, { timeout });
    await second.leave();
    assert.equal((await alone).length, 1);
  },
});

Deno.test({
  ...needing("setService() and setTags() are seen by another member's waitFor()", "net", "sys"),
  async fn() {
    const options = meetingOptions();
    await using first = await startNode(options("n1"));
    await using second = await startNode(options("n2"));
    const service = async (state: ServiceState): Promise<unknown> => {
      const members = await first.waitFor({ member: "n2", service: state }, { timeout });
      return members.find(({ name }) => name === second.name)?.service;
    };
    second.setService("ready", { port: 8080 });
    assert.deepEqual(await service("ready"), { state: "ready", reason: "", port: 8080 });
    second.setService("failing", { reason: "x".repeat(300) });
    const reason = "x".repeat(200);
    assert.deepEqual(await service("failing"), { state: "failing", reason, port: 8080 });
    second.setTags({ role: "web" });
    const members = await first.waitFor({ tags: { role: "web" } }, { timeout });
    assert.deepEqual(members.map(({ tags }) => tags), [{}, { role: "web" }]);
    assert.equal(members[1]?.status, "alive");
  },
});

Deno.test({
  ...needing("setService() and setTags() name what is not legal", "net", "sys"),
  async fn() {
    await using node = await startNode(meetingOptions()("n1"));
    const refused = (action: () => void, fault: RegExp): void =>
      assert.throws(action, (error) => error instanceof UsageError && fault.test(error.message));
    refused(
      () => node.setService("well" as ServiceState),
      /^state "well": it must be one of start/,
    );
    refused(() => node.setService("ready", { port: 0 }), /^port 0: it must be a whole number from/);
    refused(() => node.setTags({ "a b": "c" }), /^option "tags" .*its key must be/);
    assert.deepEqual(node.members().map(({ service, tags }) => [service, tags]), [[undefined, {}]]);
  },
});

Deno.test({
  ...needing("waitFor() rejects when time is up, aborted, or the node ends", "net", "sys"),
  async fn() {
    await using node = await startNode(meetingOptions()("n1"));
    await assert.rejects(node.waitFor({ members: 2 }, { timeout: 10 }), (error) => {
      assert.ok(error instanceof WaitTimeoutError);
      assert.equal(error.code, "timeout");
      assert.deepEqual(error.missing, ["1 of 2 members is alive: n1@127.0.0.1"]);
      assert.equal(error.message, `Not reached within 10 ms\n${error.missing[0]}`);
      return true;
    });
    const reason = new RangeError("enough");
    const controller = new AbortController();
    const aborted = assert.rejects(node.waitFor({ members: 2 }, controller), reason);
    controller.abort(reason);
    await aborted;
    await assert.rejects(node.waitFor({ members: 1 }, controller), reason);
    const ended = assert.rejects(node.waitFor({ members: 2 }), StoppedError);
    await node.leave();
    await ended;
    await assert.rejects(node.waitFor({ members: 1 }), StoppedError);
  },
});

/** A node whose members are `count` by now, and that tells no changes. */
function quietNode(): Watched & { count: number; readers: number } {
  return {
    count: 1,
    readers: 0,
    members() {
      return Array.from({ length: this.count }, (_, index) => ({
        name: `n${index}@h`,
        status: "alive",
        tags: {},
      })) as unknown as ReturnType<RunningNode["members"]>;
    },
    async *changes(signal) {
      this.readers++;
      await aborted(signal);
      this.readers--;
      if (!signal.aborted) yield { snapshot: false };
      throw signal.reason;
    },
  };
}

Deno.test("waitFor() looks by itself when no change is told, and leaves nothing behind", async () => {
  const [node, clock] = [quietNode(), new ManualClock()];
  let isReached = false;
  const waiting = waitFor(node, { members: 2 }, { timeout: 60_000 }, clock)
    .then(() => isReached = true);
  node.count = 2;
  await clock.pass(499);
  assert.equal(isReached, false);
  await clock.pass(1);
  await waiting;
  await settle();
  assert.deepEqual([clock.pending, node.readers], [0, 0]);
});

Deno.test("waitFor() rejects with what its function throws, and stops then", async () => {
  const [node, clock] = [quietNode(), new ManualClock()];
  const fault = new RangeError("no such member");
  const awaited = (members: readonly unknown[]): boolean => {
    if (members.length > 1) throw fault;
    return false;
  };
  const waiting = assert.rejects(waitFor(node, awaited, { timeout: "800ms" }, clock), fault);
  node.count = 2;
  await clock.pass(500);
  await waiting;
  assert.equal(clock.pending, 0);
  // At the deadline as well, where nothing else would catch it.
  node.count = 1;
  const late = assert.rejects(waitFor(node, awaited, { timeout: 100 }, clock), fault);
  node.count = 2;
  await clock.pass(100);
  await late;
});

Deno.test("waitFor() names all that is wrong with a condition and its timeout", async () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{}, /^nothing to wait for: give condition "members", condition "member"/],
    [{ members: 0 }, /^condition "members" "0": it must be a whole number from 1 to/],
    [
      { members: 1.5, service: "well" },
      /^condition "members" "1.5": it must .*\ncondition "service" "well": it must be one of/,
    ],
    [{ member: "n1", count: 2 }, /^condition "count": it cannot go with condition "member"/],
    [{ tags: { a: "x\n" } }, /^condition "tags" /],
    [{ members: 0, tags: { "": "x" } }, /^condition "members" .*\ncondition "tags" /],
    [{ toString: "x" }, /^condition "toString" "x": it is none of tags, members, member, status/],
  ];
  const [node, clock] = [quietNode(), new ManualClock()];
  for (const [condition, fault] of wrong) {
    const waiting = waitFor(node, condition as Condition, {}, clock);
    await assert.rejects(
      waiting,
      (error) => error instanceof UsageError && fault.test(`${error.message}`),
    );
  }
  const waiting = waitFor(node, { members: 2 }, { timeout: "1" }, clock);
  await assert.rejects(
    waiting,
    /^UsageError: option "timeout" "1": it must be a duration from 0 to/,
  );
  assert.equal(clock.pending, 0);
});
