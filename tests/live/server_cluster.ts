/**
 * Real nodes that meet in a registry with a server, and what may be read of all that they say.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { StoredRow } from "../../lib/registry/registry.ts";
import { commandResult, namesOf } from "../integration/cluster.ts";
import type { CommandResult } from "../integration/cluster.ts";
import { eventually, Program } from "../integration/process.ts";
import { never } from "../registry/rows.ts";
import type { NodeServer } from "./back_end.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

/** What a cluster has to know of its storage. */
export type Meeting = Pick<NodeServer, "environment" | "secrets" | "open">;

/** Several nodes with one server. */
export class ServerCluster implements AsyncDisposable {
  /** Those that run, or should. */
  readonly nodes: Program[] = [];
  /** Those that have ended. */
  readonly #ended: Program[] = [];
  readonly #folder = new TemporaryFolder();
  readonly #server: Meeting;
  /** Everything else that was printed. */
  #said = "";

  constructor(server: Meeting) {
    this.#server = server;
  }

  /** Starts one node on loopback that says all that it can say. */
  start(name: string, environment = this.#server.environment, ...more: string[]): Program {
    const node = Program.run(
      ["start", "--name", name, "--log-file", this.#logFile, "--log-level", "debug", ...more],
      environment,
    );
    this.nodes.push(node);
    return node;
  }

  /** Starts n1 … n`count`. */
  startMany(count: number): Program[] {
    return namesOf(count).map((name) => this.start(name));
  }

  /** Ends a node at once, and forgets it but for what it has said. */
  async kill(node: Program): Promise<void> {
    node.kill("SIGKILL");
    this.nodes.splice(this.nodes.indexOf(node), 1);
    this.#ended.push(node);
    await node.ended();
  }

  /** Runs another command with this registry to its end. */
  async command(...args: string[]): Promise<CommandResult> {
    const result = await commandResult(args, this.#server.environment);
    this.#said += result.stdout + result.stderr;
    return result;
  }

  /** The rows that are in the registry, in the order of their names. */
  async rows(): Promise<StoredRow[]> {
    await using registry = await this.#server.open();
    const { rows, foreignEntries } = await registry.list(never);
    assert.deepEqual(foreignEntries, []);
    return rows.toSorted((one, other) => one.row.name < other.row.name ? -1 : 1);
  }

  /**
   * Waits until every one of `names`, and nobody else, has a row that none of `before` is; fails
   * after `withinMs`. How long that took, in milliseconds.
   */
  async rowsAreNew(
    names: readonly string[],
    before: readonly StoredRow[],
    withinMs: number,
  ): Promise<number> {
    const old = new Set(before.map(({ version }) => version));
    await using registry = await this.#server.open();
    const areNew = async (): Promise<boolean> => {
      const { rows } = await registry.list(never);
      return rows.length === names.length &&
        names.every((name) => rows.some(({ row }) => row.name === name)) &&
        rows.every(({ version }) => !old.has(version));
    };
    // What is late is waited for, so that the failure tells how late it was.
    return await eventually(areNew, withinMs + 5_000, `new rows of ${names}`);
  }

  /**
   * Fails if anything that was printed or logged, or that other users see of the processes, holds a
   * secret of the registry or its cookie.
   */
  async assertNothingLeaked(): Promise<void> {
    await using registry = await this.#server.open();
    const cookie = await registry.cookie(never) ?? assert.fail("there is no cookie");
    const log = await Deno.readTextFile(this.#logFile);
    assert.match(log, /\[info\]/);
    const texts = [...this.nodes, ...this.#ended].map(({ text }) => text);
    const all = [...texts, log, this.#said, ...this.nodes.map(seenByOthers)].join("\n");
    for (const secret of [...this.#server.secrets, cookie]) {
      const at = all.indexOf(secret);
      assert.ok(at < 0, `a secret is told: ${all.slice(Math.max(0, at - 200), at + 50)}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.nodes, ...this.#ended].map((node) => node[Symbol.asyncDispose]()));
    await this.#folder[Symbol.asyncDispose]();
  }

  get #logFile(): string {
    return `${this.#folder.path}/cluster.log`;
  }
}

/** What all users of a machine can read of a process that runs. */
function seenByOthers({ pid, isRunning }: Program): string {
  if (Deno.build.os !== "linux" || !isRunning) return "";
  return ["cmdline", "comm"].map((name) => Deno.readTextFileSync(`/proc/${pid}/${name}`)).join();
}
