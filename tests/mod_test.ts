/**
 * The library as an embedding program uses it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NameTakenError, startNode, UsageError } from "../lib/mod.ts";
import type { Change, Explanation, Member, RunningNode, StartOptions } from "../lib/mod.ts";
import type { OptionKey } from "../lib/options/option_table.ts";
import type { serviceOptionTable } from "../lib/options/option_table_service.ts";
import { openRegistry } from "../lib/registry/mod.ts";
import { needing } from "./permissions.ts";

/** Options that name files with options in them, or a command, are for the command line only. */
type EmbeddableKey = Exclude<
  OptionKey,
  "config" | "cookieFile" | "httpTokenFile" | keyof typeof serviceOptionTable
>;

type Same<One, Other> = [One] extends [Other] ? [Other] extends [One] ? true : false : false;

/** Does not compile if an option is missing in the library, or is there alone. */
type OwnKey = "httpToken" | "log" | "signal" | "until";
const everyOptionIsThere: Same<EmbeddableKey | OwnKey, keyof StartOptions> = true;

let clusters = 0;

/** Options of nodes that meet in this test alone, and quickly. */
function meetingOptions(): (name: string) => StartOptions {
  const registry = `memory:mod-test-${++clusters}`;
  return (name) => ({
    registry,
    name: `${name}@127.0.0.1`,
    listen: "127.0.0.1:0",
    interval: "100ms",
    profile: "local",
  });
}

/** The first change of the wanted kind. */
async function next(node: RunningNode, kind: Change["kind"]): Promise<Change> {
  for await (const change of node.changes()) if (change.kind === kind) return change;
  throw new Error(`The node ended without "${kind}"`);
}

function view(node: RunningNode): Record<string, string> {
  return Object.fromEntries(node.members().map(({ name, status }) => [name, status]));
}

Deno.test({
  ...needing("startNode() brings two nodes of one process together", "net", "sys"),
  async fn() {
    const options = meetingOptions();
    await using first = await startNode(options("n1"));
    const met = next(first, "joined");
    await using second = await startNode(options("n2"));
    assert.equal(await first.joined, "n1@127.0.0.1");
    assert.equal(await second.joined, "n2@127.0.0.1");
    assert.equal((await met).name, "n2@127.0.0.1");
    assert.deepEqual(view(first), { "n1@127.0.0.1": "alive", "n2@127.0.0.1": "alive" });
    assert.notEqual(first.port, second.port);
  },
});

Deno.test({
  ...needing("RunningNode.changes() tells a late reader first who joined before", "net", "sys"),
  async fn() {
    const options = meetingOptions();
    await using first = await startNode(options("n1"));
    const met = next(first, "joined");
    await using _second = await startNode(options("n2"));
    assert.equal((await met).snapshot, false);
    const told: string[] = [];
    const reading = (async () => {
      for await (const { kind, name, snapshot } of first.changes()) {
        told.push(`${name} ${kind}${snapshot ? ", before" : ""}`);
        if (told.length === 2) return;
      }
    })();
    await using _third = await startNode(options("n3"));
    await reading;
    assert.deepEqual(told, ["n2@127.0.0.1 joined, before", "n3@127.0.0.1 joined"]);
  },
});

Deno.test({
  ...needing("RunningNode.get() and explain() take a name, full or short", "net", "sys"),
  async fn() {
    const options = meetingOptions();
    await using first = await startNode(options("n1"));
    await using _second = await startNode(options("n2"));
    // The name server is not to be asked: the question would outlast this test.
    const namesake = { ...options("n2"), name: "n2@localhost", advertise: ["127.0.0.1"] };
    await using _namesake = await startNode(namesake);
    await first.waitFor({ members: 3 }, { timeout: "20s" });
    assert.equal(first.get("n2@127.0.0.1")?.status, "alive");
    assert.equal(first.get("n1")?.self, true);
    assert.equal(first.get("n2"), undefined, "two are called that");
    assert.equal(first.get("n9"), undefined);
    assert.equal(first.explain("n2@localhost")?.status, "alive");
    assert.equal(first.explain("n1")?.name, "n1@127.0.0.1");
    assert.equal(first.explain("n9"), undefined);
  },
});

/** All fields of each type, and whether each object has them. Does not compile if one is missing. */
const fields = {
  node: {
    ...{ name: true, port: true, joined: true, ended: true, members: true, get: true },
    ...{ explain: true, changes: true, setService: true, setTags: true, waitFor: true },
    ...{ leave: true, [Symbol.asyncDispose]: true, url: true },
  } satisfies Record<keyof RunningNode, boolean>,
  member: {
    ...{ name: true, kind: true, instance: true, incarnation: true, status: true, self: true },
    ...{ linkWorks: true, addresses: true, forMs: true, roundTripUs: false, reason: true },
    ...{ flapping: true, tags: true, startedAt: true, software: true, service: false },
  } satisfies Record<keyof Member, boolean>,
  change: {
    ...{ kind: true, name: true, status: false, service: false, reason: true, snapshot: true },
  } satisfies Record<keyof Change, boolean>,
  explanation: {
    ...{ name: true, kind: true, status: true, verdict: true, accusers: true, votesNeeded: true },
    ...{ watched: true, pings: true, timeoutMs: true, heartbeat: true, heartbeatAgeMs: false },
    ...{ registryWorks: true, localHealth: true, isolated: true, failures: true },
    ...{ incarnation: true, service: false, wouldChange: true },
  } satisfies Record<keyof Explanation, boolean>,
};

function assertFields(value: object, expected: Readonly<Record<PropertyKey, boolean>>): void {
  const there = new Set(Reflect.ownKeys(value));
  const known = Reflect.ownKeys(expected);
  assert.deepEqual([...there].filter((key) => !known.includes(key)), [], "no other fields");
  const missing = known.filter((key) => expected[key] && !there.has(key));
  assert.deepEqual(missing, []);
}

Deno.test({
  ...needing("RunningNode hands out objects with the fields of their types alone", "net", "sys"),
  async fn() {
    const options = meetingOptions();
    await using first = await startNode(options("n1"));
    await using second = await startNode(options("n2"));
    second.setService("ready");
    await first.waitFor({ members: 2, service: "ready", count: 1 }, { timeout: "20s" });
    const methods = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(first));
    const { constructor: _constructor, ...described } = { ...methods, ...first };
    assertFields(described, fields.node);
    for (const member of first.members()) {
      assertFields(member, fields.member);
      assertFields(first.explain(member.name) ?? {}, fields.explanation);
    }
    for await (const change of first.changes()) {
      assertFields(change, fields.change);
      if (change.kind === "service") break;
    }
  },
});

Deno.test({
  ...needing("RunningNode.leave() takes the node out of the other's view", "net", "sys"),
  async fn() {
    const options = meetingOptions();
    await using first = await startNode(options("n1"));
    const met = next(first, "joined");
    await using second = await startNode(options("n2"));
    await met;
    const left = next(first, "left");
    await second.leave();
    assert.deepEqual(await second.ended, { kind: "left" });
    assert.equal((await left).name, "n2@127.0.0.1");
    assert.deepEqual(view(first), { "n1@127.0.0.1": "alive" });
    // Twice does no harm, and neither does the disposal that follows.
    await second.leave();
  },
});

Deno.test({
  ...needing("RunningNode.changes() ends when the node leaves", "net", "sys"),
  async fn() {
    await using node = await startNode(meetingOptions()("n1"));
    const all = (async (): Promise<Change[]> => {
      const found: Change[] = [];
      for await (const change of node.changes()) found.push(change);
      return found;
    })();
    await node.joined;
    await node.leave();
    assert.deepEqual(await all, []);
  },
});

Deno.test({
  ...needing("RunningNode.joined rejects when a live node holds the name", "net", "sys"),
  async fn() {
    const options = meetingOptions();
    await using _first = await startNode(options("n1"));
    await using second = await startNode({ ...options("n1"), until: "listening" });
    await assert.rejects(second.joined, NameTakenError);
    assert.equal((await second.ended).kind, "name-taken");
  },
});

Deno.test({
  ...needing("startNode() hands its log to the functions it is given", "net", "sys"),
  async fn() {
    const lines: string[] = [];
    const write = (message: string): void => void lines.push(message);
    const log = { debug: write, info: write, warning: write, error: write };
    await using node = await startNode({ ...meetingOptions()("n1"), status: "every", log });
    await node.joined;
    await node.leave();
    assert.ok(lines.includes('n1@127.0.0.1["n1@127.0.0.1": true]'), lines.join("\n"));
  },
});

Deno.test("startNode() names all faults at once when options are wrong", async () => {
  const wrong = { interval: "5", registry: "gopher://x", colour: "red" } as StartOptions;
  await assert.rejects(startNode(wrong), (error) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.faults.length, 3, error.message);
    assert.match(error.message, /^option "colour": it is unknown/m);
    assert.match(error.message, /^option "interval" "5": it must be a duration/m);
    assert.match(
      error.message,
      /^option "registry" "gopher:\/\/\*\*\*": its scheme "gopher" is not known/m,
    );
    return true;
  });
});

Deno.test("startNode() refuses lists that are empty, and a log and an end of its start that are none", async () => {
  const log = { info() {} };
  const wrong = { registry: [], cookie: [], log, until: "foo" } as unknown as StartOptions;
  await assert.rejects(startNode(wrong), (error) => {
    assert.ok(error instanceof UsageError);
    assert.deepEqual(error.faults.toSorted(), [
      'option "cookie" (not shown): it is empty; leave it out',
      'option "log": it lacks debug, warning, error',
      'option "registry": it is empty; leave it out',
      'option "until" "foo": it must be joined or listening',
    ]);
    return true;
  });
});

Deno.test("openRegistry() names all faults of the cluster and the time that it is given", async () => {
  for (const cluster of ["../evil", "..", "", "a/b"]) {
    const opening = openRegistry("memory:x", { cluster, timeoutMs: -5 });
    await assert.rejects(opening, (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.faults.length, 2, error.message);
      assert.match(
        error.message,
        /^option "cluster" .*\noption "timeoutMs" -5: it must be a number/,
      );
      return true;
    });
  }
});

Deno.test("startNode() tells each fault once, in the words of a program", async () => {
  const registry = Array.from({ length: 9 }, (_, index) => `memory:${index}`);
  const wrong = { registry, colour: "red", interval: NaN, leaveTimeout: Infinity } as StartOptions;
  await assert.rejects(startNode(wrong), (error) => {
    assert.ok(error instanceof UsageError);
    assert.deepEqual(
      error.faults.map((fault) => fault.replace(/ms to 1m.*|0 to 10m.*/, "…")).toSorted(),
      [
        'option "colour": it is unknown; those of StartOptions are known',
        'option "interval" NaN: it must be a duration from 100…',
        'option "leaveTimeout" Infinity: it must be a duration from …',
        'option "registry": at most 8 are legal, 9 are given',
      ],
    );
    return true;
  });
});

Deno.test("startNode() counts registries of its program among those that it takes", async () => {
  const own = await openRegistry("memory:own");
  const registry = [...Array.from({ length: 8 }, () => own), "memory:other"];
  await assert.rejects(
    startNode({ registry }),
    /^UsageError: .* at most 8 are legal, 9 are given$/,
  );
  await own[Symbol.asyncDispose]();
});

Deno.test("startNode() says what to give instead of a file of options", async () => {
  const wrong = { cookieFile: "/run/secrets/cookie" } as StartOptions;
  await assert.rejects(startNode(wrong), /option "cookieFile": a library reads no files/);
  const carrying = { restart: "always" } as StartOptions;
  await assert.rejects(startNode(carrying), /option "restart": a library starts no command/);
});

Deno.test("StartOptions has each option of the command line", () => {
  assert.equal(everyOptionIsThere, true);
});
