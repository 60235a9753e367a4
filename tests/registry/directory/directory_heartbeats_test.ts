/** Heartbeats in a folder: what one costs, and that it comes in the way of no other write. */
import assert from "node:assert/strict";
import { needing } from "../../permissions.ts";
import { never, rowOf, writtenVersion } from "../rows.ts";
import { name, namesIn, ownFolder, Scene, written } from "./directory_scene.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { encodeRow } from "../../../lib/core/members/row.ts";
import { readHeartbeats } from "../../../lib/registry/directory/directory_heartbeats.ts";

/** What lies in the folder of heartbeats. */
const heartbeats = ({ path }: Scene): Promise<string[]> =>
  namesIn(`${path}/${ownFolder}/heartbeats`);

/** What stands in the file of the row. */
const fileOf = ({ path }: Scene): Promise<string> => Deno.readTextFile(`${path}/${name}`);

Deno.test({
  ...needing("write() of a mere heartbeat leaves the row alone, and all read it", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const [one, two] = [scene.open(), scene.open()];
    let version = await written(one, 1);
    const file = await fileOf(scene);
    for (const heartbeat of [2, 3]) {
      version = await written(one, heartbeat, version);
      const stored = { row: rowOf(name, heartbeat), version };
      assert.deepEqual((await two.list(never)).rows, [stored]);
      assert.deepEqual(await two.read(name, never), stored);
    }
    assert.equal(await fileOf(scene), file);
    assert.deepEqual(await heartbeats(scene), [`${name}.01234567.3.1457635889277`]);
    assert.equal(await two.remove(name, version, never), "removed");
    assert.deepEqual(await heartbeats(scene), []);
  },
});

Deno.test({
  ...needing(
    "readHeartbeats() gives the highest of a run, in whichever order they lie",
    "read",
    "write",
  ),
  async fn() {
    const folder = await Deno.makeTempDir();
    for (let heartbeat = 1; heartbeat <= 40; heartbeat++) {
      await Deno.writeTextFile(`${folder}/up@h.01234567.${heartbeat}.1`, "");
      await Deno.writeTextFile(`${folder}/down@h.01234567.${41 - heartbeat}.1`, "");
    }
    const found = await readHeartbeats(folder);
    assert.deepEqual([...found.values()].map(({ heartbeat }) => heartbeat), [40, 40]);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  ...needing("write() of a heartbeat moves no other row that claims the instance", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const copy = rowOf("copy@h", 0);
    const version = await writtenVersion(registry.write(copy, undefined, never));
    await written(registry, 2, await written(registry, 1));
    assert.deepEqual(await registry.read(copy.name, never), { row: copy, version });
  },
});

Deno.test({
  ...needing("write() of a heartbeat conflicts once another handle has written", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const [one, two] = [scene.open(), scene.open()];
    const version = await written(one, 1);
    const theirs = await written(two, 2, version);
    const result = await one.write(rowOf(name, 2, { activeAt: "" }), version, never);
    assert.deepEqual(result, {
      kind: "conflict",
      current: { row: rowOf(name, 2), version: theirs },
    });
    await writtenVersion(one.write(rowOf(name, 3), theirs, never));
  },
});

Deno.test({
  ...needing("write() of a heartbeat conflicts when the file was changed by hand", "read", "write"),
  async fn() {
    const changes: Readonly<Record<string, (path: string) => Promise<void>>> = {
      removed: (path) => Deno.remove(path),
      written: (path) => Deno.writeTextFile(path, encodeRow(rowOf(name, 9, { incarnation: 7 }))),
    };
    for (const [what, change] of Object.entries(changes)) {
      await using scene = await Scene.create();
      const registry = scene.open();
      const version = await written(registry, 1);
      await change(`${scene.path}/${name}`);
      const result = await registry.write(rowOf(name, 2), version, never);
      assert.equal(result.kind, "conflict", what);
    }
  },
});

Deno.test({
  ...needing(
    "write() of a heartbeat conflicts, however soon a hand has changed the row",
    "read",
    "write",
  ),
  async fn() {
    await using scene = await Scene.create();
    const changed = encodeRow(rowOf(name, 1, { incarnation: 7 }));
    const path = `${scene.path}/${name}`;
    // As long as the row itself, and often at the same time by the clock of the file system.
    for (let round = 0; round < 50; round++) {
      const registry = scene.open();
      const version = await written(registry, 1);
      assert.equal(changed.length, (await fileOf(scene)).length);
      Deno.writeTextFileSync(path, changed);
      const result = await registry.write(rowOf(name, 2), version, never);
      assert.equal(result.kind, "conflict");
      await Deno.remove(path);
    }
  },
});

Deno.test({
  ...needing("write() finds its row when somebody threw the heartbeats away", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const second = await written(registry, 2, await written(registry, 1));
    await Deno.remove(`${scene.path}/${ownFolder}/heartbeats`, { recursive: true });
    const lost = await registry.write(rowOf(name, 3), second, never);
    assert.ok(lost.kind === "conflict");
    assert.equal(lost.current?.row.heartbeat, 1);
    await written(registry, 4, await written(registry, 3, lost.current?.version));
    assert.equal((await registry.read(name, never))?.row.heartbeat, 4);
  },
});

Deno.test({
  ...needing("write() writes a row anew within an hour, for cleaners of folders", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const clock = new ManualClock();
    const registry = scene.open({ clock });
    const first = await written(registry, 1);
    clock.pass(59 * 60_000);
    const second = await written(registry, 2, first);
    assert.equal(JSON.parse(await fileOf(scene)).heartbeat, 1);
    clock.pass(60_000);
    await written(registry, 3, second);
    assert.equal(JSON.parse(await fileOf(scene)).heartbeat, 3);
  },
});

Deno.test({
  ...needing(
    "write() leaves one heartbeat of its run, however often rows go by hand",
    "read",
    "write",
  ),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    for (const heartbeat of [1, 2, 3]) {
      await written(registry, heartbeat);
      await Deno.remove(`${scene.path}/${name}`);
    }
    const version = await written(registry, 4);
    assert.deepEqual(await heartbeats(scene), [`${name}.01234567.4.1457635889277`]);
    assert.equal(await registry.remove(name, version, never), "removed");
    assert.deepEqual(await heartbeats(scene), []);
  },
});

Deno.test({
  ...needing("write() leaves one heartbeat of a row that cannot be put in place", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await writtenVersion(registry.write(rowOf("other@h", 1), undefined, never));
    await Deno.mkdir(`${scene.path}/${name}/full`, { recursive: true });
    for (const heartbeat of [1, 2, 3]) await assert.rejects(written(registry, heartbeat));
    const own = (await heartbeats(scene)).filter((file) => file.startsWith(name));
    assert.ok(own.length <= 1, `${own}`);
  },
});

Deno.test({
  ...needing("write() removes heartbeats of long ago without a row once", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const day = 24 * 60 * 60_000;
    await written(scene.open(), 1);
    const folder = `${scene.path}/${ownFolder}/heartbeats`;
    const now = Date.now();
    const old = [`gone@h.01234567.7.${now - 2 * day}`, `late@h.01234567.7.${now - day / 2}`];
    for (const file of old) await Deno.writeTextFile(`${folder}/${file}`, "");
    await writtenVersion(scene.open().write(rowOf("other@h", 1), undefined, never));
    const files = await heartbeats(scene);
    assert.ok(!files.includes(old[0] ?? ""), `${files}`);
    assert.ok(files.includes(old[1] ?? ""), "it may be that of a clock that is behind");
    assert.ok(files.some((file) => file.startsWith(name)), "its row is there");
  },
});
