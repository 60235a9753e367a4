/**
 * What only a row says never reaches a member: the rule of `lib/core/members/candidate.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PingOutcome } from "../../../lib/core/input.ts";
import { LoneNode, pongOf, rowOf } from "../lone_node.ts";
import { instanceOf, nameOf, pingFailures, recordOf } from "../records.ts";

const nowhere = [{ host: "10.9.9.9", port: 4000 }];

/** A node that knows n1, which answers at its own address; nothing else does. */
function acquainted(elsewhere: PingOutcome = { kind: "refused", detail: "" }): LoneNode {
  const node = new LoneNode({}, ({ to, content }) => {
    const isThere = to.addresses.some(({ host }) => host === "10.0.0.1");
    const isAsked = to.name === nameOf(1) && to.instance === instanceOf(1);
    return isThere && isAsked ? pongOf(recordOf(1), content.fingerprint) : elsewhere;
  });
  node.overwrite(rowOf(1));
  node.run(3000);
  assert.equal(node.shows(nameOf(1)), true);
  return node;
}

/** Asserts that n1 is what it was. */
function assertUntouched(node: LoneNode): void {
  const view = node.core.members(node.now).find(({ name }) => name === nameOf(1));
  const { instance, incarnation, addresses, tags } = recordOf(1);
  assert.deepEqual(
    [view?.status, view?.linkWorks, view?.instance, view?.incarnation, view?.addresses, view?.tags],
    ["alive", true, instance, incarnation, addresses, tags],
  );
  const falseOnes = node.wanted("status")
    .flatMap(({ entries = [] }) => entries.filter((entry) => !entry.alive));
  assert.deepEqual(falseOnes.filter(({ name }) => name === nameOf(1)), []);
  assert.deepEqual(
    node.wanted("changes").flatMap(({ changes }) => changes)
      .filter(({ name, kind }) => name === nameOf(1) && kind !== "joined"),
    [],
  );
}

for (const kind of pingFailures) {
  Deno.test(`a row with the instance of a member and another name is told of, and never asked (${kind})`, () => {
    const node = acquainted({ kind, detail: "" });
    const since = node.now;
    for (let heartbeat = 1; heartbeat <= 10; heartbeat++) {
      node.overwrite(rowOf(2, { instance: instanceOf(1), addresses: nowhere, heartbeat }));
      node.run(1000);
    }
    assertUntouched(node);
    assert.equal(node.shows(nameOf(2)), undefined);
    assert.deepEqual(node.wanted("ping", since).filter(({ to }) => to.name === nameOf(2)), []);
    assert.equal(node.notes(since).length, 1);
    assert.match(node.notes(since)[0] ?? "", /^The row of n2@\S+ claims to be n1@\S+, which has/);
  });
}

Deno.test("a row under the name of a member, whatever it says, changes nothing about that member", () => {
  const rows = [
    rowOf(1, { instance: instanceOf(99), addresses: nowhere, incarnation: 0 }),
    rowOf(1, { instance: instanceOf(99), addresses: nowhere, incarnation: 2 ** 40 }),
    rowOf(1, { incarnation: 1, addresses: nowhere, tags: { zone: "evil" } }),
    rowOf(1, { incarnation: 2 ** 40, tags: { zone: "evil" }, software: "evil" }),
    rowOf(1, { incarnation: 0, addresses: [], heartbeat: 0 }),
  ];
  for (const row of rows) {
    const node = acquainted();
    for (let heartbeat = 1; heartbeat <= 10; heartbeat++) {
      node.overwrite({ ...row, heartbeat: row.heartbeat + heartbeat });
      node.run(1000);
    }
    assertUntouched(node);
  }
});

Deno.test("a row that is gone takes no living member along", () => {
  const node = acquainted();
  node.registry.remove(nameOf(1), "v1", node.now);
  node.run(20_000);
  assertUntouched(node);
});

Deno.test("a candidate that does not answer is shown as failed, and touches no count of members", () => {
  const node = acquainted();
  node.overwrite(rowOf(2, { addresses: nowhere }));
  const { fingerprint } = node.wanted("ping").at(-1)?.content ?? {};
  node.run(3000);
  assert.equal(node.shows(nameOf(2)), false);
  assert.ok(node.core.isCandidate(nameOf(2)));
  assert.equal(node.wanted("ping").at(-1)?.content.fingerprint, fingerprint);
  const told = node.wanted("tell").flatMap(({ news }) => news.records);
  assert.deepEqual(
    told.filter(({ name }) => name === nameOf(2)),
    [],
    "others read rows themselves",
  );
});

Deno.test("a candidate becomes a member by what it answers, and not by what its row says", () => {
  const own = recordOf(1, { tags: { zone: "a" } });
  const node = new LoneNode({}, ({ content }) => pongOf(own, content.fingerprint));
  node.overwrite(rowOf(1, { incarnation: 2 ** 30, tags: { zone: "evil" }, software: "evil" }));
  node.run(3000);
  const view = node.core.members(node.now).find(({ name }) => name === nameOf(1));
  assert.deepEqual(
    [view?.status, view?.incarnation, view?.tags, view?.software],
    ["alive", 0, own.tags, own.software],
  );
});

Deno.test("a dead member is looked for where a row says, and is back by its answer alone", () => {
  let hosts = ["10.0.0.1"];
  const node = new LoneNode(
    {},
    ({ to, content }) =>
      to.addresses.some(({ host }) => hosts.includes(host))
        ? pongOf(
          recordOf(1, { incarnation: hosts.length, addresses: to.addresses }),
          content.fingerprint,
        )
        : { kind: "refused", detail: "" },
  );
  node.overwrite(rowOf(1));
  node.run(3000);
  hosts = [];
  node.run(5000);
  assert.equal(node.shows(nameOf(1)), false);
  node.overwrite(rowOf(1, { incarnation: 7, addresses: nowhere }));
  node.run(5000);
  assert.equal(node.shows(nameOf(1)), false, "the row alone says nothing");
  hosts = ["10.9.9.9", "10.9.9.9"];
  node.run(20_000);
  assert.equal(node.shows(nameOf(1)), true);
});
