/**
 * Counters that others make up: around the bound, and around what is believed.
 *
 * Whoever holds the cookie can tell any number, and whoever can write the registry can write any. A
 * living node must get over each, so that all the others see it alive.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { countAbove, countMax, isLeap, leapMax } from "../../../lib/core/base/count.ts";
import { decodeNotice, encodeMessage } from "../../../lib/protocol/message.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { makeRecord } from "../../../lib/core/members/record.ts";
import type { MemberRecord, RecordState } from "../../../lib/core/members/record.ts";
import { decodeRow, encodeRow } from "../../../lib/core/members/row.ts";
import type { Row } from "../../../lib/core/members/row.ts";
import type { SimNode } from "../../../lib/simulation/sim_node.ts";
import { World } from "../../../lib/simulation/world.ts";

/** Where counters might break. */
const edges = [
  ...[leapMax - 1, leapMax, leapMax + 1, leapMax + 2, 2 * leapMax, 2 ** 32, 2 ** 40],
  ...[countMax - leapMax, countMax - 2, countMax - 1, countMax, countMax + 1],
  Number.MAX_SAFE_INTEGER,
];

/** Within this time all must be well again, in milliseconds. */
const patienceMs = 10_000;

const subject = "n1@10.0.0.1" as NodeName;

function cluster(count: number): { world: World; nodes: SimNode[] } {
  const world = new World({ seed: 1 });
  const nodes = Array.from(
    { length: count },
    (_, index) => world.start(`n${index + 1}@10.0.0.${index + 1}`),
  );
  world.run(5000);
  assert.ok(areWell(nodes), "it settles");
  return { world, nodes };
}

/** True if all see all alive, and what stands in the registry is legal. */
function areWell(nodes: readonly SimNode[]): boolean {
  const expected = nodes.map(({ instance }) => `${instance} alive`).sort().join();
  return nodes.every(({ core, state, lastStatus }) =>
    state === "running" &&
    core.members(lastStatus?.at ?? 0).map(({ instance, status }) => `${instance} ${status}`)
        .sort().join() === expected
  );
}

function becomesWell(world: World, nodes: readonly SimNode[], why: string): void {
  const until = world.now + patienceMs;
  while (!areWell(nodes) && world.now < until) world.run(250);
  assert.ok(areWell(nodes), why);
  world.run(5000);
  assert.ok(areWell(nodes), `${why}: it stays so`);
  for (const { core, instance } of nodes) {
    const row = world.registry.row(core.name);
    assert.equal(row?.instance, instance, why);
    assert.equal(decodeRow(core.name, encodeRow(row as Row)).kind, "row", why);
  }
}

/** Tells a record the way a member does; what the schema refuses is not heard. */
function tell(node: SimNode, record: MemberRecord): void {
  const news = { records: [record], votes: [], sightings: [] };
  const notice = decodeNotice(encodeMessage({ kind: "news", news }));
  assert.equal(notice !== undefined, record.incarnation <= countMax);
  if (notice !== undefined) node.take({ kind: "told", news: notice.news });
}

/** Puts a row into the registry, as an unauthenticated peer might; what is damaged nobody reads. */
function put(world: World, name: NodeName, changes: Partial<Row>): void {
  const row = { ...world.registry.row("n2@10.0.0.2") as Row, name, ...changes };
  const version = world.registry.list(world.now);
  assert.ok(typeof version !== "string");
  const seen = version.find((stored) => stored.row.name === name)?.version;
  if (decodeRow(name, encodeRow(row)).kind !== "row") {
    if (seen !== undefined) world.registry.remove(name, seen, world.now);
    return;
  }
  world.registry.write(row, seen, world.now);
}

function recordAt(incarnation: number, changes: Partial<MemberRecord>): MemberRecord {
  return makeRecord({
    ...{ name: subject, instance: "f".repeat(32), incarnation, state: "failed" },
    ...{ addresses: [{ host: "10.0.0.99", port: 4000 }], tags: {}, startedAt: "", software: "" },
    ...changes,
  });
}

Deno.test("countAbove() outdoes what is claimed, never leaps, and never passes the bound", () => {
  const anyCount = fc.oneof(fc.nat(10), fc.constantFrom(...edges), fc.maxSafeNat());
  const anyOwn = anyCount.map((count) => Math.min(count, countMax));
  fc.assert(fc.property(anyOwn, anyCount, (own, claimed) => {
    const answer = countAbove(own, claimed);
    assert.ok(answer <= countMax && !isLeap(own, answer));
    assert.ok(answer > own || own === countMax);
    const isAnswerable = claimed - own < leapMax && claimed < countMax;
    if (isAnswerable) assert.ok(answer > claimed);
  }));
});

Deno.test("rows and messages with counters above the bound are refused, those at the bound are not", () => {
  const { world } = cluster(2);
  const row = world.registry.row(subject) as Row;
  for (const field of ["incarnation", "heartbeat"] as const) {
    for (const count of edges) {
      const decoded = decodeRow(subject, encodeRow({ ...row, [field]: count }));
      assert.equal(decoded.kind, count <= countMax ? "row" : "damaged", `${field} ${count}`);
    }
  }
  const hours = decodeRow(subject, encodeRow({ ...row, heartbeatIntervalMs: 24 * 3_600_000 }));
  assert.equal(hours.kind, "damaged", "nobody waits so long for a heartbeat");
});

for (const state of ["failed", "left", "alive"] satisfies RecordState[]) {
  for (const whose of ["its own", "another"] as const) {
    Deno.test(`a living member gets over a member that calls ${whose} instance ${state} at any count`, () => {
      for (const to of [0, 1]) {
        for (const count of edges) {
          const { world, nodes } = cluster(4);
          const instance = whose === "another" ? "f".repeat(32) : nodes[0]?.instance as string;
          tell(nodes[to] as SimNode, recordAt(count, { instance, state }));
          becomesWell(world, nodes, `${count} told to n${to + 1}`);
        }
      }
    });
  }
}

Deno.test("a living member gets over a member that counts on, wherever it is told", () => {
  const { world, nodes } = cluster(4);
  for (let round = 1; round <= 40; round++) {
    for (const node of nodes) {
      const instance = nodes[0]?.instance as string;
      const known = node.core.members(world.now).find(({ name }) => name === subject);
      tell(node, recordAt((known?.incarnation ?? 0) + leapMax, { instance }));
    }
    world.run(20);
  }
  becomesWell(world, nodes, "forty leaps");
});

Deno.test("a living member gets over a row of its name at any count", () => {
  for (const count of edges) {
    for (const isOwn of [true, false]) {
      const { world, nodes } = cluster(4);
      const instance = isOwn ? nodes[0]?.instance as string : "f".repeat(32);
      const addresses = [{ host: "10.0.0.99", port: 4000 }];
      put(world, subject, { instance, incarnation: count, heartbeat: count, addresses });
      becomesWell(world, nodes, `${count}, ${isOwn ? "own" : "other"} instance`);
    }
  }
});

Deno.test("a newcomer gets over what is said of its name before it comes, at any count", () => {
  for (const nodesCount of [3, 14]) {
    for (const count of edges) {
      for (const by of ["row", "member"] as const) {
        const { world, nodes } = cluster(nodesCount);
        const name = "new@10.0.0.50" as NodeName;
        if (by === "row") {
          put(world, name, { instance: "f".repeat(32), incarnation: count, heartbeat: count });
        } else for (const node of nodes) tell(node, recordAt(count, { name }));
        world.run(5000);
        const newcomer = world.start(name);
        becomesWell(world, [...nodes, newcomer], `${count} by a ${by}, among ${nodesCount}`);
      }
    }
  }
});

Deno.test("a node that was started again gets over what the others keep of it, at any count", () => {
  for (const count of edges) {
    const { world, nodes: [first, ...others] } = cluster(4);
    world.kill(first as SimNode);
    world.run(3000);
    const { instance } = first as SimNode;
    for (const node of others) tell(node, recordAt(count, { instance }));
    put(world, subject, { instance, incarnation: count, heartbeat: count });
    world.run(3000);
    const again = world.start(subject, { host: "10.0.0.77" });
    becomesWell(world, [again, ...others], `${count}`);
  }
});
