/**
 * Real services, carried by a node: exit codes and signals as under tini, restarts, groups, output.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually, processTest, Program, succeeds } from "../integration/process.ts";
import { readSource } from "../docs/source_files.ts";
import { Cluster, linesPass } from "../integration/cluster.ts";
import { permitted } from "../permissions.ts";
import { accepts, freePort } from "../support/ports.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import {
  aloneOptions,
  carrierCommand,
  carry,
  carryShell,
  childrenOf,
  lives,
} from "./service_program.ts";

/** A command, and what its carrier ends with. */
interface Case {
  readonly name: string;
  readonly command: readonly string[];
  /** Sent to the carrier once the command has written `up`. */
  readonly signal?: Deno.Signal;
  readonly successCode?: number;
  readonly exitCode: number;
}

/** Writes `up`, and ends with `exitCode` when `signal` comes. */
function trapping(signal: string, exitCode: number): readonly string[] {
  return ["sh", "-c", `trap 'exit ${exitCode}' ${signal}; echo up; while :; do sleep 0.05; done`];
}

const cases: readonly Case[] = [
  ...[0, 1, 7, 137, 143, 255].map((exitCode) => ({
    name: `exit code ${exitCode}`,
    command: ["sh", "-c", `exit ${exitCode}`],
    exitCode,
  })),
  { name: "ended by SIGKILL", command: ["sh", "-c", "kill -9 $$"], exitCode: 137 },
  { name: "ended by SIGTERM", command: ["sh", "-c", "kill -15 $$"], exitCode: 143 },
  { name: "ended by SIGSEGV", command: ["sh", "-c", "kill -11 $$"], exitCode: 139 },
  { name: "not executable", command: ["/etc/passwd"], exitCode: 126 },
  { name: "not found", command: ["no-such-command"], exitCode: 127 },
  { name: "not found by its path", command: ["/no/such/command"], exitCode: 127 },
  { name: "a success code", command: ["sh", "-c", "exit 143"], successCode: 143, exitCode: 0 },
  {
    name: "SIGTERM",
    command: ["sh", "-c", "echo up; exec sleep 60"],
    signal: "SIGTERM",
    exitCode: 143,
  },
  { name: "SIGTERM, taken", command: trapping("TERM", 9), signal: "SIGTERM", exitCode: 9 },
  ...(["HUP", "QUIT", "USR1", "USR2", "WINCH", "CONT"] as const).map((name, index) => ({
    name: `SIG${name}`,
    command: trapping(name, 40 + index),
    signal: `SIG${name}` as Deno.Signal,
    exitCode: 40 + index,
  })),
];

const hasTini = permitted("run") && await succeeds("tini", "--version");

/** Runs one case; gives the exit code. */
async function exitCodeOf(program: Program, { signal }: Case): Promise<number> {
  await using running = program;
  if (signal !== undefined) {
    await running.line((text) => text === "up", 20_000, "the service is up");
    running.kill(signal);
  }
  return await running.ended();
}

processTest("a node passes on signals, and the exit code of its service", async () => {
  const waiting = [...cases];
  const ended: Record<string, number> = {};
  const next = async (): Promise<void> => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      const { successCode, command, name } = each;
      const flags = successCode === undefined ? [] : ["--success-codes", `${successCode}`];
      ended[name] = await exitCodeOf(carry(flags, command), each);
    }
  };
  await Promise.all([next(), next(), next(), next()]);
  const expected = Object.fromEntries(cases.map(({ name, exitCode }) => [name, exitCode]));
  assert.deepEqual(ended, expected);
});

Deno.test({
  name: `tini passes on what a carried service does${hasTini ? "" : " (needs tini)"}`,
  ignore: !hasTini,
  async fn() {
    for (const each of cases) {
      const flags = each.successCode === undefined ? [] : ["-e", `${each.successCode}`];
      const command = ["tini", "-s", ...flags, "--", ...each.command];
      // A shell cannot trap what it ignores from the start, under nohup or behind `&`.
      const tini = new Program("env", ["--default-signal", ...command]);
      assert.equal(await exitCodeOf(tini, each), each.exitCode, each.name);
    }
  },
});

processTest("a signal is rewritten", async () => {
  await using service = carry(["--rewrite-signal", "TERM=QUIT"], trapping("QUIT", 5));
  await service.line((text) => text === "up", 20_000, "the service is up");
  service.kill("SIGTERM");
  assert.equal(await service.ended(), 5);
});

processTest("a killed service is failing at once, and started again by its policy", async () => {
  await using service = carryShell(
    ["--restart", "on-failure:1"],
    "echo up $$; exec sleep 60",
  );
  const first = await service.line((text) => text.startsWith("up"), 20_000, "it is up");
  Deno.kill(Number(first.text.split(" ")[1]), "SIGKILL");
  await service.line(
    (text) => text.includes("its service is failing: SIGKILL"),
    5000,
    "it is failing",
  );
  const second = await service.line(
    (text) => text.startsWith("up") && text !== first.text,
    5000,
    "it is up again",
  );
  Deno.kill(Number(second.text.split(" ")[1]), "SIGKILL");
  assert.equal(await service.ended(), 137, "once is all that the policy allows");
  assert.ok(service.lines.some(({ text }) => text.endsWith("service has stopped: SIGKILL")));
});

processTest(
  "a node warns of its own service that cannot start, or dies, and of no other end",
  async () => {
    const warned = async (command: string[], flags: string[] = []): Promise<string[]> => {
      await using service = carry(["--log-level", "warning", ...flags], command);
      await service.ended();
      return service.lines.map(({ text }) => text.slice(text.indexOf("[")));
    };
    const says = "[warning] n1@127.0.0.1 says that its service has stopped: ";
    assert.deepEqual(await warned(["./no-such"]), [
      `${says}Cannot start "./no-such": it is not found`,
    ]);
    await using folder = new TemporaryFolder();
    const script = `${folder.path}/script`;
    await Deno.writeTextFile(script, "#!/no/such/shell\n", { mode: 0o755 });
    assert.deepEqual(await warned([script]), [
      `${says}Cannot start "${script}": what is to run it is not found, ` +
      "the interpreter in its first line or its dynamic loader",
    ]);
    assert.deepEqual(await warned(["false"]), [`${says}exit code 1`]);
    assert.deepEqual(await warned(["true"]), []);
    assert.deepEqual(await warned(["false"], ["--success-codes", "1"]), []);
    await using told = carry(["--log-level", "warning"], trapping("TERM", 7));
    await told.line((text) => text === "up", 20_000, "it is up");
    told.kill("SIGTERM");
    assert.equal(await told.ended(), 7);
    assert.equal(told.printed("stdout"), "up\n");
  },
);

processTest("a node tells how its service has ended, and then that it leaves", async () => {
  await using service = carryShell(["--restart", "on-failure:1"], "exit 7");
  assert.equal(await service.ended(), 7);
  const told = service.lines.map(({ text }) => text.slice(text.indexOf("n1@")));
  assert.deepEqual(told.filter((text) => !text.startsWith("n1@127.0.0.1[")).slice(-4, -1), [
    "n1@127.0.0.1 says that its service is ready: the process runs",
    "n1@127.0.0.1 says that its service has stopped: exit code 7",
    "n1@127.0.0.1 is leaving: its service has ended",
  ]);
});

processTest("a service that ignores SIGTERM is killed with all that it has started", async () => {
  const text = "trap '' TERM; sleep 60 & echo up $!; while :; do sleep 1; done";
  await using service = carryShell(["--stop-timeout", "300ms"], text);
  const { text: up } = await service.line((line) => line.startsWith("up"), 20_000, "it is up");
  service.kill("SIGTERM");
  assert.equal(await service.ended(), 137);
  assert.equal(await lives(Number(up.split(" ")[1])), false);
});

processTest("what a service leaves behind in its group has its time, and is ended", async () => {
  // The shell ends at once; the worker behind it needs a moment, and is given it.
  const worker = "(trap 'sleep 0.3; echo done; exit' TERM; echo up; while :; do sleep 0.05; done)";
  await using service = carryShell([], `${worker} & wait`);
  await service.line((text) => text === "up", 20_000, "the worker is up");
  service.kill("SIGTERM");
  assert.equal(await service.ended(), 143);
  assert.ok(service.lines.some(({ text }) => text === "done"), service.text);
});

processTest("a service drains before it gets SIGTERM, and a second one hurries", async () => {
  await using service = carry(["--drain", "1m"], trapping("TERM", 3));
  await service.line((text) => text === "up", 20_000, "it is up");
  service.kill("SIGTERM");
  await service.line((text) => text.includes("its service is draining"), 5000, "it drains");
  // Right behind the first one it would be taken for the same.
  await linesPass([service], 2);
  service.kill("SIGTERM");
  assert.equal(await service.ended(), 3);
});

processTest("orphans are reaped by a subreaper, and its own children are not lost", async () => {
  const orphans = 100;
  const text = `i=0; while [ $i -lt ${orphans} ]; do i=$((i+1)); (sleep 0.1 &); done; ` +
    "echo up; sleep 0.5; exec sleep 60";
  const flags = ["--subreaper", "--ready", "exec:true", "--ready-interval", "100ms"];
  await using service = carryShell(flags, text);
  await service.line((text) => text === "up", 20_000, "the orphans are there");
  await service.line(
    (text) => text.includes("its service is ready: the check"),
    5000,
    "the probe is ours",
  );
  await eventually(
    async () => {
      const children = await childrenOf(service.pid);
      return children.length <= 2 && children.every(({ state }) => state !== "Z");
    },
    10_000,
    "no zombie is left",
  );
  service.kill("SIGTERM");
  assert.equal(await service.ended(), 143);
});

processTest(
  "output comes through byte for byte, however much it is, and the tail too",
  async () => {
    // Three MB without meaning, and a last line without its end.
    const text = "head -c 3000000 /dev/zero | tr '\\0' '\\377'; printf '\\r\\ntail'";
    const { program, args } = carrierCommand("--log-level", "error");
    const command = new Deno.Command(program, {
      args: [...args, "sh", "-c", text],
      stderr: "null",
    });
    const { stdout, code } = await command.output();
    assert.equal(code, 0);
    assert.equal(stdout.length, 3_000_006);
    assert.ok(stdout.subarray(0, 3_000_000).every((byte) => byte === 0xff));
    assert.equal(new TextDecoder().decode(stdout.subarray(3_000_000)), "\r\ntail");
  },
);

processTest("a last line without its end stays out of the next line of the log", async () => {
  const text = "printf partial; printf partial >&2; exit 7";
  const flags = ["--log-format", "json", "--restart", "on-failure:1"];
  await using service = carryShell(flags, text);
  assert.equal(await service.ended(), 7);
  const printed = service.printed("stdout").trimEnd().split("\n");
  const others = printed.filter((line) => !line.startsWith("{"));
  assert.match(others.join("+"), /^partial\+?partial$/);
  for (const line of printed.filter((line) => line.startsWith("{"))) JSON.parse(line);
  assert.equal(service.printed("stderr"), "partialpartial\n", "no line of the log is there");
});

processTest("a service gets the environment without secrets", async () => {
  await using service = carry([], ["env"], {
    CLUSTERNODE_COOKIE: "secret",
    CLUSTERNODE_REGISTRY: "postgres://me:secret@db/app",
    CLUSTERNODE_BEAM_COOKIE: "secret",
    KEPT: "as it is",
  });
  assert.equal(await service.ended(), 0);
  const printed = service.printed("stdout");
  assert.match(printed, /^KEPT=as it is$/m);
  assert.match(printed, /^CLUSTERNODE_SELF=n1@127.0.0.1$/m);
  assert.match(printed, /^CLUSTERNODE_CLUSTER=default$/m);
  assert.match(printed, /^CLUSTERNODE_ADDRESS=127.0.0.1:\d+$/m);
  assert.match(printed, /^CLUSTERNODE_INSTANCE=[0-9a-f]{32}$/m);
  assert.doesNotMatch(printed, /secret/);
});

const hasPython = permitted("run") && await succeeds("python3", "--version");

Deno.test({
  name: `the command that the documents show carries a service${
    hasPython ? "" : " (needs python3)"
  }`,
  ignore: !hasPython || !permitted("read", "write", "run", "net"),
  async fn() {
    const page = readSource("docs/services_and_hooks.md");
    const shown = /^clusternode (start .* -- python3 .*)$/m.exec(page)?.[1];
    assert.ok(shown);
    const port = `${freePort()}`;
    const words = shown.replaceAll("8080", port).split(" ");
    const end = words.indexOf("--");
    const command = [...words.slice(0, end), ...aloneOptions(), ...words.slice(end)];
    await using node = Program.run([...command, "--bind", "127.0.0.1"]);
    await node.line(
      (text) => text.endsWith("its service is ready: the check succeeds"),
      20_000,
      "up",
    );
    assert.equal(await accepts(Number(port)), true);
    node.kill("SIGTERM");
    assert.equal(await node.ended(), 143);
    assert.equal(await accepts(Number(port)), false);
  },
});

processTest(
  "a service ends with a node that cannot go on, and is never started before",
  async () => {
    await using cluster = new Cluster();
    const service = ["--", "sh", "-c", "echo up; exec sleep 60"];
    const first = cluster.start("n1@127.0.0.1", ...service);
    await first.line((text) => text === "up", 20_000, "the first one is up");
    const second = cluster.start("n1@127.0.0.1", ...service);
    assert.equal(await second.ended(), 3, "the name is taken");
    assert.ok(!second.lines.some(({ text }) => text === "up"), second.text);
    const left = await cluster.command("leave", "--name", "n1@127.0.0.1");
    assert.equal(left.code, 0, left.stderr);
    assert.equal(await first.ended(), 0, "its node was asked to leave");
  },
);

processTest(
  "a service that waits for others is not started by a signal, nor waited for",
  async () => {
    await using node = carry(["--after", "members=2"], ["echo", "up"]);
    await node.line((text) => text.includes("it waits for members=2"), 20_000, "it waits");
    node.kill("SIGTERM");
    assert.equal(await node.ended(), 143);
    assert.ok(!node.lines.some(({ text }) => text === "up"), node.text);
  },
);
