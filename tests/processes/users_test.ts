/**
 * Two users of one machine: what one of them has prepared where all may write does the other's node no
 * harm, and is said in a sentence.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  linesPass,
  linesWith,
  shown,
  showsDead,
  showsExactly,
  statusOf,
} from "../integration/cluster.ts";
import { eventually, Program, removeFolder } from "../integration/process.ts";
import { SmallDisk } from "../integration/disk.ts";
import { needingUsers, runAs, SharedFolder, stranger, victim } from "../files/users.ts";
import { ProgramForAll } from "./program_for_all.ts";

const name = "n1@127.0.0.1";
const precious = "export PRECIOUS=1\n";

/** A place like `/tmp`, in it the victim's home with a file that must stay as it is. */
class Scene implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #program: ProgramForAll;
  readonly #folder: SharedFolder;
  /** The place that all users can write into. */
  readonly path: string;
  readonly home: string;

  private constructor(program: ProgramForAll, folder: SharedFolder) {
    this.#program = this.#stack.use(program);
    this.#folder = folder;
    this.path = folder.path;
    this.home = `${folder.path}/home`;
  }

  static async create(): Promise<Scene> {
    const scene = new Scene(await ProgramForAll.create(), await SharedFolder.create());
    await runAs(victim, `mkdir -m 755 ${scene.home}; printf '${precious}' > ${scene.bashrc}`);
    return scene;
  }

  get bashrc(): string {
    return `${this.home}/.bashrc`;
  }

  /** Runs a script of the shell in that place as the other user. */
  async trap(script: string): Promise<void> {
    await runAs(stranger, `cd ${this.path}; ${script}`);
  }

  /** Runs the program as the victim. */
  run(...args: string[]): Program {
    return this.runAs(victim, victim, ...args);
  }

  runAs(user: number, group: number, ...args: string[]): Program {
    return this.#stack.use(this.#program.runInGroup(user, group, this.home, ...args));
  }

  /** Starts a node of the victim. */
  start(registry: string, ...more: string[]): Program {
    const log = more.includes("--log-file") ? [] : ["--log-file", "none"];
    return this.run("start", "--name", name, "--registry", registry, ...log, ...more);
  }

  /** Fails if anything of the victim has changed. */
  async assertUntouched(): Promise<void> {
    assert.equal(await Deno.readTextFile(this.bashrc), precious);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await removeFolder(this.#folder.path);
  }
}

/** Fails unless the node ends with 4 at once, and says why in one line that matches. */
async function assertRefused(node: Program, reason: RegExp): Promise<void> {
  assert.equal(await node.ended(), 4, node.text);
  const [line, ...more] = linesWith(node, "[error]");
  assert.equal(more.length, 0, node.text);
  assert.match(line?.text ?? "", reason);
  assert.match(line?.text ?? "", /name a folder of your own .*\?shared=all|chmod go-w/);
}

const foreign = new RegExp(`belongs to another user \\(id ${stranger}\\)`);

Deno.test({
  ...needingUsers("a registry folder that another user has prepared is refused, and left alone"),
  async fn() {
    await using scene = await Scene.create();
    const registry = `${scene.path}/sync_dir`;
    await scene.trap(`umask 0; mkdir -p sync_dir/.clusternode/news sync_dir/.clusternode/locks
      mkdir sync_dir/.clusternode/tmp; echo known > sync_dir/.clusternode/cookie
      ln -s ${scene.bashrc} sync_dir/.clusternode/news/changed
      ln -s ${scene.bashrc} sync_dir/.clusternode/locks/${name}`);
    await assertRefused(scene.start(registry), foreign);
    await assertRefused(scene.start(registry, "--cookie", "a cookie of the victim"), foreign);
    const members = scene.run("members", "--registry", registry);
    assert.equal(await members.ended(), 4);
    assert.match(members.printed("stderr"), foreign);
    await scene.assertUntouched();
    const names = Array.from(Deno.readDirSync(registry), ({ name }) => name);
    assert.deepEqual(names, [".clusternode"]);
  },
});

Deno.test({
  ...needingUsers("our own folder, prepared by another user, is refused inside and beside"),
  async fn() {
    await using scene = await Scene.create();
    await runAs(victim, `cd ${scene.path}; mkdir open beside; chmod 757 open`);
    await scene.trap("umask 0; mkdir -p open/.clusternode/news .beside.clusternode/news");
    const beam = ["--beam", "--beam-cookie", "x", "--beam-epmd", "none"];
    await assertRefused(scene.start(`${scene.path}/beside`, ...beam), foreign);
    await assertRefused(scene.start(`${scene.path}/open`), /can be written by all users/);
    // What the folder is open for is said to be meant, and it still is another's.
    await runAs(victim, `chmod 755 ${scene.path}/open`);
    await assertRefused(scene.start(`${scene.path}/open`), foreign);
    assert.deepEqual([...Deno.readDirSync(`${scene.path}/beside`)], []);
  },
});

Deno.test({
  ...needingUsers("a link of another user in place of the registry folder is refused"),
  async fn() {
    await using scene = await Scene.create();
    await scene.trap(`ln -s ${scene.home} sync_dir`);
    await assertRefused(
      scene.start(`${scene.path}/sync_dir`),
      /is a symbolic link of another user/,
    );
    await assertRefused(scene.start(`${scene.path}/sync_dir/x`), /is a symbolic link of another/);
    assert.equal(
      Array.from(Deno.readDirSync(scene.home)).some(({ name: entry }) =>
        entry === ".clusternode" || entry === "x"
      ),
      false,
    );
  },
});

Deno.test({
  ...needingUsers("root is not led into the traps of a user, either"),
  async fn() {
    await using scene = await Scene.create();
    await scene.trap(`mkdir -p sync_dir/.clusternode/news log; ln -s ${scene.bashrc} log/cluster.log
      ln -s ${scene.bashrc} sync_dir/.clusternode/news/changed`);
    const options = ["--name", name, "--log-file", `${scene.path}/log/cluster.log`];
    const registry = ["--registry", `${scene.path}/sync_dir`];
    const node = scene.runAs(0, 0, "start", ...options, ...registry);
    await assertRefused(node, foreign);
    await scene.assertUntouched();
  },
});

Deno.test({
  ...needingUsers("a log that another user has prepared is one warning, and is not written"),
  async fn() {
    await using scene = await Scene.create();
    await scene.trap(`umask 0; mkdir log; ln -s ${scene.bashrc} log/cluster.log
      ln -s ${scene.bashrc} linked.log; ln -s ${scene.home}/new dangling.log
      : > theirs.log; mkdir .locked.log.lock`);
    const traps: readonly (readonly [string, RegExp])[] = [
      ["log/cluster.log", foreign],
      ["linked.log", /is a symbolic link of another user/],
      ["dangling.log", /is a symbolic link of another user/],
      ["theirs.log", foreign],
      ["locked.log", foreign],
    ];
    const nodes = traps.map(([path]) =>
      scene.start(
        `${scene.home}/${path.replaceAll("/", "_")}`,
        "--log-file",
        `${scene.path}/${path}`,
      )
    );
    await shown(nodes, showsExactly(name), performance.now(), 20_000);
    await linesPass(nodes, 2);
    for (const [index, [path, reason]] of traps.entries()) {
      const warnings = linesWith(nodes[index]!, "[warning]");
      assert.equal(warnings.length, 1, nodes[index]!.text);
      assert.match(
        warnings[0]?.text ?? "",
        /Cannot write log file .* name another file, or none/,
      );
      assert.match(warnings[0]?.text ?? "", reason, path);
    }
    for (const node of nodes) node.kill("SIGTERM");
    for (const node of nodes) assert.equal(await node.ended(), 143);
    await scene.assertUntouched();
    assert.equal(await Deno.readTextFile(`${scene.path}/theirs.log`), "");
    await assert.rejects(Deno.lstat(`${scene.home}/new`), Deno.errors.NotFound);
  },
});

Deno.test({
  ...needingUsers("another user who locks a log that it may read does not stop it"),
  async fn() {
    await using scene = await Scene.create();
    const log = `${scene.path}/cluster.log`;
    await runAs(victim, `: > ${log}`);
    await using holder = new Program("setpriv", [
      ...["--reuid", `${stranger}`, "--clear-groups", "flock", "--no-fork", log],
      ...["sh", "-c", "echo locked; exec sleep 60"],
    ]);
    await holder.line((text) => text === "locked", 5000, "the stranger holds the lock");
    const node = scene.start(`${scene.home}/registry`, "--log-file", log);
    await shown([node], showsExactly(name), node.startedAt, 20_000);
    const isWritten = async (): Promise<boolean> =>
      (await Deno.readTextFile(log)).split("\n").some((line) => statusOf(line) !== undefined);
    await eventually(isWritten, 3000, "a status line is in the file");
    node.kill("SIGTERM");
    assert.equal(await node.ended(), 143);
    assert.equal(linesWith(node, "[warning]").length, 0, node.text);
    holder.kill("SIGKILL");
  },
});

Deno.test({
  ...needingUsers("doctor says what start would say of another user's folders"),
  async fn() {
    await using scene = await Scene.create();
    await scene.trap(`mkdir sync_dir log; ln -s ${scene.bashrc} log/cluster.log`);
    const doctor = scene.run(
      ...["doctor", "--json", "--registry", `${scene.path}/sync_dir`],
      ...["--log-file", `${scene.path}/log/cluster.log`],
    );
    assert.equal(await doctor.ended(), 4, doctor.text);
    const { findings } = JSON.parse(doctor.printed("stdout"));
    for (
      const [id, remedy] of [["registry", /^Name a folder of your own/], [
        "log-file",
        /--log-file/,
      ]]
    ) {
      const found = findings.find((one: { check: string; severity: string }) =>
        one.check === id && one.severity === "fault"
      );
      assert.match(found?.message ?? "", foreign);
      assert.match(found?.advice ?? "", remedy as RegExp);
    }
    await scene.assertUntouched();
  },
});

Deno.test({
  ...needingUsers("a recording is not made in a folder of another user"),
  async fn() {
    await using scene = await Scene.create();
    await scene.trap("mkdir -m 777 records");
    const record = ["--record", `${scene.path}/records/node.jsonl`];
    const node = scene.start(`${scene.home}/registry`, ...record);
    await node.line(
      (text) => /Cannot record/.test(text) && foreign.test(text),
      20_000,
      "a warning",
    );
    await shown([node], showsExactly(name), node.startedAt, 20_000);
    assert.deepEqual([...Deno.readDirSync(`${scene.path}/records`)], []);
  },
});

Deno.test({
  ...needingUsers("folders that a node makes are closed to other users"),
  async fn() {
    await using scene = await Scene.create();
    const node = scene.start(
      `${scene.path}/sync_dir`,
      "--log-file",
      `${scene.path}/log/cluster.log`,
    );
    await shown([node], showsExactly(name), node.startedAt, 20_000);
    const lock = `${scene.path}/log/.cluster.log.lock`;
    await eventually(() => Deno.lstat(lock).then(() => true, () => false), 5000, "there is a log");
    const modeOf = (path: string): number =>
      (Deno.lstatSync(`${scene.path}/${path}`).mode ?? 0) & 0o777;
    const own = "sync_dir/.clusternode";
    for (const path of ["sync_dir", own, `${own}/locks`, `${own}/tmp`, `${own}/news`, "log"]) {
      assert.equal(modeOf(path), 0o700, path);
    }
    const files = [`${own}/cookie`, `${own}/news/changed`, `${own}/locks/${name}`];
    for (const path of [...files, "log/.cluster.log.lock"]) {
      assert.equal(modeOf(path), 0o600, path);
    }
    assert.equal(linesWith(node, "[warning]").length, 0, node.text);
  },
});

Deno.test({
  ...needingUsers("users of one group share a folder with ?shared=group, and nobody else does"),
  async fn() {
    await using scene = await Scene.create();
    const [other, group] = [61_003, 61_010];
    const path = `${scene.path}/team`;
    await Deno.mkdir(path);
    await Deno.chown(path, victim, group);
    await Deno.chmod(path, 0o770);
    const start = (user: number, node: string, url: string): Program =>
      scene.runAs(user, group, ...[
        "start",
        "--name",
        node,
        "--registry",
        url,
        "--log-file",
        "none",
      ]);
    await assertRefused(start(victim, name, `file://${path}`), /can be written by the group 61010/);
    await assertRefused(
      start(other, name, `file://${path}`),
      /belongs to another user \(id 61001\)/,
    );
    const nodes = [
      start(victim, name, `file://${path}?shared=group`),
      start(other, "n2@127.0.0.1", `file://${path}?shared=group`),
    ];
    await shown(nodes, allTrue(2), performance.now(), 20_000);
    nodes[1]?.kill("SIGKILL");
    await nodes[1]?.ended();
    await shown(nodes.slice(0, 1), showsDead("n2@127.0.0.1"), performance.now(), 20_000);
    const forget = scene.runAs(
      ...[victim, group, "forget", "n2", "--registry", `file://${path}?shared=group`] as const,
    );
    assert.equal(await forget.ended(), 0, forget.text);
    await assert.rejects(runAs(stranger, `cat ${path}/.clusternode/cookie`));
  },
});

Deno.test({
  ...needingUsers("what an administrator has mounted is used as it is, like a container's volume"),
  async fn() {
    await using scene = await Scene.create();
    await using registry = await SmallDisk.mount(1024);
    await using logs = await SmallDisk.mount(1024);
    assert.ok(registry && logs, "two disks are mounted");
    for (const { path } of [registry, logs]) {
      await Deno.chown(path, 61_003, 61_003);
      await Deno.chmod(path, 0o777);
    }
    const node = scene.start(registry.path, "--log-file", `${logs.path}/cluster.log`);
    await shown([node], showsExactly(name), node.startedAt, 20_000);
    node.kill("SIGTERM");
    assert.equal(await node.ended(), 143);
    assert.equal(linesWith(node, "[warning]").length, 0, node.text);
  },
});
