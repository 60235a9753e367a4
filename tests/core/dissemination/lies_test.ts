/**
 * What a hostile member says of others, told to a node that watches them.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PingOutcome } from "../../../lib/core/input.ts";
import { makeRecord } from "../../../lib/core/members/record.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import type { InstanceId } from "../../../lib/core/members/row.ts";
import type { Vote } from "../../../lib/core/members/news.ts";
import type { SimNode } from "../../../lib/simulation/sim_node.ts";
import { settled } from "../clusters.ts";
import { LoneNode, pongOf, rowOf } from "../lone_node.ts";
import { instanceOf, nameOf, recordOf, voteOf } from "../records.ts";

const liar = instanceOf(666);
const nowhere = [{ host: "10.9.9.9", port: 4000 }];

/** A node in a cluster of four, whose others answer unless `fails` says how they do not. */
function cluster(): { node: LoneNode; fails: Map<string, PingOutcome> } {
  const fails = new Map<string, PingOutcome>();
  const members = new Map([1, 2, 3].map((number) => [nameOf(number), recordOf(number)]));
  const node = new LoneNode({}, ({ to, content }) => {
    const member = members.get(to.name);
    const failure = fails.get(to.name);
    if (member === undefined || member.instance !== to.instance) {
      return { kind: "refused", detail: "" };
    }
    return failure ?? pongOf(member, content.fingerprint);
  });
  for (const number of [1, 2, 3]) node.overwrite(rowOf(number));
  node.run(4000);
  for (const name of members.keys()) assert.equal(node.shows(name), true);
  return { node, fails };
}

function told(node: LoneNode, record: MemberRecord, from = liar): void {
  node.take({ kind: "told", news: { records: [record], votes: [], sightings: [] }, from });
}

/** A vote for which a kernel has refused twice. */
function conclusiveVoteOf(voter: number, changes: Partial<Vote> = {}): Vote {
  return voteOf(voter, { kind: "refused", conclusive: true, ...changes });
}

/** Asserts that n1 was true in every line, under its own instance. */
function assertTrue(node: LoneNode): void {
  const lines = node.wanted("status").map(({ entries = [] }) =>
    entries.find(({ name }) => name === nameOf(1))?.alive
  );
  const first = lines.indexOf(true);
  assert.deepEqual(lines.slice(first).filter((alive) => alive !== true), []);
  const view = node.core.members(node.now).find(({ name }) => name === nameOf(1));
  assert.equal(view?.instance, instanceOf(1));
  assert.deepEqual(view?.addresses, recordOf(1).addresses);
}

const lies: Readonly<Record<string, MemberRecord>> = {
  "has failed": recordOf(1, { state: "failed" }),
  "has failed, later": recordOf(1, { state: "failed", incarnation: 1000 }),
  "has left": recordOf(1, { state: "left" }),
  "was replaced": recordOf(1, { instance: instanceOf(99), incarnation: 5 }),
  "was replaced, and that one has left": recordOf(1, { instance: instanceOf(99), state: "left" }),
  "has moved": recordOf(1, { incarnation: 1, addresses: nowhere }),
};

for (const [what, record] of Object.entries(lies)) {
  Deno.test(`Membership does not believe of a member that answers it that it ${what}`, () => {
    const { node } = cluster();
    const since = node.now;
    node.run(20_000, () => {
      // Over and over, each time as something later.
      if (node.now % 100 !== 0) return;
      const incarnation = record.incarnation + Math.floor(node.now / 1000);
      told(node, makeRecord({ ...record, incarnation }));
    });
    assertTrue(node);
    const asked = node.wanted("ping", since).filter(({ to }) => to.name === nameOf(1));
    assert.ok(asked.length <= 45, `${asked.length} pings in 20 s`);
    const passedOn = node.wanted("tell", since).filter(({ to }) => !to.includes(instanceOf(1)));
    assert.deepEqual(passedOn.flatMap(({ news }) => news.records), [], "nobody else hears it");
    const back = node.wanted("tell", since).filter(({ to }) => to.includes(instanceOf(1)));
    assert.ok(back.length > 0, "the member hears what is said of it");
  });
}

Deno.test("Membership does not believe conclusive votes against a member that answers it", () => {
  const { node } = cluster();
  let sequence = 0;
  node.run(20_000, () => {
    if (node.now % 50 !== 0) return;
    sequence++;
    const votes = [2, 3, 4, 5].map((voter) => conclusiveVoteOf(voter, { sequence }));
    node.take({ kind: "told", news: { records: [], votes, sightings: [] }, from: liar });
  });
  assertTrue(node);
});

Deno.test("Membership believes what is said of a member as soon as a ping of its own fails", () => {
  for (const what of ["has failed", "has left"] as const) {
    const { node, fails } = cluster();
    fails.set(nameOf(1), { kind: "refused", detail: "" });
    told(node, lies[what] as MemberRecord);
    node.run(10);
    const { name } = recordOf(1);
    assert.equal(
      node.core.members(node.now).find((member) => member.name === name)?.status,
      what === "has left" ? undefined : "down",
    );
  }
});

Deno.test("Membership believes at once what a member says of itself", () => {
  const { node } = cluster();
  told(node, lies["has left"] as MemberRecord, instanceOf(1));
  node.run(1);
  assert.equal(node.core.members(node.now).some(({ name }) => name === nameOf(1)), false);
});

Deno.test("Membership keeps what a voter has said itself, whatever others say in its name", () => {
  const { node, fails } = cluster();
  fails.set(nameOf(1), { kind: "refused", detail: "" });
  const news = (votes: readonly Vote[]) => ({ records: [], votes, sightings: [] });
  node.take({ kind: "told", news: news([conclusiveVoteOf(2)]), from: instanceOf(2) });
  const takenBack = conclusiveVoteOf(2, { sequence: 2 ** 40, kind: undefined, conclusive: false });
  node.take({ kind: "told", news: news([takenBack]), from: liar });
  node.run(1000);
  const { name } = recordOf(1);
  const view = node.core.members(node.now).find((member) => member.name === name);
  assert.equal(view?.status, "down");
});

Deno.test("Membership refutes an incarnation that was made up for it, though it is called alive", () => {
  const { node } = cluster();
  const own = recordOf(0, { incarnation: 9, addresses: nowhere });
  told(node, own);
  node.run(1000);
  const mine = node.wanted("tell").flatMap(({ news }) => news.records)
    .filter(({ name }) => name === nameOf(0)).at(-1);
  assert.equal(mine?.incarnation, 10);
  assert.deepEqual(mine?.addresses, recordOf(0).addresses);
});

Deno.test("Membership passes on no heartbeat of another instance than the one that failed", () => {
  const { world, nodes: [first, second, third, fourth] } = settled(8);
  assert.ok(first && second && third && fourth);
  const { name } = first.settings;
  world.unplug(first);
  world.run(20_000);
  assert.equal(second.sees(name)?.status, "unreachable");
  let passedOn = 0;
  world.onStep = (_node, effects) => {
    for (const effect of effects) {
      if (effect.kind === "tell") passedOn += effect.news.sightings.length;
    }
  };
  const tell = (to: SimNode, instance: InstanceId): void => {
    const sightings = [{ name, instance, heartbeat: 7 }];
    to.take({ kind: "told", from: fourth.instance, news: { records: [], votes: [], sightings } });
  };
  tell(second, instanceOf(98));
  tell(third, instanceOf(99));
  world.run(10_000);
  assert.equal(passedOn, 0);
  assert.equal(second.sees(name)?.status, "unreachable");
});

Deno.test("Membership asks whose row was copied, though the copy is remembered as gone", () => {
  const member = recordOf(1);
  let isCopy = true;
  const node = new LoneNode({}, ({ content }) => {
    return isCopy ? { kind: "refused", detail: "" } : pongOf(member, content.fingerprint);
  });
  const copy = rowOf(5, { instance: member.instance });
  node.overwrite(copy);
  node.run(4000);
  assert.equal(node.shows(copy.name), false);
  node.registry.wipe();
  node.run(10_000);
  assert.equal(node.shows(copy.name), undefined);
  isCopy = false;
  node.overwrite(rowOf(1));
  node.take({ kind: "registry-hint" });
  node.run(4000);
  assert.equal(node.shows(member.name), true);
});

Deno.test("Membership passes no word on of a copy of its own row, or of a member's", () => {
  for (const number of [0, 1]) {
    const { node } = cluster();
    const since = node.now;
    told(node, recordOf(5, { instance: instanceOf(number), state: "left" }));
    node.run(1000);
    assert.deepEqual(node.wanted("tell", since), []);
  }
});
