/**
 * What is special about a folder as the registry: everything that may lie in it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import type { Clock } from "../../../lib/clock.ts";
import { encodeRow } from "../../../lib/core/members/row.ts";
import type { Row } from "../../../lib/core/members/row.ts";
import type { Registry, RowVersion } from "../../../lib/registry/registry.ts";
import { needing, permitted } from "../../permissions.ts";
import { failure, name, namesIn, ownFolder, Scene, shell, written } from "./directory_scene.ts";
import { never, rowOf } from "../rows.ts";
import { ManualClock } from "../../support/manual_clock.ts";

/** A clock on which the file `path` is written right when a wait of `delayMs` begins. */
function writingClock(delayMs: number, path: string, text: string): Clock {
  return {
    ...systemClock,
    after(wantedMs, callback) {
      if (wantedMs === delayMs) Deno.writeTextFileSync(path, text);
      return systemClock.after(wantedMs, callback);
    },
  };
}

Deno.test({
  ...needing(
    "list() takes a file that a program is just writing anew for what it will be",
    "read",
    "write",
    "run",
  ),
  async fn() {
    await using scene = await Scene.create();
    await Deno.mkdir(scene.path, { mode: 0o700 });
    const path = `${scene.path}/elixir@h`;
    await Deno.writeTextFile(path, "");
    const registry = scene.open({ clock: writingClock(20, path, "1457635889") });
    const { timestamps, foreignEntries } = await registry.list(never);
    assert.deepEqual(timestamps.map(({ name }) => name), ["elixir@h"]);
    assert.deepEqual(foreignEntries, []);
  },
});

Deno.test({
  ...needing("list() waits once for a file that stays empty", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    await Deno.mkdir(scene.path, { mode: 0o700 });
    await Deno.writeTextFile(`${scene.path}/elixir@h`, "");
    let waits = 0;
    const clock: Clock = {
      ...systemClock,
      after(delayMs, callback) {
        if (delayMs === 20) waits++;
        return systemClock.after(delayMs, callback);
      },
    };
    const registry = scene.open({ clock });
    for (let listing = 0; listing < 3; listing++) {
      assert.equal((await registry.list(never)).foreignEntries.length, 1);
      assert.equal(waits, 1);
    }
  },
});

Deno.test({
  ...needing("list() reports whatever is no row, and waits for none of it", "read", "write", "run"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const version = await written(registry, 1);
    await shell(
      scene.path,
      `mkdir folder@h; mkfifo fifo@h; ln -s '${name}' link@h; ln -s nowhere dangling@h
       truncate -s 5G huge@h; head -c 300 /dev/zero > zeros@h; printf '\\377\\376' > latin@h
       : > empty@h; echo x > '${name}~'; echo x > '.${name}.swp'; echo x > '#${name}#'
       echo x > "$(printf 'bell\\007\\033[2J@h')"; echo x > ${"x".repeat(210)}@h
       echo 1457635889 > elixir@h; cp '${name}' copy@h`,
    );
    const { rows, timestamps, foreignEntries } = await registry.list(never);
    assert.deepEqual(rows, [{ row: rowOf(name, 1), version }]);
    assert.deepEqual(timestamps.map(({ name }) => name), ["elixir@h"]);
    const reasons = Object.fromEntries(foreignEntries.map(({ key, reason }) => [key, reason]));
    const illegal = /^its name is not that of a node: /;
    const expected: [string, RegExp][] = [
      ["folder@h", /^it is a folder$/],
      ["fifo@h", /^it is neither a file nor a folder$/],
      ["link@h", /^it is a symbolic link$/],
      ["dangling@h", /^it is a symbolic link$/],
      ["huge@h", /^it is larger than 16384 bytes$/],
      ["zeros@h", /^it is not JSON$/],
      ["latin@h", /^it is not UTF-8$/],
      ["empty@h", /^it is empty$/],
      ["copy@h", /^it claims to be "n1@10.0.0.2"$/],
      [`${name}~`, illegal],
      [`.${name}.swp`, illegal],
      [`#${name}#`, illegal],
      ["bell\\u{7}\\u{1b}[2J@h", illegal],
      [`${"x".repeat(100)}…`, illegal],
    ];
    for (const [key, reason] of expected) assert.match(reasons[key] ?? "absent", reason, key);
    assert.equal(foreignEntries.length, expected.length);
  },
});

Deno.test({
  ...needing("read() and write() wait for no FIFO under the name", "read", "write", "run"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await written(registry, 1);
    for (const make of ["mkfifo", "ln -s /dev/zero", "ln -s nowhere"]) {
      await shell(scene.path, `rm '${name}'; ${make} '${name}'`);
      assert.equal(await registry.read(name, never), undefined);
      await written(registry, 2);
      assert.equal((await registry.read(name, never))?.row.heartbeat, 2);
    }
  },
});

Deno.test({
  ...needing("write() says what is wrong when a folder has the name", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await Deno.mkdir(`${scene.path}/${name}`, { recursive: true });
    await assert.rejects(
      registry.write(rowOf(name), undefined, never),
      failure(/^Cannot write n1@10\.0\.0\.2 into file:\/\/\/.*\/sync_dir: Is a directory$/),
    );
    await Deno.remove(`${scene.path}/${name}`);
    await written(registry, 1);
    assert.deepEqual(await namesIn(`${scene.path}/${ownFolder}/tmp`), []);
  },
});

Deno.test({
  ...needing("list() takes names that are not UTF-8 for no node", "read", "write", "run"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await written(registry, 1);
    await shell(scene.path, `cp '${name}' "$(printf 'n\\377@h')"; mkdir "$(printf '\\300\\200')"`);
    const { rows, timestamps, foreignEntries } = await registry.list(never);
    assert.deepEqual([rows.length, timestamps], [1, []]);
    // Deno 2.4 does not tell of them at all.
    for (const { key, reason } of foreignEntries) assert.match(key + reason, /\ufffd/);
  },
});

/** A user that exists on every system and owns nothing; root may read all, so root lists as this. */
const nobody = 65534;

Deno.test({
  ...needing("list() reports a file that may not be read", "read", "write", "sys", "run"),
  async fn() {
    await using scene = await Scene.create();
    await written(scene.open(), 1);
    await Deno.writeTextFile(`${scene.path}/secret@h`, encodeRow(rowOf("secret@h")), { mode: 0 });
    const { rows, foreignEntries } = Deno.uid() === 0
      ? await listedAs(nobody, scene)
      : await listed(scene.open());
    assert.equal(rows.length, 1);
    assert.deepEqual(foreignEntries, [{ key: "secret@h", reason: "it may not be read" }]);
  },
});

/** True if a folder can be another user's here. */
const isRoot = permitted("read", "write", "sys", "run") && Deno.uid() === 0;

Deno.test({
  name: `cookie() names both users where the first node was another's${
    isRoot ? "" : " (needs root)"
  }`,
  ignore: !isRoot,
  async fn() {
    await using scene = await Scene.create();
    await scene.open().getOrCreateCookie("minted", never);
    const { cookieFault } = await listedAs(nobody, scene);
    assert.equal(
      cookieFault,
      `Cannot read the cookie of file://${scene.path}: permission denied: ${scene.path} belongs to ` +
        `the user 0, and this node runs as the user ${nobody}; chown -R ${nobody} ${scene.path}, ` +
        "or run as its owner (docker run --user 0)",
    );
  },
});

async function listed(registry: Registry): Promise<{ rows: unknown[]; foreignEntries: unknown[] }> {
  const { rows, foreignEntries } = await registry.list(never);
  return { rows: [...rows], foreignEntries: [...foreignEntries] };
}

/** Lists in a process of another user, who cannot read this one's cache: so all in one file. */
async function listedAs(
  uid: number,
  { path }: Scene,
): Promise<{ rows: unknown[]; foreignEntries: unknown[]; cookieFault: string }> {
  const home = await Deno.makeTempDir({ prefix: "clusternode-nobody-" });
  try {
    const script = `${home}/list_once.js`;
    const source = new URL("../list_once.ts", import.meta.url).pathname;
    const bundle = ["bundle", "--quiet", "--platform", "deno", "--output", script, source];
    assert.ok((await new Deno.Command(Deno.execPath(), { args: bundle }).output()).success);
    for (const open of [home, path, `${path}/..`]) await Deno.chmod(open, 0o755);
    await Deno.chown(home, uid, uid);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-config", script, path],
      env: { DENO_DIR: home, HOME: home },
      cwd: home,
      uid,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test({
  ...needing(
    "list() reports only so many foreignEntries, and how many more there are",
    "read",
    "write",
  ),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await written(registry, 1);
    for (let index = 0; index < 120; index++) await Deno.mkdir(`${scene.path}/folder${index}`);
    const { rows, foreignEntries } = await registry.list(never);
    assert.equal(rows.length, 1);
    assert.equal(foreignEntries.length, 100);
    assert.deepEqual(foreignEntries.at(-1), { key: "…", reason: "there are 21 more of them" });
  },
});

Deno.test({
  ...needing("the folder holds rows and one folder of ours, closed to others", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const version = await written(registry, 1);
    const cookie = await registry.getOrCreateCookie("secret", never);
    assert.equal(cookie, "secret");
    assert.deepEqual(await namesIn(scene.path), [ownFolder, name]);
    assert.equal(await Deno.readTextFile(`${scene.path}/${name}`), encodeRow(rowOf(name, 1)));
    const own = `${scene.path}/${ownFolder}`;
    assert.equal((await Deno.stat(own)).mode! & 0o777, 0o700);
    assert.equal((await Deno.stat(`${own}/cookie`)).mode! & 0o777, 0o600);
    assert.deepEqual(await namesIn(`${own}/tmp`), []);
    assert.deepEqual(await namesIn(`${own}/locks`), ["cookie", name]);
    await registry.remove(name, version, never);
    assert.deepEqual(await namesIn(scene.path), [ownFolder]);
    assert.deepEqual(await namesIn(`${own}/locks`), ["cookie"]);
  },
});

Deno.test({
  ...needing("cookie() takes one that was put there, and refuses what is none", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await written(registry, 1);
    const path = `${scene.path}/${ownFolder}/cookie`;
    await Deno.writeTextFile(path, "by hand\n");
    assert.equal(await registry.getOrCreateCookie("minted", never), "by hand");
    for (const [text, reason] of [["", "it is empty"], ["x".repeat(1025), "it is larger than"]]) {
      await Deno.writeTextFile(path, text!);
      await assert.rejects(
        registry.getOrCreateCookie("minted", never),
        failure(new RegExp(`^Cannot read or create the cookie of file:.*: .*${reason}`)),
      );
    }
    await Deno.remove(path);
    assert.equal(await registry.getOrCreateCookie("minted", never), "minted");
  },
});

Deno.test({
  ...needing("write() clears old temporary files away, and only those", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    await written(scene.open(), 1);
    const folder = `${scene.path}/${ownFolder}/tmp`;
    await Deno.writeTextFile(`${folder}/old`, "");
    await Deno.writeTextFile(`${folder}/young`, "");
    const { mtime } = await Deno.stat(`${folder}/young`);
    const longAgo = new Date(mtime!.getTime() - 2 * 60 * 60 * 1000);
    await Deno.utime(`${folder}/old`, longAgo, longAgo);
    await scene.open().getOrCreateCookie("minted", never);
    assert.deepEqual(await namesIn(folder), ["young"]);
  },
});

Deno.test({
  ...needing("write() makes news of all changes but the heartbeat", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const news = `${scene.path}/${ownFolder}/news/changed`;
    let version: RowVersion | undefined;
    const makesNews = async (row: Row): Promise<boolean> => {
      await Deno.utime(news, 0, 0).catch(() => {});
      const result = await registry.write(row, version, never);
      assert.ok(result.kind === "written");
      version = result.version;
      return (await Deno.stat(news)).mtime?.getTime() !== 0;
    };
    assert.equal(await makesNews(rowOf(name, 1)), true);
    assert.equal(await makesNews(rowOf(name, 2, { activeAt: "later" })), false);
    assert.equal(await makesNews(rowOf(name, 3, { state: "leaving" })), true);
    assert.equal(await makesNews(rowOf(name, 4, { state: "leaving" })), false);
    assert.equal(await makesNews(rowOf(name, 5, { incarnation: 1 })), true);
    // The order of the fields is no news either: a node puts its own together in another one.
    const fields = Object.entries(rowOf(name, 6, { incarnation: 1 })).reverse();
    assert.equal(await makesNews(Object.fromEntries(fields) as unknown as Row), false);
  },
});

Deno.test({
  ...needing("watch() tells of news soon, and outlives the folder", "read", "write"),
  async fn() {
    await using scene = await Scene.create();
    const clock = new ManualClock();
    const registry = scene.open({ clock });
    const writer = scene.open();
    let hints = 0;
    const controller = new AbortController();
    const watching = registry.watch(() => hints++, controller.signal);
    /** Does `act` again and again, in passing time, until it has been heard of. */
    const until = async (isDone: () => boolean, act: () => Promise<unknown>): Promise<void> => {
      for (let round = 0; !isDone(); round++) {
        assert.ok(round < 5_000, "no hint came");
        await act();
        clock.pass(50);
      }
    };
    const come = async (): Promise<void> => {
      const version = await written(writer, 1);
      assert.equal(await writer.remove(name, version, never), "removed");
    };
    await until(() => hints > 0, come);
    await Deno.remove(scene.path, { recursive: true });
    const before = hints;
    await until(() => hints > before + 1, come);
    controller.abort();
    await watching;
    const after = hints;
    await come();
    clock.pass(60_000);
    assert.equal(hints, after);
    assert.equal(clock.pending, 0);
  },
});
