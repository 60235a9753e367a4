/**
 * The package on a Debian that has nothing else: installed, run without systemd, upgraded, purged.
 *
 * @module
 */
import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { allTrue, shown } from "../integration/cluster.ts";
import { Program, succeeds } from "../integration/process.ts";
import { ended, made, output, packageTest } from "./packages.ts";
import type { Ended } from "./packages.ts";

const image = "debian:bookworm-slim";

/** A container with the packages in `/packages`, and no network to anywhere. */
class BareDebian implements AsyncDisposable {
  readonly #id: string;

  private constructor(id: string) {
    this.#id = id;
  }

  static async start(packages: string): Promise<BareDebian> {
    const volume = ["--volume", `${packages}:/packages:ro`];
    const options = ["--detach", "--init", "--network", "none", ...volume];
    return new BareDebian(
      (await output("docker", "run", ...options, image, "sleep", "infinity")).trim(),
    );
  }

  /** Runs a command as root, to its end. */
  attempt(...words: string[]): Promise<Ended> {
    return ended("docker", ["exec", this.#id, ...words]);
  }

  /** Runs a command that must succeed; what it printed. */
  async run(...words: string[]): Promise<string> {
    return (await output("docker", "exec", this.#id, ...words)).trimEnd();
  }

  /** A program that goes on. */
  start(...words: string[]): Program {
    return new Program("docker", ["exec", this.#id, ...words]);
  }

  /** Every file with its mode and owner, and every user and group; without what tools leave behind. */
  async everything(): Promise<readonly string[]> {
    const files = await this.run(
      ...["find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/sys", ")", "-prune"],
      ...["-o", "-printf", "%p %M %u %g\n"],
    );
    // The former versions of their files that the tools for users keep, and a lock of theirs.
    const kept = /^(\/etc\/(passwd|group|shadow|gshadow)-|\/run\/adduser) /;
    const names = ["passwd", "group", "shadow", "gshadow"].map((name) => `/etc/${name}`);
    const users = await this.run("grep", "--with-filename", "", ...names);
    return [...files.split("\n").filter((line) => !kept.test(line)).sort(), ...users.split("\n")];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ended("docker", ["rm", "--force", "--volumes", this.#id]);
  }
}

async function whyNoContainer(): Promise<string | undefined> {
  if (!await succeeds("docker", "info")) return "no container engine answers";
  const hasImage = await succeeds("docker", "image", "inspect", image);
  return hasImage ? undefined : `there is no image called ${image}`;
}

/** Installs it, or an upgrade; `stderr` tells of what went wrong. */
async function install(debian: BareDebian): Promise<void> {
  const { code, stdout, stderr } = await debian.attempt(
    ...["dpkg", "--install", `/packages/${basename(made("debian"))}`],
  );
  assert.equal(code, 0, stdout + stderr);
  assert.equal(stderr, "");
}

/** How the unit starts a node. */
interface Unit {
  readonly user: string;
  readonly words: readonly string[];
}

/** The command line of the installed unit, and its user. */
async function unitOf(debian: BareDebian): Promise<Unit> {
  const [unit = ""] = (await debian.run("dpkg", "--listfiles", "clusternode")).split("\n")
    .filter((path) => path.endsWith(".service"));
  const text = await debian.run("cat", unit);
  const value = (key: string): string =>
    new RegExp(`^${key}=(.*)$`, "m").exec(text)?.[1] ?? assert.fail(`${key} in\n${text}`);
  return { user: value("User"), words: value("ExecStart").split(" ") };
}

/** Starts a node as the unit does, but for its name. */
function startNode(debian: BareDebian, unit: Unit, name: string): Program {
  return debian.start(
    ...["runuser", "--user", unit.user, "--", ...unit.words],
    ...["--name", `${name}@127.0.0.1`],
  );
}

async function mode(debian: BareDebian, path: string): Promise<string> {
  return await debian.run("stat", "--format", "%U:%G %a", path);
}

async function checkInstalled(debian: BareDebian): Promise<void> {
  assert.equal(await mode(debian, "/etc/clusternode/cookie"), "clusternode:clusternode 400");
  assert.equal(await mode(debian, "/etc/clusternode/config.json"), "root:clusternode 640");
  assert.equal(await mode(debian, "/var/lib/clusternode"), "clusternode:clusternode 750");
  assert.equal(await mode(debian, "/var/log/clusternode"), "clusternode:clusternode 750");
  assert.match(await debian.run("cat", "/etc/clusternode/cookie"), /^[0-9a-f]{64}$/);
  const shell = await debian.run("getent", "passwd", "clusternode");
  assert.match(shell, /:\/usr\/sbin\/nologin$/);
  assert.equal(await debian.run("dpkg", "--verify", "clusternode"), "");
}

/** Two nodes of the unit's user meet, also for a command, and leave. */
async function checkNodesMeet(debian: BareDebian): Promise<void> {
  const unit = await unitOf(debian);
  await using first = startNode(debian, unit, "n1");
  await using second = startNode(debian, unit, "n2");
  await shown([first, second], allTrue(2), second.startedAt, 20_000);
  for (const { text } of [...first.lines, ...second.lines]) assert.match(text, /\[info\]/);
  const names = await debian.run(
    ...["runuser", "--user", unit.user, "--", "clusternode", "members", "-o", "name"],
    ...["--config", "/etc/clusternode/config.json"],
  );
  assert.equal(names, "n1@127.0.0.1\nn2@127.0.0.1");
  await debian.run("sh", "-c", "kill -TERM $(pidof clusternode)");
  for (const node of [first, second]) {
    assert.equal(await node.ended(), 143);
    assert.match(node.text, /has stopped after .*SIGTERM has come/);
  }
}

/** What an administrator has changed stays, and so does the cookie. */
async function checkUpgrade(debian: BareDebian): Promise<void> {
  const config = "/etc/clusternode/config.json";
  await debian.run("sh", "-c", `sed -i 's/{/{ "cluster": "mine",/' ${config}; chmod 600 ${config}`);
  const before = await debian.run("sh", "-c", "cat /etc/clusternode/*");
  await install(debian);
  assert.equal(await debian.run("sh", "-c", "cat /etc/clusternode/*"), before);
  assert.equal(await mode(debian, config), "root:clusternode 600");
}

await packageTest(
  "the package on a bare Debian: installed, two nodes meet, upgraded, removed, purged",
  { packages: ["debian"], otherwise: whyNoContainer },
  async (test) => {
    await using debian = await BareDebian.start(dirname(made("debian")));
    const before = await debian.everything();
    await test.step("dpkg --install", async () => {
      await install(debian);
      await checkInstalled(debian);
    });
    await test.step("the command line of the unit", () => checkNodesMeet(debian));
    await test.step("an upgrade keeps what was changed", () => checkUpgrade(debian));
    await test.step("dpkg --remove keeps configuration and state", async () => {
      await debian.run("dpkg", "--remove", "clusternode");
      const left = await debian.run("ls", "/etc/clusternode", "/var/lib/clusternode");
      assert.equal(left.split(/\s+/).filter(Boolean).length, 5, left);
      assert.equal(await succeedsIn(debian, "test", "-e", "/usr/bin/clusternode"), false);
    });
    await test.step("dpkg --purge leaves nothing", async () => {
      await debian.run("dpkg", "--purge", "clusternode");
      assert.deepEqual(await debian.everything(), before);
    });
  },
);

async function succeedsIn(debian: BareDebian, ...words: string[]): Promise<boolean> {
  return (await debian.attempt(...words)).code === 0;
}
