/** Hearing of changes in a folder: what is asked of the file system, and until when. */
import assert from "node:assert/strict";
import { tellNews, watchFolder } from "../../../lib/registry/directory/directory_watch.ts";
import type { SeenFolder } from "../../../lib/registry/directory/directory_watch.ts";
import { needing } from "../../permissions.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { until } from "../../support/waiting.ts";

Deno.test({
  ...needing(
    "watchFolder() looks at its folder now and then, but not once it is aborted",
    "read",
    "write",
  ),
  async fn() {
    await using folder = new TemporaryFolder();
    const clock = new ManualClock();
    const controller = new AbortController();
    let looks = 0;
    const look = (): Promise<SeenFolder> => {
      looks += 1;
      return Promise.resolve({ path: folder.path, identity: "the same" });
    };
    const listener = { ready() {}, changed() {} };
    const watching = watchFolder(look, clock, listener, controller.signal);
    await until("the watch pauses", () => clock.pending === 1);
    await clock.passGradually(10_000);
    assert.equal(looks, 3);
    controller.abort();
    await watching;
    assert.equal(looks, 3);
  },
});

/** A watch that is aborted at the end of a test in which it does not end itself. */
function watch(
  look: () => Promise<SeenFolder>,
  clock: ManualClock,
): AsyncDisposable & { isOver(): boolean } {
  const controller = new AbortController();
  let isOver = false;
  const listener = { ready() {}, changed() {} };
  const watching = watchFolder(look, clock, listener, controller.signal)
    .finally(() => isOver = true);
  return {
    isOver: () => isOver,
    async [Symbol.asyncDispose]() {
      controller.abort();
      await watching.catch(() => {});
    },
  };
}

Deno.test({
  ...needing("watchFolder() ends when another folder is the one to watch", "read", "write"),
  async fn() {
    await using folder = new TemporaryFolder();
    const { path } = folder;
    for (const other of [{ path, identity: "other" }, { path: "/other", identity: "same" }]) {
      const clock = new ManualClock();
      const seen: SeenFolder[] = [{ path, identity: "same" }, { path, identity: "same" }, other];
      const look = (): Promise<SeenFolder> => Promise.resolve(seen.shift() ?? assert.fail());
      await using watching = watch(look, clock);
      await until("the watch pauses", () => clock.pending === 1);
      await clock.passGradually(10_000);
      await until("it ends", () => watching.isOver());
      assert.deepEqual(seen, []);
    }
  },
});

Deno.test({
  ...needing("watchFolder() ends at once when its folder is removed", "read", "write"),
  async fn() {
    await using folder = new TemporaryFolder();
    const path = `${folder.path}/news`;
    await Deno.mkdir(path);
    const clock = new ManualClock();
    const look = (): Promise<SeenFolder> => Promise.resolve({ path, identity: "same" });
    await using watching = watch(look, clock);
    await until("the watch pauses", () => clock.pending === 1);
    await Deno.remove(path);
    await until("it ends", () => watching.isOver());
    assert.equal(clock.pending, 0);
  },
});

Deno.test({
  ...needing("tellNews() is heard of once by each watcher", "read", "write"),
  async fn() {
    await using folder = new TemporaryFolder();
    const layout = {
      news: folder.path,
      permissions: { file: 0o600, folder: 0o700, isExact: false },
    };
    const clock = new ManualClock();
    await tellNews(layout, clock);
    using watcher = Deno.watchFs(folder.path, { recursive: false });
    await tellNews(layout, clock);
    await Deno.mkdir(`${folder.path}/end`);
    const heard: string[] = [];
    for await (const { kind, paths } of watcher) {
      if (paths.some((path) => path.endsWith("/end"))) break;
      heard.push(kind);
    }
    assert.deepEqual(heard, ["modify"]);
  },
});
