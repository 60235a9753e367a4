/** What can happen to containers, and what all of their nodes say about it. */
import assert from "node:assert/strict";
import {
  allTrue,
  assertNeverFalse,
  linesPass,
  linesWith,
  shown,
  showsDead,
  showsExactly,
  statusOf,
  type Wanted,
} from "../integration/cluster.ts";
import { eventually, type Program } from "../integration/process.ts";
import { ComposeProject } from "./compose.ts";
import { Container, Yard } from "./container.ts";
import { attempt, containersTest, docker, freshName, inspect } from "./engine.ts";
import { cutFrom, exhaustMemory, restartEngine } from "./machine.ts";

/** Status lines in which links learn, before something happens. */
const settleLines = 6;

/** Longest pause between two status lines, in milliseconds: one a second, and a busy machine. */
const longestPauseMs = 2000;

/** Nodes of each cluster. */
const count = 4;

/** A cluster that has settled; something is about to happen to its first node. */
interface Scene {
  readonly project: ComposeProject;
  readonly victim: Container;
  /** The name of its node. */
  readonly name: string;
  readonly others: readonly Container[];
  /** The logs of all, the victim's first. */
  readonly logs: readonly Program[];
}

/** A fault that happens to a cluster; afterwards all others must still run. */
function faultTest(
  title: string,
  act: (scene: Scene) => Promise<void>,
  options: { readonly needsOwnEngine?: boolean; readonly endsAll?: boolean } = {},
): void {
  containersTest(title, async () => {
    await using project = new ComposeProject();
    const containers = await project.scale(count);
    const [victim, ...others] = containers as [Container, ...Container[]];
    const logs = logsOf(containers);
    await shown(logs, allTrue(count), performance.now(), 20_000);
    await linesPass(logs, settleLines);
    await act({ project, victim, others, logs, name: await victim.nodeName() });
    for (const container of options.endsAll === true ? [] : others) {
      assert.equal(await container.state(), "running 0", "who nothing was done to runs on");
      assertNothingLost(container.log);
    }
  }, options);
}

faultTest(
  "docker kill: down on all others within 5 s, as its address is gone with it",
  async ({ victim, name, others }) => {
    const since = performance.now();
    await docker("kill", victim.id);
    await shown(logsOf(others), showsDead(name), since, 5000);
    await calls(others, name, "down");
    assertTold(logsOf(others), since, `${name} is down: `);
    const started = performance.now();
    await docker("start", victim.id);
    await shown(logsOf(others), showsAlive(count, name), started, 5000);
  },
);

faultTest(
  "docker pause: false within 5 s; unpause: true within 3 s",
  async ({ victim, name, others, logs }) => {
    const since = performance.now();
    await docker("pause", victim.id);
    await shown(logsOf(others), showsDead(name), since, 5000);
    await calls(others, name, "down");
    const resumed = performance.now();
    await docker("unpause", victim.id);
    await shown(logs, allTrue(count), resumed, 3000);
    // The one that stood still condemns nobody.
    await linesPass(logs, 3);
    assertNeverFalse([victim.log], since);
    assert.equal(await victim.state(), "running 0");
  },
);

faultTest(
  "docker stop: left, never down; docker start: back",
  async ({ victim, name, others }) => {
    const since = performance.now();
    await docker("stop", victim.id);
    assert.equal(await inspect(victim.id, "{{.State.ExitCode}}"), "143");
    await shown(logsOf(others), allTrue(count - 1), since, 3000);
    assertTold(logsOf(others), since, `${name} left: it announced it`);
    const started = performance.now();
    await docker("start", victim.id);
    await shown(logsOf(others), allTrue(count), started, 5000);
    assertNotTold(logsOf(others), since, " is down: ", " is unreachable: ");
  },
);

faultTest("docker restart: left and back, never down", async ({ victim, name, others }) => {
  const since = performance.now();
  await docker("restart", victim.id);
  await shown(logsOf(others), showsAlive(count), performance.now(), 5000);
  assertTold(logsOf(others), since, `${name} left: it announced it`);
  assertNotTold(logsOf(others), since, " is down: ", " is unreachable: ");
});

faultTest(
  "a container without network is unreachable, and true again with its new address",
  async ({ project, victim, name, others, logs }) => {
    const since = performance.now();
    await docker("network", "disconnect", project.network, victim.id);
    await shown(logsOf(others), showsDead(name), since, 6000);
    await calls(others, name, "unreachable");
    assertTold([victim.log], since, "may be isolated");
    // A stranger takes its address meanwhile.
    const elsewhere = ["clusternode", "start", "--registry", "file:///data"];
    await using stranger = await Container.run("--network", project.network, ...elsewhere);
    const connected = performance.now();
    await docker("network", "connect", project.network, victim.id);
    assert.notEqual(await victim.address(project.network), await stranger.address(project.network));
    await shown(logs, allTrue(count), connected, 4000);
    // Their first word may have been "down": that it runs shows only with its next heartbeats.
    const hasMoved = (text: string): boolean =>
      text.includes("The addresses of this node have changed");
    await victim.log.line(hasMoved, 5000, "its new address is told", connected);
    await linesPass(logs, 3);
  },
);

faultTest(
  "two containers cut off in one direction: a bad link, nobody dead",
  async ({ project, victim, name, others, logs }) => {
    const [other, witness, ...rest] = others as [Container, Container, ...Container[]];
    const since = performance.now();
    await cutFrom(victim, await other.address(project.network));
    const isTold = (text: string): boolean =>
      text.includes("is alive but unreachable from this node");
    const both = [victim, other].map(({ log }) => log.line(isTold, 20_000, "a bad link", since));
    await Promise.any(both);
    await Promise.allSettled(both);
    await linesPass(logsOf([witness, ...rest]), settleLines);
    assertNeverFalse(logsOf([witness, ...rest]), since);
    assertNotTold(logs, since, " is down: ", " is unreachable: ");
    const matrix = await witness.command("matrix");
    assert.ok(matrix.includes(name) && matrix.includes(await other.nodeName()), matrix);
    assert.match(matrix, /do not reach each other|does not reach|cannot reach/, matrix);
  },
  { needsOwnEngine: true },
);

containersTest("a volume that becomes read-only: one warning each, nobody false", async () => {
  // A file system of its own, so that it can be made read-only under all of them at once.
  const owned = ["--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=uid=10001,gid=10001"];
  await using yard = await Yard.open(freshName(), { volume: owned });
  const containers = [await yard.start(), await yard.start(), await yard.start()];
  const logs = logsOf(containers);
  await shown(logs, allTrue(3), performance.now(), 20_000);
  await linesPass(logs, settleLines);
  const folder = await docker("volume", "inspect", "--format", "{{.Mountpoint}}", yard.name);
  const remount = async (mode: string): Promise<boolean> =>
    (await attempt("mount", ["-o", `remount,${mode}`, folder])).code === 0;
  const since = performance.now();
  // Refused while one of them has a file open for writing, which it has for a moment each second.
  await eventually(() => remount("ro"), 20_000, "the volume is made read-only");
  const isAway = (text: string): boolean => text.includes("Registry unavailable (");
  await Promise.all(logs.map((log) => log.line(isAway, 10_000, "the registry is away", since)));
  await linesPass(logs, 3);
  assert.ok(await remount("rw"));
  const isBack = (text: string): boolean => text.includes("The registry is available again");
  await Promise.all(logs.map((log) => log.line(isBack, 10_000, "the registry is back", since)));
  await linesPass(logs, 3);
  assertNeverFalse(logs, since);
  for (const log of logs) {
    assert.equal(linesWith(log, "[warning]", since).length, 1, log.text.slice(-3000));
  }
  for (const container of containers) assert.equal(await container.state(), "running 0");
}, { needsOwnEngine: true });

faultTest(
  "a node that is killed for its memory is replaced by its next run",
  async ({ victim, name, others }) => {
    const since = performance.now();
    {
      await using taker = await exhaustMemory(victim);
      await eventually(async () => await victim.state() === "running 1", 10_000, "its next run");
      taker.kill("SIGKILL");
    }
    const isTold = (text: string): boolean =>
      text.includes(`${name} was replaced`) || text.includes(`${name} is down`);
    await Promise.all(others.map(({ log }) => log.line(isTold, 5000, "its end is told", since)));
    await shown(logsOf(others), showsAlive(count, name), performance.now(), 5000);
    assertNotTold(logsOf(others), since, " is unreachable: ");
  },
  { needsOwnEngine: true },
);

faultTest(
  "an engine that is restarted brings all nodes back, and none was called dead",
  async ({ project }) => {
    await restartEngine();
    const all = await project.running();
    assert.equal(all.length, count);
    const since = performance.now();
    for (const container of all) await container.listen();
    await shown(logsOf(all), showsAlive(count), since, 15_000);
    for (const container of all) {
      assert.doesNotMatch(await docker("logs", container.id), / is (down|unreachable)[:;] /);
    }
  },
  { needsOwnEngine: true, endsAll: true },
);

containersTest("a container with a dead one's address is not taken for it", async () => {
  await using yard = await Yard.open(freshName(), { network: ["--subnet", "10.213.7.0/24"] });
  const [address, other] = ["10.213.7.20", "10.213.7.21"];
  const first = await yard.start(["--ip", address, "--hostname", "first"]);
  const witness = await yard.start(["--ip", other, "--hostname", "witness"]);
  await shown([first.log, witness.log], allTrue(2), performance.now(), 20_000);
  await docker("kill", first.id);
  const since = performance.now();
  const heir = await yard.start(["--ip", address, "--hostname", "heir"]);
  const isToldApart: Wanted = {
    words: "first false, heir true",
    holds: (status) =>
      status.get(`first@${address}`) === false && status.get(`heir@${address}`) === true,
  };
  await shown([witness.log], isToldApart, since, 5000);
  await calls([witness], `first@${address}`, "down");
  await witness.command("forget", `first@${address}`);
  const both = showsExactly(`heir@${address}`, `witness@${other}`);
  await shown([witness.log, heir.log], both, performance.now(), 3000);
});

function logsOf(containers: readonly Container[]): Program[] {
  return containers.map(({ log }) => log);
}

function assertTold(logs: readonly Program[], since: number, told: string): void {
  for (const log of logs) {
    assert.ok(linesWith(log, told, since).length > 0, `${told}\n${log.text.slice(-3000)}`);
  }
}

function assertNotTold(logs: readonly Program[], since: number, ...words: string[]): void {
  for (const log of logs) {
    for (const word of words) assert.deepEqual(linesWith(log, word, since), []);
  }
}

/** Waits until each of `others` calls the member `name` that. */
async function calls(others: readonly Container[], name: string, status: string): Promise<void> {
  const all = async (): Promise<boolean> => {
    const views = await Promise.all(others.map((other) => other.members()));
    return views.every((view) => view.find((one) => one.name === name)?.status === status);
  };
  await eventually(all, 5000, `${name} is ${status}`);
}

/** So many true ones, these among them; a container that was restarted may have another name. */
function showsAlive(want: number, ...names: string[]): Wanted {
  return {
    words: `${want} true ones, ${names.join(", ")} among them`,
    holds: (status) =>
      [...status.values()].filter(Boolean).length === want &&
      names.every((name) => status.get(name) === true),
  };
}

/** Fails if a status line is missing: whatever happens to others, there is one each second. */
function assertNothingLost({ lines }: Program): void {
  const stamps = lines.filter(({ text }) => statusOf(text) !== undefined)
    .map(({ text }) => Date.parse(`1970-01-01T${text.slice(0, 12)}Z`));
  for (const [index, stamp] of stamps.slice(1).entries()) {
    const pauseMs = (stamp - (stamps[index] as number) + 86_400_000) % 86_400_000;
    assert.ok(pauseMs <= longestPauseMs, `${pauseMs} ms between two status lines`);
  }
  assert.ok(stamps.length > settleLines);
}
