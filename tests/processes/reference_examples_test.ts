/**
 * The examples of all commands, in `help` and in the reference, run as they stand there: in a shell,
 * with real nodes. Only addresses, ports, paths and the number of simulated runs are others.
 *
 * @module
 */
import assert from "node:assert/strict";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import { allTrue, Cluster, shown, showsDead } from "../integration/cluster.ts";
import { processTest, Program, programCommand, succeeds } from "../integration/process.ts";
import { needing, permitted } from "../permissions.ts";
import { freePort } from "../support/ports.ts";

const examples = commandEntries.flatMap(([, entry]) => entry.examples);

/** Those that go on until they are interrupted, and what they show before. */
const lasting: readonly (readonly [RegExp, RegExp])[] = [
  [/^clusternode --name /, /\["n1@127\.0\.0\.1": true\]/],
  [/^clusternode --interval /, /\["[^"]+": true\]/],
  [/^clusternode --beam /, /\["n9@127\.0\.0\.1": true\]/],
  [/^clusternode start --ready /, /is ready/],
  [/^clusternode local 5 --http /, /\[("n\d@127\.0\.0\.1": true(, )?){5}\]/],
  [/^clusternode local 5 --kill-one /, /": false/],
  [/^clusternode ping .* --beam$/, /^pong from n1@127\.0\.0\.1/],
  [/ --watch$/, /n3@127\.0\.0\.1 +alive/],
  [/ --follow$/, /n3@127\.0\.0\.1/],
  [/ --serve /, /http:/],
];

/** Those that want a dead n3 or change the cluster, in the order in which they can be run. */
const late = [/ --member n3 /, / explain n3$/, / --status down /, / --dead /, / n3@/, / leave /];

/** Shells that examples are for; all others are for bash. */
const otherShells: Readonly<Record<string, RegExp>> = {
  zsh: / completions zsh/,
  fish: / completions fish/,
};

/** What succeeds in a shell that has sourced completions. */
const proofs: Readonly<Record<string, string>> = {
  bash: "complete -p clusternode",
  zsh: "whence _clusternode",
  fish: "complete -c clusternode | grep registry",
};

/** The shell that an example is for. */
function shellOf(example: string): string {
  return Object.entries(otherShells).find(([, its]) => its.test(example))?.[0] ?? "bash";
}

/** Which of them the example is, from 0 on; -1 if it is none. */
function rankIn(patterns: readonly RegExp[], example: string): number {
  return patterns.findIndex((pattern) => pattern.test(example));
}

/** A shell with `clusternode` on its path, in the folder of a cluster that it finds by itself. */
class Shell {
  readonly #folder: string;
  readonly #environment: Record<string, string>;

  constructor(cluster: Cluster) {
    this.#folder = cluster.folder.path;
    Deno.mkdirSync(`${this.#folder}/bin`);
    const { command, args } = programCommand();
    this.#script("bin/clusternode", `exec ${[command, ...args].join(" ")} "$@"`);
    this.#script("bin/hostname", "echo 127.0.0.1");
    this.#script("run-the-tests", "true");
    const serve = "Deno.serve({ port: Number(Deno.args[1]) }, () => new Response())";
    this.#script("my-service", `exec ${Deno.execPath()} eval '${serve}' -- "$@"`);
    this.#environment = {
      PATH: `${this.#folder}/bin:${Deno.env.get("PATH")}`,
      CLUSTERNODE_REGISTRY: cluster.options[1] ?? "",
      CLUSTERNODE_LOG_FILE: cluster.logFile,
      CLUSTERNODE_BEAM_COOKIE: "ofnobody",
      ERL_EPMD_PORT: `${freePort()}`,
    };
  }

  /** Starts an example; nodes get a registry of their own, so that none meets those of the cluster. */
  run(example: string): Program {
    const shell = shellOf(example);
    const isNode = /^clusternode (--|start|local)/.test(example);
    const registry = isNode
      ? { CLUSTERNODE_REGISTRY: Deno.makeTempDirSync({ dir: this.#folder }) }
      : {};
    const setUp = shell === "zsh" ? "autoload -Uz compinit; compinit -D; " : "";
    const proof = example.includes(" completions ") ? ` && ${proofs[shell]}` : "";
    // Without anything behind it, a shell gives its place to the command, which gets the signals.
    const words = `cd ${this.#folder}; ${setUp}${this.#fitted(example)}${proof}`;
    return new Program(shell, ["-c", words], { ...this.#environment, ...registry });
  }

  #fitted(example: string): string {
    return example.replace(/ +# .*/, "").replaceAll(/\b10\.0\.0\.\d/g, "127.0.0.1")
      .replaceAll(/\/mnt\/\w+(?=\s|\/)/g, `${this.#folder}/mnt`)
      .replaceAll(/\b808\d\b/g, `${freePort()}`).replace("--runs 100", "--runs 3");
  }

  #script(name: string, line: string): void {
    Deno.writeTextFileSync(`${this.#folder}/${name}`, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
}

/** Runs an example to its end, or until it shows what it should. */
async function check(shell: Shell, example: string): Promise<void> {
  await using program = shell.run(example);
  const [, sign] = lasting.find(([pattern]) => pattern.test(example)) ?? [];
  if (sign === undefined) {
    assert.equal(await program.ended(60_000), 0, `${example}\n${program.text}`);
    return;
  }
  await program.line((text) => sign.test(text), 30_000, `${example} shows ${sign}`);
  program.kill("SIGINT");
  // 143 is that of a service which ends by SIGTERM.
  assert.ok([0, 130, 143].includes(await program.ended()), `${example}\n${program.text}`);
}

processTest("the examples of all commands run in bash", async () => {
  await using cluster = new Cluster();
  const shell = new Shell(cluster);
  const more = ["--tag", "role=db", "--http", `${freePort()}`, "--", "sleep", "600"];
  const nodes = [
    cluster.start("n1@127.0.0.1", ...more),
    cluster.start("n2@127.0.0.1", "--tag", "role=db", "--", "sleep", "600"),
    cluster.start("n3@127.0.0.1"),
  ];
  await shown(nodes, allTrue(3), performance.now(), 20_000);
  // To the Erlang protocol it is one of those that the example pings.
  await using beamNode = shell.run("clusternode --beam --name n1@127.0.0.1");
  await shown([beamNode], allTrue(1), performance.now(), 20_000);
  const early = examples.filter((example) =>
    rankIn(late, example) < 0 && shellOf(example) === "bash"
  );
  for (const example of early) await check(shell, example);
  const [first, second, third] = nodes;
  third?.kill("SIGKILL");
  await shown(
    [first, second].flatMap((node) => node ?? []),
    showsDead("n3@127.0.0.1"),
    performance.now(),
    20_000,
  );
  const last = examples.filter((example) => rankIn(late, example) >= 0)
    .toSorted((one, other) => rankIn(late, one) - rankIn(late, other));
  for (const example of last) await check(shell, example);
  assert.equal(await first?.ended(), 0, "n1 has left");
});

for (const shell of Object.keys(otherShells)) {
  const isMissing = permitted("run", "env") && Deno.env.get("CI") !== "true" &&
    !await succeeds(shell, "--version");
  const named = needing(`the examples for ${shell} run`, "read", "write", "run", "env");
  Deno.test({
    name: isMissing ? `${named.name} (needs ${shell} installed)` : named.name,
    ignore: named.ignore || isMissing,
    async fn() {
      await using cluster = new Cluster();
      const shells = new Shell(cluster);
      const own = examples.filter((example) => shellOf(example) === shell);
      assert.ok(own.length > 0);
      for (const example of own) await check(shells, example);
    },
  });
}
