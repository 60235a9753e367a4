/**
 * What may happen to a folder while it is the registry, and to those who share it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { RowVersion } from "../../../lib/registry/registry.ts";
import { needing, permitted } from "../../permissions.ts";
import {
  failure,
  name,
  namesIn,
  ownFolder,
  process,
  Scene,
  shell,
  written,
} from "./directory_scene.ts";
import { nameOf, never, rowOf, writtenVersion } from "../rows.ts";
import { ManualClock } from "../../support/manual_clock.ts";

Deno.test({
  ...needing("a removed folder is a fault to readers, and writers make it anew", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const [writer, reader, newcomer] = [scene.open(), scene.open(), scene.open()];
    const version = await written(writer, 1);
    await reader.list(never);
    await Deno.remove(scene.path, { recursive: true });
    for (const handle of [writer, reader]) {
      await assert.rejects(
        handle.list(never),
        failure(/^Cannot list the rows of file:.*: the folder has been removed$/),
      );
      await assert.rejects(handle.read(name, never), failure(/the folder has been removed$/));
    }
    assert.deepEqual((await newcomer.list(never)).rows, []);
    const lost = await writer.write(rowOf(name, 2), version, never);
    assert.deepEqual(lost, { kind: "conflict", current: undefined });
    assert.deepEqual((await reader.list(never)).rows, []);
    await written(writer, 2);
    assert.equal((await reader.list(never)).rows.length, 1);
  },
});

Deno.test({
  ...needing("a folder that was replaced by another is used like a new one", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const version = await written(registry, 1);
    await Deno.remove(scene.path, { recursive: true });
    await Deno.mkdir(scene.path);
    assert.deepEqual((await registry.list(never)).rows, []);
    assert.equal(await registry.remove(name, version, never), "conflict");
    await written(registry, 2);
    assert.equal((await registry.list(never)).rows.length, 1);
    // Also when only what is ours was thrown away.
    await Deno.remove(`${scene.path}/${ownFolder}/tmp`, { recursive: true });
    const seen = (await registry.read(name, never))?.version;
    await written(registry, 3, seen);
  },
});

Deno.test({
  ...needing("a file in place of the folder is told, and forgotten when mended", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const version = await written(registry, 1);
    await Deno.rename(scene.path, `${scene.path}.aside`);
    await Deno.writeTextFile(scene.path, "in the way");
    await assert.rejects(
      registry.list(never),
      failure(/^Cannot list the rows of file:.*: Not a directory$/),
    );
    await assert.rejects(
      registry.write(rowOf(name, 2), version, never),
      failure(/^Cannot write n1@10\.0\.0\.2 into file:.*: Not a directory$/),
    );
    await Deno.remove(scene.path);
    await Deno.rename(`${scene.path}.aside`, scene.path);
    await written(registry, 2, version);
  },
});

Deno.test({
  ...needing("R4 write() loses no update between two processes", "read", "write", "run"),
  async fn() {
    await using scene = await Scene.create();
    const turns = 100;
    const args = [scene.path, `${turns}`];
    const children = [1, 2].map(() => process("counting_process.ts", args).spawn());
    for (const child of children) {
      child.stdin.close();
      const { code } = await child.output();
      assert.equal(code, 0);
    }
    const stored = await scene.open().read(nameOf("counter@h"), never);
    assert.equal(stored?.row.heartbeat, 2 * turns);
  },
});

Deno.test({
  ...needing("a frozen process that holds a lock holds up only that row", "read", "write", "run"),
  async fn() {
    await using scene = await Scene.create();
    const clock = new ManualClock();
    const registry = scene.open({ clock, timeoutMs: 2_000 });
    const version = await written(registry, 1);

    const lock = `${scene.path}/${ownFolder}/locks/${name}`;
    const holder = process("lock_holder.ts", [lock]).spawn();
    const output = holder.stdout.getReader();
    try {
      assert.match(new TextDecoder().decode((await output.read()).value), /locked/);
      holder.kill("SIGSTOP");
      for (let attempt = 0; attempt < 3; attempt++) {
        // More than a heartbeat: for one nothing is locked.
        const stuck = registry.write(rowOf(name, 2, { incarnation: 1 }), version, never);
        // All else goes on, for longer than it takes to get to the lock.
        for (let heartbeat = 1; heartbeat <= 5; heartbeat++) {
          assert.equal((await registry.list(never)).rows.length, 1);
          assert.equal((await registry.read(name, never))?.row.heartbeat, 1);
        }
        const other = rowOf(`other${attempt}@h`);
        const result = await registry.write(other, undefined, never);
        assert.ok(result.kind === "written");
        await registry.remove(other.name, result.version, never);
        clock.pass(2_000);
        await assert.rejects(
          stuck,
          failure(/^Cannot write n1@10\.0\.0\.2 into .*: no answer within 2000 ms/),
        );
      }
    } finally {
      holder.kill("SIGKILL");
      await output.cancel();
      await holder.stdin.close();
      await holder.status;
    }
    // The late lock was given back, and the late write was not done.
    assert.equal((await registry.read(name, never))?.row.heartbeat, 1);
    await written(registry, 3, version);
    await written(scene.open(), 4, (await registry.read(name, never))?.version);
  },
});

Deno.test({
  ...needing("write() tries again when the lock it waited for was thrown away", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await written(registry, 1);
    const path = `${scene.path}/${ownFolder}/locks/${name}`;
    const version = (await registry.read(name, never))?.version;
    let pending: Promise<RowVersion>;
    {
      using lock = await Deno.open(path, { write: true });
      await lock.lock(true);
      // More than a heartbeat: for one nothing is locked.
      pending = writtenVersion(registry.write(rowOf(name, 2, { incarnation: 1 }), version, never));
      for (let round = 0; round < 5; round++) await registry.list(never);
      await Deno.remove(path);
    }
    await pending;
    await Deno.stat(path);
  },
});

/** Mounts a small file system of its own, runs `body` in it and unmounts it. */
async function onSmallDisk(body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await shell("/", `mount -t tmpfs -o size=256k tmpfs '${path}'`);
    try {
      await body(path);
    } finally {
      await shell("/", `umount '${path}'`);
    }
  } finally {
    await Deno.remove(path);
  }
}

/** True if a file system can be mounted here: root in a container often may not. */
function canMount(): boolean {
  if (!permitted("read", "write", "run", "sys") || Deno.uid() !== 0) return false;
  const script = "d=$(mktemp -d) && mount -t tmpfs tmpfs $d; ok=$?; umount $d; rmdir $d; exit $ok";
  const args = ["-c", script];
  return new Deno.Command("sh", { args, stderr: "null", stdout: "null" }).outputSync().success;
}

const mounting = canMount();
const mountSkip = mounting ? "" : " (needs the right to mount a file system)";

Deno.test({
  name: `a full disk is told, damages nothing, and is forgotten when there is room${mountSkip}`,
  ignore: !mounting,
  fn: () =>
    onSmallDisk(async (disk) => {
      await using scene = await Scene.create();
      const registry = scene.open({ path: `${disk}/sync_dir` });
      const version = await written(registry, 1);
      await Deno.writeFile(`${disk}/fill`, new Uint8Array(1_000_000)).catch(() => {});
      await assert.rejects(
        registry.write(rowOf(name, 2, { incarnation: 1 }), version, never),
        failure(/^Cannot write n1@10\.0\.0\.2 into file:.*: No space left on device$/),
      );
      await assert.rejects(
        registry.getOrCreateCookie("minted", never),
        failure(/No space left on device$/),
      );
      assert.equal((await registry.list(never)).rows[0]?.version, version);
      // A heartbeat needs no room.
      const moved = await written(registry, 2, version);
      await Deno.remove(`${disk}/fill`);
      await writtenVersion(registry.write(rowOf(name, 3, { incarnation: 1 }), moved, never));
      assert.equal(await registry.getOrCreateCookie("minted", never), "minted");
      assert.deepEqual(await namesIn(`${disk}/sync_dir/${ownFolder}/tmp`), []);
    }),
});

Deno.test({
  name: `a read-only disk is told, can be read, and is forgotten when it is mended${mountSkip}`,
  ignore: !mounting,
  fn: () =>
    onSmallDisk(async (disk) => {
      await using scene = await Scene.create();
      const registry = scene.open({ path: `${disk}/sync_dir` });
      const version = await written(registry, 1);
      await shell("/", `mount -o remount,ro '${disk}'`);
      await assert.rejects(
        registry.write(rowOf(name, 2), version, never),
        failure(/^Cannot write n1@10\.0\.0\.2 into file:.*: Read-only file system$/),
      );
      await assert.rejects(registry.remove(name, version, never), failure(/Read-only/));
      assert.equal((await registry.list(never)).rows.length, 1);
      await shell("/", `mount -o remount,rw '${disk}'`);
      await written(registry, 2, version);
    }),
});
