/**
 * What a node makes of the rows of others.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FailureDetector } from "../../../lib/core/detector/failure_detector.ts";
import { ChangeLog } from "../../../lib/core/explain/change_log.ts";
import { RegistryReader } from "../../../lib/core/registration/registry_reader.ts";
import type { ReaderDecision } from "../../../lib/core/registration/registry_reader.ts";
import type { Row } from "../../../lib/core/members/row.ts";
import { firstPace } from "../../../lib/core/registration/registry_pace.ts";
import { rowOf } from "../lone_node.ts";
import { instanceOf, nameOf, recordOf } from "../records.ts";
import { View } from "../view.ts";

/** Node 0 with two others, whose rows are listed with those that a test adds. */
class Scene {
  readonly view = new View(2);
  readonly reader: RegistryReader;
  /** The reader asks it for no more than this. */
  readonly keeper = { away: false, pace: firstPace(1000), listStartedAt: 0 };
  readonly changes = new ChangeLog();

  constructor() {
    const { view } = this;
    const detector = new FailureDetector(view);
    const { keeper, changes } = this;
    this.reader = new RegistryReader({ ...view, detector, keeper, changes });
  }

  /** Reads a listing that was asked for at `now`. */
  list(rows: readonly Row[], now: number): readonly ReaderDecision[] {
    this.keeper.listStartedAt = now;
    const stored = rows.map((row) => ({ row, version: "v" }));
    const { instance } = this.view.memberList.self;
    const isWhole = rows.some((row) => row.instance === instance);
    return this.reader.listed(stored, isWhole, now).decisions;
  }
}

const members = [rowOf(0), rowOf(1), rowOf(2)];

Deno.test("RegistryReader makes a candidate of a row that nobody has spoken for, once", () => {
  const scene = new Scene();
  assert.deepEqual(scene.list(members, 0), []);
  const rows = [...members, rowOf(5)];
  assert.deepEqual(scene.list(rows, 1000), [
    { kind: "introduce", name: nameOf(5), isFresh: true },
  ]);
  assert.deepEqual(scene.list(rows, 2000), []);
  assert.equal(scene.view.candidates.get(nameOf(5))?.instance, instanceOf(5));
});

Deno.test("RegistryReader calls nothing fresh in its first listing: it may have stood for years", () => {
  const [decision] = new Scene().list([rowOf(5)], 0);
  assert.ok(decision?.kind === "introduce" && !decision.isFresh);
});

Deno.test("RegistryReader has the member looked at whose name another instance claims", () => {
  const scene = new Scene();
  assert.deepEqual(scene.list([rowOf(1, { instance: instanceOf(99) })], 0), [
    { kind: "look", name: nameOf(1) },
  ]);
  assert.equal(scene.view.candidates.get(nameOf(1)), undefined);
});

Deno.test("RegistryReader takes the heir of one that is gone for a candidate, if it comes after it", () => {
  for (const state of ["failed", "left"] as const) {
    const gone = (): Scene => {
      const scene = new Scene();
      scene.view.memberList.merge(recordOf(1, { state, incarnation: 3 }), 0);
      return scene;
    };
    const scene = gone();
    const heir = (incarnation: number, heartbeat = 1): Row[] => [
      rowOf(1, { instance: instanceOf(99), incarnation, heartbeat }),
    ];
    assert.deepEqual(scene.list(heir(2), 1000), [], "a backup may have brought it back");
    assert.deepEqual(scene.list(heir(2), 2000), []);
    scene.list(heir(2, 2), 3000);
    assert.deepEqual(
      scene.list(heir(2, 2), 4000).map(({ kind }) => kind),
      ["introduce"],
      "it runs",
    );
    assert.deepEqual(gone().list(heir(3), 1000).map(({ kind }) => kind), ["introduce"]);
  }
});

Deno.test("RegistryReader remembers one that has left while a row of one before it stands", () => {
  const scene = new Scene();
  const { memberList } = scene.view;
  memberList.merge(recordOf(1, { state: "left", incarnation: 3 }), 0);
  scene.list([rowOf(1, { instance: instanceOf(99) })], 500_000);
  memberList.purge(700_000);
  assert.deepEqual([...memberList.left.keys()], [nameOf(1)]);
});

Deno.test("RegistryReader looks elsewhere for a member out of reach alone", () => {
  const moved = rowOf(1, { addresses: [{ host: "10.9.9.9", port: 1 }] });
  const scene = new Scene();
  assert.deepEqual(scene.list([moved], 0), []);
  scene.view.breakLink(1, "silent", 10);
  assert.deepEqual(scene.list([rowOf(1)], 20), [], "it is known there");
  assert.deepEqual(scene.list([moved], 30).map(({ kind }) => kind), ["introduce"]);
});

Deno.test("RegistryReader warns once of a row that claims another node's instance, and asks nobody", () => {
  const scene = new Scene();
  const copy = rowOf(5, { instance: instanceOf(1) });
  const [note] = scene.list([copy], 0);
  assert.ok(note?.kind === "note" && note.level === "warning");
  assert.equal(
    note.message,
    `The row of ${nameOf(5)} claims to be ${nameOf(1)}, which has another name; it is left alone`,
  );
  assert.deepEqual(scene.list([copy], 1), []);
  assert.equal(scene.view.candidates.get(nameOf(5)), undefined);
});

Deno.test("RegistryReader takes one that has left for back once it goes on to write heartbeats", () => {
  const scene = new Scene();
  const row = (heartbeat: number): Row[] => [rowOf(1, { heartbeat })];
  scene.list(row(1), 0);
  scene.view.memberList.merge(recordOf(1, { state: "left" }), 10);
  scene.list(row(1), 1000);
  assert.deepEqual(scene.list(row(2), 2000), [], "that may have been on its way");
  scene.list(row(2), 6000);
  scene.list(row(3), 7000);
  assert.deepEqual(scene.list(row(3), 8000).map(({ kind }) => kind), ["introduce"]);
});

Deno.test("RegistryReader tells and passes on once that the heartbeat of one that failed moves", () => {
  const scene = new Scene();
  scene.list(members, 0);
  scene.view.breakLink(1, "silent", 500);
  scene.view.memberList.merge(
    recordOf(1, { state: "failed", cause: { kind: "silent", accusers: [] } }),
    600,
  );
  assert.deepEqual(scene.list(members, 1000), []);
  const moving = [rowOf(0), rowOf(1, { heartbeat: 2 }), rowOf(2)];
  const [sighting, change, ...rest] = scene.list(moving, 2000);
  assert.deepEqual(sighting, {
    kind: "sighting",
    sighting: { name: nameOf(1), instance: instanceOf(1), heartbeat: 2 },
  });
  assert.ok(change?.kind === "change");
  assert.deepEqual([change.change.kind, change.change.status], ["failed", "unreachable"]);
  const seek = { kind: "seek", name: nameOf(1) };
  assert.deepEqual(rest, [seek]);
  const later = [rowOf(0), rowOf(1, { heartbeat: 3 }), rowOf(2)];
  assert.deepEqual(scene.list(later, 3000), [seek], "those who ask it may go later");
});

Deno.test("RegistryReader tells nothing twice of one that has failed again since the last listing", () => {
  const scene = new Scene();
  const { memberList, links } = scene.view;
  const cause = { kind: "silent", accusers: [] } as const;
  const moving = [rowOf(0), rowOf(1, { heartbeat: 2 }), rowOf(2)];
  scene.list(members, 0);
  scene.view.breakLink(1, "silent", 100);
  memberList.merge(recordOf(1, { state: "failed", cause }), 200);
  scene.list(members, 1000);
  const told = scene.list(moving, 2000).find(({ kind }) => kind === "change");
  assert.ok(told?.kind === "change" && told.change.status === "unreachable");
  memberList.merge(recordOf(1, { incarnation: 1 }), 3000);
  links.of(nameOf(1)).pong(500, { host: "10.0.0.1", port: 4370 }, 3000);
  scene.view.breakLink(1, "silent", 4000);
  memberList.merge(recordOf(1, { state: "failed", incarnation: 1, cause }), 4100);
  const change = { kind: "failed", name: nameOf(1), status: "down", reason: "" } as const;
  scene.changes.add(change, { instance: instanceOf(1), incarnation: 1 }, 4100);
  assert.deepEqual(scene.list(moving, 5000), []);
});

Deno.test("RegistryReader keeps the heartbeats of those whom it knows, and of nobody else", () => {
  const scene = new Scene();
  const { heartbeats, candidates } = scene.view;
  const ages = (): (number | undefined)[] =>
    [0, 1, 5, 6].map((number) => heartbeats.ageMs(nameOf(number), instanceOf(number), 2000));
  scene.list([...members, rowOf(5), rowOf(6)], 0);
  candidates.drop(nameOf(6));
  scene.list([], 1000);
  assert.deepEqual(ages(), [2000, 2000, 2000, undefined]);
});

Deno.test("RegistryReader renews the memory of one that has left while its row stands", () => {
  const scene = new Scene();
  const { memberList } = scene.view;
  memberList.merge(recordOf(1, { state: "left" }), 0);
  memberList.merge(recordOf(2, { state: "left" }), 0);
  scene.list([rowOf(1)], 500_000);
  memberList.purge(700_000);
  assert.deepEqual([...memberList.left.keys()], [nameOf(1)]);
});
