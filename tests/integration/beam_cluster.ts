/**
 * Elixir nodes that run the program with which it all began, and clusternodes, in one folder.
 *
 * Each cluster has an EPMD port of its own, so that tests neither meet each other nor the EPMD of the
 * machine.
 *
 * @module
 */
import { needingServer } from "../servers/server.ts";
import { commandResult } from "./cluster.ts";
import type { CommandResult } from "./cluster.ts";
import { eventually, Program } from "./process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { accepts, freePort } from "../support/ports.ts";

const seedProgram = new URL("../beam/seed_node.exs", import.meta.url).pathname;

/** The Erlang cookie of the tests. */
export const erlangCookie = "BEAMTESTCOOKIE";

/** For how long a frozen node holds up the ping of an Elixir node, in seconds: a minute by default. */
const netTickTimeS = 4;

/** A test with real Elixir nodes; skipped by name where Elixir is not installed. */
export function beamTest(name: string, fn: () => Promise<void>): void {
  const permissions = ["read", "write", "run", "env", "net", "sys"] as const;
  Deno.test({ ...needingServer(name, { permissions, programs: ["elixir"] }), fn });
}

/** Nodes of both kinds that share one folder. */
export class BeamCluster implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  /** The folder with the rows and timestamps. */
  readonly registry = `${this.folder.path}/registry`;
  readonly #epmdPort = freePort();
  readonly #programs: Program[] = [];

  get #env(): Record<string, string> {
    return { ERL_EPMD_PORT: `${this.#epmdPort}` };
  }

  /** Starts the EPMD of Erlang itself, for tests in which nodes with one of their own may go. */
  async startEpmd(): Promise<void> {
    const epmd = new Program("epmd", ["-port", `${this.#epmdPort}`], this.#env);
    this.#programs.push(epmd);
    await eventually(() => accepts(this.#epmdPort), 10_000, "epmd listens");
  }

  /** Starts an Elixir node, which does not start an EPMD: that would outlive the test. */
  elixir(name: string, cookie = erlangCookie): Program {
    const erlang = `-start_epmd false -kernel net_ticktime ${netTickTimeS}`;
    const args = ["--erl", erlang, "--name", name, "--cookie", cookie, seedProgram, this.registry];
    return this.#kept(new Program("elixir", args, this.#env));
  }

  /** Starts a clusternode that shares its pulse. */
  clusternode(name: string, ...more: string[]): Program {
    const args = ["start", "--beam", "--beam-cookie", erlangCookie, "--name", name];
    const log = ["--log-file", "none"];
    return this.#kept(Program.run([...args, ...this.#options, ...log, ...more], this.#env));
  }

  /** Three Elixir nodes and two clusternodes; resolves once all files are in the folder. */
  async startFive(): Promise<{ elixirs: Program[]; nodes: Program[]; all: Program[] }> {
    const nodes = ["c1@127.0.0.1", "c2@127.0.0.1"].map((name) => this.clusternode(name));
    // The first EPMD may be that of a clusternode, without which no Elixir node can start.
    await eventually(() => accepts(this.#epmdPort), 20_000, "an EPMD listens");
    const elixirs = ["e1@127.0.0.1", "e2@127.0.0.1", "e3@127.0.0.1"].map((name) =>
      this.elixir(name)
    );
    await eventually(() => this.files().length === 5, 30_000, "five files are in the folder");
    return { elixirs, nodes, all: [...nodes, ...elixirs] };
  }

  /** Everything in the folder, dot files included, sorted. */
  files(): string[] {
    try {
      return Array.from(Deno.readDirSync(this.registry), ({ name }) => name).sort();
    } catch {
      return [];
    }
  }

  /** Runs another command of the program, in this cluster. */
  async command(...args: string[]): Promise<CommandResult> {
    return await commandResult([...args, ...this.#options], this.#env);
  }

  /** `ping --beam`, which needs no registry. */
  async ping(...args: string[]): Promise<CommandResult> {
    // Without a home there is no Erlang cookie of the user who runs the tests.
    return await commandResult(["ping", "--beam", ...args], { ...this.#env, HOME: "" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program[Symbol.asyncDispose]()));
    await this.folder[Symbol.asyncDispose]();
  }

  get #options(): string[] {
    return ["--registry", `file://${this.registry}`];
  }

  #kept(program: Program): Program {
    this.#programs.push(program);
    return program;
  }
}
