/**
 * Small disks, to be filled and made read-only; only root on Linux can have them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { permitted } from "../permissions.ts";
import { succeeds } from "./process.ts";

/** A disk in memory under a new folder. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts one of `sizeKiB`, or returns `undefined` where that is not permitted. */
  static async mount(sizeKiB: number): Promise<SmallDisk | undefined> {
    const path = await Deno.makeTempDir({ prefix: "clusternode-disk-" });
    const size = `size=${sizeKiB}k`;
    if (await succeeds("mount", "-t", "tmpfs", "-o", size, "none", path)) {
      return new SmallDisk(path);
    }
    await Deno.remove(path);
    return undefined;
  }

  /** Writes a file until nothing more goes in. */
  async fill(): Promise<void> {
    using file = await Deno.create(`${this.path}/ballast`);
    const block = new Uint8Array(4096);
    try {
      for (;;) await file.write(block);
    } catch (error) {
      assert.match((error as Error).message, /No space left/);
    }
  }

  /** Takes back what {@linkcode fill} wrote. */
  async empty(): Promise<void> {
    await Deno.remove(`${this.path}/ballast`);
  }

  /** Lets nobody write, or again. */
  async setReadOnly(readOnly: boolean): Promise<void> {
    const option = `remount,${readOnly ? "ro" : "rw"}`;
    assert.ok(await succeeds("mount", "-o", option, this.path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Lazily, as somebody may still look into it.
    assert.ok(await succeeds("umount", "-l", this.path));
    await Deno.remove(this.path);
  }
}

async function mayMount(): Promise<boolean> {
  if (Deno.build.os !== "linux" || !permitted("read", "write", "run")) return false;
  await using disk = await SmallDisk.mount(64);
  return disk !== undefined;
}

const mountable = await mayMount();

/** A test that needs a {@linkcode SmallDisk}; skipped by name where there can be none. */
export function diskTest(
  name: string,
  sizeKiB: number,
  fn: (disk: SmallDisk) => Promise<void>,
): void {
  Deno.test({
    name: name + (mountable ? "" : " (needs root on Linux, to mount a small disk)"),
    ignore: !mountable,
    async fn(): Promise<void> {
      await using disk = await SmallDisk.mount(sizeKiB);
      assert.ok(disk);
      await fn(disk);
    },
  });
}
