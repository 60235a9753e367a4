import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import { openDirectoryRegistry } from "../../../lib/registry/directory/directory.ts";
import type { Registry } from "../../../lib/registry/registry.ts";
import { needing } from "../../permissions.ts";
import { name, namesIn, Scene, written } from "./directory_scene.ts";
import { never, randomText, rowOf } from "../rows.ts";

function open(scene: Scene, isSharedWithBeam: boolean, cluster = "default"): Registry {
  return openDirectoryRegistry({
    path: scene.path,
    cluster,
    clock: systemClock,
    timeoutMs: 20_000,
    randomText,
    isSharedWithBeam,
  });
}

Deno.test({
  ...needing("a folder shared with BEAM nodes holds rows and nothing else", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    await using registry = open(scene, true);
    await using blue = open(scene, true, "blue");
    await registry.getOrCreateCookie("secret", never);
    const version = await written(registry, 1);
    await written(registry, 2, version);
    await written(blue, 1);
    assert.deepEqual(await namesIn(scene.path), [name]);
    assert.deepEqual(await namesIn(`${scene.path}/..`), [".sync_dir.clusternode", "sync_dir"]);
  },
});

Deno.test({
  ...needing("what of ours exists decides where all handles look", "read", "write"),
  async fn() {
    for (const isBeamFirst of [true, false]) {
      await using scene = await Scene.create();
      await using first = open(scene, isBeamFirst);
      await using second = open(scene, !isBeamFirst);
      assert.equal(await first.getOrCreateCookie("first", never), "first");
      assert.equal(await second.getOrCreateCookie("second", never), "first");
      await written(second, 1);
      assert.deepEqual(
        await namesIn(scene.path),
        isBeamFirst ? [name] : [".clusternode", name],
      );
    }
  },
});

Deno.test({
  ...needing("all handles look inside of the folder where ours is there as well", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    await using shared = open(scene, true);
    await shared.getOrCreateCookie("beside", never);
    const inside = `${scene.path}/.clusternode`;
    await Deno.mkdir(inside, { mode: 0o700 });
    await Deno.writeTextFile(`${inside}/cookie`, "inside", { mode: 0o600 });
    await using plain = open(scene, false);
    for (const one of [shared, plain]) assert.equal(await one.cookie(never), "inside");
  },
});

Deno.test({
  ...needing(
    "list() of one who shares the folder tells that ours lies in the way",
    "read",
    "write",
  ),
  async fn() {
    await using scene = await Scene.create();
    await written(scene.open(), 1);
    await using shared = open(scene, true);
    const { rows, foreignEntries } = await shared.list(never);
    assert.deepEqual(rows.map(({ row }) => row), [rowOf(name, 1)]);
    assert.deepEqual(foreignEntries.map(({ key }) => key), [".clusternode"]);
    assert.match(foreignEntries[0]?.reason ?? "", /stop all clusternodes, remove it/);
    assert.deepEqual((await scene.open().list(never)).foreignEntries, []);
  },
});

Deno.test({
  ...needing("a handle follows when ours is made anew beside the folder", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    await using plain = open(scene, false);
    assert.equal(await plain.getOrCreateCookie("inside", never), "inside");
    await Deno.remove(`${scene.path}/.clusternode`, { recursive: true });
    await using shared = open(scene, true);
    assert.equal(await shared.getOrCreateCookie("beside", never), "beside");
    assert.equal(await plain.cookie(never), "beside");
  },
});
