/**
 * A minted cookie, and those who clear away what was not used for days.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { withReplaced } from "../support/replacing.ts";
import { ownFolder, Scene } from "./directory/directory_scene.ts";
import { never } from "./rows.ts";
import { FakeS3 } from "./s3/s3_fake.ts";
import { openFakeRegistry } from "./s3/s3_scene.ts";

Deno.test({
  ...needing("getOrCreateCookie() makes the files of a folder young again", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await registry.getOrCreateCookie("minted", never);
    const paths = [`${scene.path}/${ownFolder}/cookie`, `${scene.path}/${ownFolder}`];
    const tenDaysAgo = new Date(Date.now() - 10 * 24 * 3_600_000);
    for (const path of paths) await Deno.utime(path, tenDaysAgo, tenDaysAgo);
    assert.equal(await registry.getOrCreateCookie("another", never), "minted");
    for (const path of paths) {
      const { mtime, atime } = await Deno.stat(path);
      for (const time of [mtime, atime]) {
        assert.ok(Date.now() - (time?.getTime() ?? 0) < 3_600_000, `${path} ${time}`);
      }
    }
    assert.equal((await registry.list(never)).hasCookie, true);
    await Deno.remove(`${scene.path}/${ownFolder}`, { recursive: true });
    assert.equal((await registry.list(never)).hasCookie, false);
    assert.equal(await registry.getOrCreateCookie("minted", never), "minted");
  },
});

Deno.test({
  ...needing(
    "getOrCreateCookie() writes an object anew before a rule of the bucket removes it",
    "net",
  ),
  async fn() {
    await using fake = new FakeS3();
    await using registry = openFakeRegistry(fake);
    const key = "x/default/.cookie";
    for (const [hours, isWritten] of [[1, false], [13, true]] as const) {
      fake.put(key, "minted", hours * 3_600_000);
      const before = fake.objects.get(key)?.modifiedMs;
      assert.equal(await registry.getOrCreateCookie("another", never), "minted");
      assert.equal(fake.objects.get(key)?.modifiedMs !== before, isWritten, `${hours} h`);
      assert.equal(await registry.cookie(never), "minted");
    }
  },
});

Deno.test({
  ...needing("getOrCreateCookie() gives the cookie of files that it may not date", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await registry.getOrCreateCookie("minted", never);
    const refused = () => Promise.reject(new Error("Operation not permitted (os error 1)"));
    await withReplaced(Deno, "utime", refused, async () => {
      assert.equal(await registry.getOrCreateCookie("another", never), "minted");
    });
  },
});
