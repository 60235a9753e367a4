/**
 * Containers with nodes in them, and what these say.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MemberReport } from "../../lib/report/member_report.ts";
import { Program } from "../integration/process.ts";
import { attempt, docker, inspect } from "./engine.ts";

/** One container; its log is read line by line, with times, as that of a process is. */
export class Container implements AsyncDisposable {
  readonly id: string;
  /** What it has printed since it was found, or since {@linkcode Container.listen}. */
  log: Program;

  /** @param id the id of a container that has been started */
  constructor(id: string) {
    this.id = id;
    this.log = new Program("docker", ["logs", "--follow", id]);
  }

  /** Starts a container with `docker run`; a node, unless `args` end with another command. */
  static async run(...args: string[]): Promise<Container> {
    return new Container(await docker("run", "--detach", ...args));
  }

  /** Reads the log of a container that was started anew, without what it said before. */
  async listen(): Promise<void> {
    await this.log[Symbol.asyncDispose]();
    this.log = new Program("docker", ["logs", "--follow", "--tail", "0", this.id]);
  }

  /** The name of its node, which it has said itself. */
  async nodeName(): Promise<string> {
    const { text } = await this.log.line((line) => line.includes('["'), 10_000, "a status line");
    return /^\S+ \[info\] (\S+@[^[]+)\["/.exec(text)?.[1] ?? assert.fail(text);
  }

  /** What its node sees. */
  async members(): Promise<readonly MemberReport[]> {
    return JSON.parse(await this.command("members", "--json")).members;
  }

  /** Runs a command of the program in the container. */
  command(...args: string[]): Promise<string> {
    return docker("exec", this.id, "/clusternode", ...args);
  }

  /** Its address in a network that it is in. */
  address(network: string): Promise<string> {
    return inspect(this.id, `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`);
  }

  /** The number of its first process on the machine of the engine. */
  async pid(): Promise<number> {
    return Number(await inspect(this.id, "{{.State.Pid}}"));
  }

  /** How it stands: `running`, `exited`, `paused` …, and how often it was restarted by itself. */
  state(): Promise<string> {
    return inspect(this.id, "{{.State.Status}} {{.RestartCount}}");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.log[Symbol.asyncDispose]();
    await attempt("docker", ["rm", "--force", "--volumes", this.id]);
  }
}

/** A network and a volume of its own for one test, and containers in them. */
export class Yard implements AsyncDisposable {
  readonly name: string;
  readonly containers: Container[] = [];
  readonly #volumes: string[] = [];
  readonly #networks: string[] = [];

  private constructor(name: string) {
    this.name = name;
  }

  /** A network and a volume, both called `name`. */
  static async open(
    name: string,
    options: { readonly network?: readonly string[]; readonly volume?: readonly string[] } = {},
  ): Promise<Yard> {
    const yard = new Yard(name);
    await yard.addNetwork(name, ...options.network ?? []);
    await docker("volume", "create", ...options.volume ?? [], name);
    yard.#volumes.push(name);
    return yard;
  }

  async addNetwork(name: string, ...options: string[]): Promise<void> {
    await docker("network", "create", ...options, name);
    this.#networks.push(name);
  }

  /** Starts a node as docs/deploying/docker.md has it, in this yard's network unless `options` name another. */
  async start(options: readonly string[] = [], ...words: string[]): Promise<Container> {
    const network = options.some((option) => option.startsWith("--network"))
      ? []
      : ["--network", this.name];
    const container = await Container.run(
      ...["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...["--volume", `${this.name}:/data`, ...network, ...options, "clusternode", ...words],
    );
    this.containers.push(container);
    return container;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.containers.map((container) => container[Symbol.asyncDispose]()));
    for (const name of this.#networks) await attempt("docker", ["network", "rm", name]);
    for (const name of this.#volumes) await attempt("docker", ["volume", "rm", name]);
  }
}
