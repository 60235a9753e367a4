/**
 * Which files of a registry folder are opened again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { settlesAfterMs } from "../../../lib/registry/directory/directory_files.ts";
import { RowFiles } from "../../../lib/registry/directory/directory_row_files.ts";
import { needing } from "../../permissions.ts";
import { shell } from "./directory_scene.ts";

/** A folder with one file, read by a clock that is set by hand. */
class Scene implements AsyncDisposable {
  readonly files: RowFiles;
  now = 0;

  constructor(readonly root: string) {
    this.files = new RowFiles({ now: () => this.now });
  }

  /** The text that is read at `now`. */
  async read(now: number): Promise<string | undefined> {
    this.now = now;
    const content = await this.files.read(this.root, "n1@10.0.0.1", new Uint8Array(100));
    return content && "text" in content ? content.text : undefined;
  }

  /** Writes into the file as it is, or puts another one in its place, and dates it. */
  async write(text: string, { replace, time }: { replace: boolean; time: number }): Promise<void> {
    const path = `${this.root}/n1@10.0.0.1`;
    const written = replace ? `${path}.new` : path;
    await Deno.writeTextFile(written, text);
    await Deno.utime(written, new Date(time), new Date(time));
    if (replace) await Deno.rename(written, path);
  }

  async info(): Promise<Deno.FileInfo> {
    return await Deno.lstat(`${this.root}/n1@10.0.0.1`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

async function scene(): Promise<Scene> {
  const made = new Scene(await Deno.makeTempDir());
  await made.write("one", { replace: true, time: 1000 });
  return made;
}

Deno.test({
  ...needing("RowFiles reads a file that was replaced, whatever its time says", "read", "write"),
  async fn() {
    await using files = await scene();
    for (const now of [0, 5000, 10_000]) assert.equal(await files.read(now), "one");
    await files.write("two", { replace: true, time: 1000 });
    assert.equal(await files.read(11_000), "two");
  },
});

Deno.test({
  ...needing("RowFiles reads a file that was written to by hand", "read", "write"),
  async fn() {
    await using files = await scene();
    for (const now of [0, 5000, 10_000]) assert.equal(await files.read(now), "one");
    await files.write("two", { replace: false, time: 2000 });
    assert.equal(await files.read(11_000), "two");
  },
});

Deno.test({
  ...needing(
    "RowFiles reads a file that was written to by hand and dated as before",
    "read",
    "write",
  ),
  async fn() {
    await using files = await scene();
    for (const now of [0, 5000, 10_000]) assert.equal(await files.read(now), "one");
    const { ctime } = await files.info();
    // Times are told in milliseconds.
    do await files.write("two", { replace: false, time: 1000 }); while (
      (await files.info()).ctime?.getTime() === ctime?.getTime()
    );
    assert.equal(await files.read(11_000), "two");
  },
});

Deno.test({
  ...needing(
    "RowFiles opens no link and waits for no FIFO that has come in the place of a file",
    "read",
    "write",
    "run",
  ),
  async fn() {
    await using files = await scene();
    const path = `${files.root}/n1@10.0.0.1`;
    await Deno.rename(path, `${path}.aside`);
    await Deno.symlink(`${path}.aside`, path);
    const buffer = new Uint8Array(100);
    const linked = await files.files.read(files.root, "n1@10.0.0.1", buffer);
    assert.deepEqual(linked, { reason: "it is a symbolic link" });
    await shell(files.root, "rm n1@10.0.0.1; mkfifo n1@10.0.0.1");
    assert.ok(!await files.read(1));
  },
});

Deno.test({
  ...needing(
    "RowFiles reads a file again that it has not known for long, less long where times are fine",
    "read",
    "write",
  ),
  async fn() {
    for (const [time, settlesAfter] of [[1000, 2000], [1010, 100]] as const) {
      await using files = await scene();
      await files.write("one", { replace: true, time });
      const opened = async (now: number): Promise<boolean> => {
        // A file that cannot be told from the one before, but for what it holds: it is opened or not.
        const before = files.files.opened;
        await files.read(now);
        return files.files.opened > before;
      };
      for (const now of [0, 10, settlesAfter - 1, settlesAfter]) {
        assert.equal(await opened(now), true, `at ${now}`);
      }
      assert.deepEqual([await opened(settlesAfter + 1), await opened(60_000)], [false, false]);
    }
  },
});

Deno.test({
  ...needing("RowFiles finds nothing in a file that has gone, and forgets it", "read", "write"),
  async fn() {
    await using files = await scene();
    for (const now of [0, 5000, 10_000]) await files.read(now);
    const { opened } = files.files;
    await files.read(10_001);
    assert.equal(files.files.opened, opened);
    files.files.keep([]);
    await files.read(10_002);
    assert.equal(files.files.opened, opened + 1, "nothing is known of it any more");
    await Deno.remove(`${files.root}/n1@10.0.0.1`);
    assert.equal(await files.read(11_000), undefined);
    await files.write("new", { replace: true, time: 1000 });
    assert.equal(await files.read(12_000), "new");
  },
});

Deno.test("settlesAfterMs() is longer where a file system counts whole seconds, or tells nothing", () => {
  const times = [new Date(1_700_000_000_000), new Date(0), null, new Date(1_700_000_000_010)];
  assert.deepEqual(times.map((mtime) => settlesAfterMs({ mtime })), [2000, 2000, 2000, 100]);
  assert.equal(settlesAfterMs(undefined), 2000);
});
