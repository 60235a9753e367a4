/**
 * What happens between two calls of the system: a caller gives up, a hand is faster, a disk is flushed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../../permissions.ts";
import { withReplaced } from "../../support/replacing.ts";
import { never, rowOf } from "../rows.ts";
import { failure, name, namesIn, ownFolder, Scene, written } from "./directory_scene.ts";

Deno.test({
  ...needing(
    "write() of which nobody wants to know any more leaves the row alone",
    "read",
    "write",
  ),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const version = await written(registry, 1);
    const { writeFile } = Deno;
    const given = new AbortController();
    const givenUp = async (...args: Parameters<typeof writeFile>): Promise<void> => {
      await writeFile(...args);
      given.abort(new Error("given up"));
    };
    await withReplaced(Deno, "writeFile", givenUp, async () => {
      // More than a heartbeat, for which no file is written.
      const writing = registry.write(rowOf(name, 2, { incarnation: 1 }), version, given.signal);
      await assert.rejects(writing, /^Error: given up$/);
      await registry[Symbol.asyncDispose]();
    });
    assert.equal((await scene.open().read(name, never))?.version, version);
    assert.deepEqual(await namesIn(`${scene.path}/${ownFolder}/tmp`), []);
  },
});

Deno.test({
  ...needing("write() of which nobody wants to know any more moves no heartbeat", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const version = await written(registry, 1);
    const { lstat } = Deno;
    const given = new AbortController();
    const givenUp = async (path: string): Promise<Deno.FileInfo> => {
      given.abort(new Error("given up"));
      return await lstat(path);
    };
    await withReplaced(Deno, "lstat", givenUp, async () => {
      const writing = registry.write(rowOf(name, 2), version, given.signal);
      await assert.rejects(writing, /^Error: given up$/);
      await registry[Symbol.asyncDispose]();
    });
    assert.equal((await scene.open().read(name, never))?.version, version);
  },
});

Deno.test({
  ...needing("list() tells of a disk that fails at one row, and leaves none out", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await written(registry, 1);
    await registry.write(rowOf("other@h", 1), undefined, never);
    await registry.list(never);
    const { lstat } = Deno;
    const failing = async (path: string): Promise<Deno.FileInfo> => {
      if (path === `${scene.path}/other@h`) throw new Error("Input/output error (os error 5)");
      return await lstat(path);
    };
    await withReplaced(Deno, "lstat", failing, async () => {
      await assert.rejects(registry.list(never), failure(/: Input\/output error$/));
    });
    assert.equal((await registry.list(never)).rows.length, 2);
  },
});

Deno.test({
  ...needing(
    "list() refuses what is opened to other users while it is used",
    "read",
    "write",
    "sys",
  ),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await written(registry, 1);
    await registry.list(never);
    const own = `${scene.path}/${ownFolder}`;
    await Deno.chmod(own, 0o777);
    await assert.rejects(
      registry.list(never),
      failure(/\.clusternode can be written by all users/),
    );
    await Deno.chmod(own, 0o700);
    assert.equal((await registry.list(never)).rows.length, 1);
  },
});

Deno.test({
  ...needing(
    "write() flushes a row that is new with its folder, and no later one",
    "read",
    "write",
  ),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const { sync } = Deno.FsFile.prototype;
    let count = 0;
    const counted = async function (this: Deno.FsFile): Promise<void> {
      count++;
      await sync.call(this);
    };
    await withReplaced(Deno.FsFile.prototype, "sync", counted, async () => {
      const version = await written(registry, 1);
      assert.equal(count, 2);
      await registry.write(rowOf(name, 2, { incarnation: 1 }), version, never);
      assert.equal(count, 2);
    });
  },
});

Deno.test({
  ...needing("remove() is a conflict if a hand takes the row away at that moment", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const version = await written(registry, 1);
    const { remove } = Deno;
    const path = `${scene.path}/${name}`;
    const late = async (which: string): Promise<void> => {
      if (which === path) await remove(which);
      await remove(which);
    };
    await withReplaced(Deno, "remove", late, async () => {
      assert.equal(await registry.remove(name, version, never), "conflict");
    });
  },
});

Deno.test({
  ...needing("remove() leaves no lock of a row that is not there", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const version = await written(registry, 1);
    await Deno.remove(`${scene.path}/${name}`);
    assert.equal(await registry.remove(name, version, never), "conflict");
    assert.deepEqual(await namesIn(`${scene.path}/${ownFolder}/locks`), []);
  },
});

Deno.test({
  ...needing("cookie() refuses one that other users can change", "read", "write", "sys"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await registry.getOrCreateCookie("minted", never);
    await Deno.chmod(`${scene.path}/${ownFolder}/cookie`, 0o666);
    for (const asking of [registry.cookie(never), registry.getOrCreateCookie("mine", never)]) {
      await assert.rejects(asking, failure(/cookie can be written by all users \(mode 0666\); /));
    }
  },
});
