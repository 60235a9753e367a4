/**
 * The doctor among real nodes: what it finds, what it advises, and that it leaves nothing behind.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { DoctorReport } from "../../lib/report/command_reports.ts";
import { rowVersion } from "../../lib/core/members/row.ts";
import { allTrue, Cluster, commandResult, shown, within } from "../integration/cluster.ts";
import type { CommandResult } from "../integration/cluster.ts";
import { diskTest } from "../integration/disk.ts";
import { hostsTest } from "../integration/hosts.ts";
import { eventually, processTest, Program } from "../integration/process.ts";
import { freePort } from "../support/ports.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

/** The most that the doctor may take, in milliseconds. */
const doctorMaxMs = 10_000;

/** What the doctor found, and how it ended. */
interface Diagnosis {
  readonly code: number;
  readonly healthy: boolean;
  readonly findings: DoctorReport["findings"];
}

/** Asks the doctor. */
async function diagnose(options: readonly string[]): Promise<Diagnosis> {
  const begun = performance.now();
  const { code, stdout, stderr } = await commandResult([
    "doctor",
    "--json",
    ...options.includes("--log-file") ? [] : ["--log-file", "none"],
    ...options,
  ]);
  within("the doctor", performance.now() - begun, doctorMaxMs);
  assert.equal(stderr, "");
  return { code, ...JSON.parse(stdout) };
}

/** Fails unless there is a finding of that level whose text and advice match. */
function assertFound(
  { findings }: Diagnosis,
  severity: DoctorReport["findings"][number]["severity"],
  message: RegExp,
  advice?: RegExp,
): void {
  const found = findings.find((one) =>
    one.severity === severity && message.test(one.message) &&
    (advice === undefined || advice.test(one.advice ?? ""))
  );
  assert.ok(found, `${severity} ${message}\n${JSON.stringify(findings, undefined, 1)}`);
}

/**
 * Every path below `folder`, sorted, without the locks and writes that nodes have under way, and
 * whatever their heartbeats are.
 */
function everythingIn(folder: string): string[] {
  return entriesOf(folder).map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? [path, ...everythingIn(path)] : [path];
  }).flat().filter((path) => !/\.clusternode\/(tmp|locks)\/./.test(path))
    .map((path) => path.replace(/(\/heartbeats\/.+)\.\d+\.\d+$/, "$1")).sort();
}

/** None if the folder has just been removed. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

processTest("doctor finds nothing wrong with two nodes, and leaves nothing behind", async () => {
  await using cluster = new Cluster();
  await cluster.startMany(2);
  const before = everythingIn(cluster.registry);
  const log = `${cluster.folder.path}/other/doctor.log`;
  const text = await cluster.command("doctor", "--log-file", log);
  assert.equal(text.code, 0, text.stdout + text.stderr);
  assert.match(text.stdout, /^✔ ok {7}file:.* answers: 2 rows, listed in \d+ ms$/m);
  assert.match(text.stdout, /^✔ ok {7}n1@127\.0\.0\.1 answers at 127\.0\.0\.1:\d+ in \S+ .s$/m);
  assert.match(text.stdout, /^✔ ok {7}n1@127\.0\.0\.1 of this machine is reached by n2@/m);
  assert.match(text.stdout, /\n\nAll is well: \d+ ok\n$/);

  const diagnosis = await diagnose(cluster.options);
  assert.equal(diagnosis.code, 0);
  assert.equal(diagnosis.healthy, true);
  const ids = new Set(diagnosis.findings.map(({ check }) => check));
  for (const id of ["registry", "registry-write", "registry-compare", "registry-visibility"]) {
    assert.ok(ids.has(id), id);
  }
  for (const id of ["cookie", "clock", "addresses", "listen", "peer", "call-back", "log-file"]) {
    assert.ok(ids.has(id), id);
  }
  assert.deepEqual(everythingIn(cluster.registry), before);
  assert.deepEqual(
    everythingIn(cluster.folder.path).filter((path) => !path.startsWith(cluster.registry)),
    [`${cluster.folder.path}/.cluster.log.lock`, cluster.logFile],
  );
  const cookie = await Deno.readTextFile(`${cluster.registry}/.clusternode/cookie`);
  assert.ok(!text.stdout.includes(cookie.trim()));
  for (const node of cluster.nodes) assert.ok(!node.text.includes("doctor"), "no node notices");
});

processTest("doctor leaves no folder where none was", async () => {
  await using folder = new TemporaryFolder();
  const near = await diagnose(["--registry", `${folder.path}/new`]);
  assert.equal(near.code, 0);
  assertFound(near, "ok", /There is no folder .*new yet/);
  const far = await diagnose(["--registry", `${folder.path}/not/mounted/here`]);
  assert.equal(far.code, 0);
  assertFound(far, "warning", /and the one above/, /mount the network drive/);
  assert.deepEqual(everythingIn(folder.path), []);
});

processTest("doctor leaves nothing behind when it is interrupted, either", async () => {
  await using folder = new TemporaryFolder();
  const options = ["--registry", `${folder.path}/registry`, "--log-file", "none"];
  await using program = Program.run(["doctor", ...options]);
  let hasEnded = false;
  const ending = program.ended().then((code) => {
    hasEnded = true;
    return code;
  });
  await eventually(
    () => hasEnded || everythingIn(folder.path).length > 0,
    10_000,
    "it tries the registry",
  );
  program.kill("SIGINT");
  // With 0 it was too quick for the signal.
  assert.ok([0, 130].includes(await ending), program.text);
  assert.deepEqual(everythingIn(folder.path), []);
});

processTest("doctor leaves nothing behind in any of several registries", async () => {
  await using cluster = new Cluster();
  await cluster.startMany(1);
  const before = everythingIn(cluster.registry);
  const empty = `${cluster.folder.path}/empty`;
  const good = await diagnose([...cluster.options, "--registry", empty]);
  assertFound(good, "ok", /^A row can be written and removed/);
  assert.deepEqual(everythingIn(empty), []);
  assert.deepEqual(everythingIn(cluster.registry), before);
  // Takes connections and says nothing.
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const away = `redis://127.0.0.1:${silent.addr.port}`;
  const half = await diagnose(["--registry", away, ...cluster.options]);
  assert.equal(half.code, 0, JSON.stringify(half.findings));
  assertFound(half, "warning", /^Registry redis:.* unavailable \(.*; continuing without it$/);
  assertFound(half, "ok", /^A row can be written and removed/);
  assert.deepEqual(everythingIn(cluster.registry), before);
});

processTest("doctor ends with 4 when the registry cannot be reached", async () => {
  const diagnosis = await diagnose(["--registry", "/dev/null/x"]);
  assert.equal(diagnosis.code, 4);
  assert.equal(diagnosis.healthy, false);
  assertFound(diagnosis, "fault", /Cannot list .*Not a directory/, /--registry/);
  assertFound(diagnosis, "ok", /A node can listen/);
});

processTest(
  "doctor tells a wrong cookie, one that is weak, and one that others can read",
  async () => {
    await using cluster = new Cluster();
    await cluster.startMany(2);
    const path = `${cluster.folder.path}/cookie`;
    await Deno.writeTextFile(path, "swordfish\n", { mode: 0o644 });
    const diagnosis = await diagnose([...cluster.options, "--cookie-file", path]);
    assert.equal(diagnosis.code, 1);
    assertFound(diagnosis, "fault", /^n2@127\.0\.0\.1 holds another cookie/, /--cookie-file/);
    assertFound(diagnosis, "warning", /registry holds another cookie/, /same cookie/);
    assertFound(diagnosis, "warning", /easy to guess/, /keygen/);
    assertFound(diagnosis, "warning", /can be read by all users \(mode 0644\)/, /chmod 600/);
    assert.ok(!JSON.stringify(diagnosis).includes("swordfish"));
  },
);

processTest("doctor tells the dead from the frozen, and names what is no row", async () => {
  await using cluster = new Cluster();
  const [killed, frozen] = await cluster.startMany(3);
  killed?.kill("SIGKILL");
  await killed?.ended();
  frozen?.kill("SIGSTOP");
  await Deno.writeTextFile(`${cluster.registry}/old@10.0.0.9`, "2016-03-10T18:51:29Z");
  await Deno.writeTextFile(`${cluster.registry}/bad@10.0.0.9`, "{");
  const diagnosis = await diagnose(cluster.options);
  frozen?.kill("SIGCONT");
  assert.equal(diagnosis.code, 1);
  assertFound(diagnosis, "warning", /^n1@127\.0\.0\.1 is dead: connection refused/, /forget/);
  assertFound(diagnosis, "fault", /^n2@127\.0\.0\.1 is frozen, or something/, /its process/);
  assertFound(diagnosis, "ok", /^n3@127\.0\.0\.1 answers/);
  assertFound(diagnosis, "warning", /Elixir nodes.*: old@10\.0\.0\.9/, /start clusternode/i);
  assertFound(diagnosis, "warning", /^bad@10\.0\.0\.9 in the registry is no row/, /Remove it/);
});

processTest("doctor tells a proxy that accepts for nobody", async () => {
  await using cluster = new Cluster();
  await cluster.startMany(1);
  using proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const row = {
    ...await cluster.row("n1@127.0.0.1"),
    version: rowVersion,
    name: "behind@127.0.0.1",
    instance: "f".repeat(32),
    addresses: [{ host: "127.0.0.1", port: proxy.addr.port }],
  };
  await Deno.writeTextFile(`${cluster.registry}/behind@127.0.0.1`, JSON.stringify(row));
  const diagnosis = await diagnose(cluster.options);
  assert.equal(diagnosis.code, 1);
  assertFound(diagnosis, "fault", /^behind@.* accepts connections for a dead one/, /for nobody/);
});

processTest(
  "doctor names the other clusters of a registry, and a name and port in use",
  async () => {
    await using cluster = new Cluster();
    const node = cluster.start("n1@127.0.0.1", "--cluster", "blue");
    await shown([node], allTrue(1), performance.now(), 10_000);
    const mistyped = await diagnose(cluster.options);
    assertFound(mistyped, "warning", /Nobody .* default, .* blue \(1 row\)/, /--cluster blue/);
    const port = JSON.parse(
      await Deno.readTextFile(`${cluster.registry}/.clusternode/clusters/blue/n1@127.0.0.1`),
    ).addresses[0].port;
    const own = ["--name", "n1@127.0.0.1", "--listen", `0.0.0.0:${port}`];
    const same = await diagnose([...cluster.options, "--cluster", "blue", ...own]);
    assert.equal(same.code, 0);
    assertFound(same, "ok", /n1@127\.0\.0\.1 runs on this machine already/);
    assertFound(same, "ok", /n1@127\.0\.0\.1 listens on port/);
    const taken = await diagnose([...cluster.options, "--listen", `0.0.0.0:${port}`]);
    assert.equal(taken.code, 1);
    assertFound(taken, "fault", /another program listens there already/, /choose another --listen/);
  },
);

processTest("doctor tells a log file that cannot be written", async () => {
  await using folder = new TemporaryFolder();
  const options = ["--registry", `${folder.path}/registry`];
  const diagnosis = await diagnose([...options, "--log-file", folder.path]);
  assert.equal(diagnosis.code, 1);
  assertFound(diagnosis, "fault", /log file .* no regular file/, /--log-file none/);
  const below = await diagnose([...options, "--log-file", "/dev/null/x/log"]);
  assertFound(below, "fault", /log file .* is no folder/, /--log-file none/);
});

diskTest("doctor tells a registry that is read-only or full", 256, async (disk) => {
  await using cluster = new Cluster(`${disk.path}/registry`);
  const [node] = await cluster.startMany(1);
  node?.kill("SIGTERM");
  await node?.ended();
  const before = everythingIn(disk.path);
  const readOnly = (on: boolean) => disk.setReadOnly(on).then(() => true, () => false);
  await eventually(() => readOnly(true), 5000, "no file is open for writing");
  const closed = await diagnose(cluster.options);
  assert.equal(closed.code, 1);
  assertFound(closed, "fault", /Cannot write .*Read-only file system/, /Mount it for writing/);
  await eventually(() => readOnly(false), 5000, "it can be written again");
  await disk.fill();
  const full = await diagnose(cluster.options);
  assert.equal(full.code, 1);
  assertFound(full, "fault", /Cannot write .*No space left/, /Free some space/);
  assertFound(full, "warning", /little space left/, /Free some space/);
  await disk.empty();
  assert.deepEqual(everythingIn(disk.path), before);
});

hostsTest("doctor tells whether other machines reach this one", 2, async (hosts) => {
  const nodes = hosts.startAll();
  await shown(nodes, allTrue(2), performance.now(), 20_000);
  const command = async (): Promise<CommandResult> => {
    const { code, text } = await hosts.command(1, "doctor", "--log-file", "none");
    return { code, stdout: text, stderr: "" };
  };
  const well = await command();
  assert.equal(well.code, 0, well.stdout);
  assert.match(well.stdout, /n1@10\.77\.0\.1 of this machine is reached by n2@10\.77\.0\.2/);
  await hosts.unplug(2);
  const unplugged = await command();
  assert.equal(unplugged.code, 1);
  assert.match(
    unplugged.stdout,
    /n2@10\.77\.0\.2 runs, as its heartbeat moves, but cannot be reached/,
  );
});

processTest("doctor --beam tells what would keep the node from BEAM nodes", async () => {
  await using folder = new TemporaryFolder();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const options = [
    ...["--beam", "--beam-cookie", "secret", "--beam-epmd", "none", "--name", "e1@127.0.0.1"],
    ...["--registry", `${folder.path}/nodes`, "--beam-listen", `127.0.0.1:${taken.addr.port}`],
  ];
  const env = { ERL_EPMD_PORT: `${freePort()}` };
  const { code, stdout } = await commandResult(["doctor", ...options, "--log-file", "none"], env);
  assert.equal(code, 1, stdout);
  assert.match(stdout, /^✘ fault {4}The node cannot listen for BEAM nodes on 127\.0\.0\.1:\d+: /m);
  assert.match(stdout, /^✘ fault {4}EPMD does not run on 127\.0\.0\.1:\d+, so that no BEAM node/m);
});
