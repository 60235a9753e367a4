/**
 * Real Elixir nodes, and a real EPMD, as processes of their own.
 *
 * Every test has an EPMD port of its own, so none of its nodes meets anybody else's.
 *
 * @module
 */
import assert from "node:assert/strict";
import { LineSplitter } from "../../lib/cli/terminal/line_splitter.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { cookie } from "../beam/fixtures.ts";
import { News } from "../integration/news.ts";
import { needingServer, programPath, type ServerNeeds } from "../servers/server.ts";
import { accepts } from "../support/ports.ts";
import { patienceMs, until } from "../support/waiting.ts";

/** What has to be there for real nodes. */
export const needs: ServerNeeds = {
  permissions: ["net", "run", "read", "write", "env", "sys"],
  programs: ["elixir", "erl", "epmd"],
};

/** A test with real nodes; skipped by name where there is no Elixir. */
export function elixirTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needingServer(name, needs), fn });
}

/** How a node is started. */
export interface ElixirOptions {
  readonly epmdPort: number;
  readonly cookie?: string;
  /** The script in `tests/beam/`, `command_node.exs` if not told. */
  readonly script?: string;
  readonly args?: readonly string[];
  /** More words for the virtual machine. */
  readonly erl?: string;
}

/** What runs as a process, and the lines that it prints. */
export class ChildLines implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #over: Promise<unknown>;
  readonly #news = new News();
  #hasEnded = false;

  constructor(program: string, args: readonly string[], env: Record<string, string>) {
    this.#process = new Deno.Command(program, {
      args: [...args],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#over = Promise.all([
      this.#read(this.#process.stdout),
      this.#read(this.#process.stderr),
      this.#process.status,
    ]).then(() => {
      this.#hasEnded = true;
      this.#news.tell();
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Lines that tell of something wrong. */
  get complaints(): string[] {
    return this.lines.filter((line) => /\[(error|warn\w*)\]|\*\*|Error/.test(line));
  }

  kill(signal: Deno.Signal): void {
    if (!this.#hasEnded) this.#process.kill(signal);
  }

  /** Stops it in the middle of whatever it does; resolves when none of its threads moves. */
  async freeze(): Promise<void> {
    this.kill("SIGSTOP");
    await until("every thread stands", async () => {
      for await (const { name } of Deno.readDir(`/proc/${this.pid}/task`)) {
        const status = await Deno.readTextFile(`/proc/${this.pid}/task/${name}/status`);
        if (!/^State:\s+T/m.test(status)) return false;
      }
      return true;
    });
  }

  /** Resolves when it has ended. */
  async ended(): Promise<void> {
    await this.#over;
  }

  /** Writes a line to it. */
  async write(line: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Lets it read the end of its input. */
  async closeInput(): Promise<void> {
    await this.#writer.close().catch(() => {});
  }

  /** The first line from `since` on that matches. */
  async line(pattern: RegExp, since = 0, withinMs: number = patienceMs): Promise<string> {
    const deadline = performance.now() + withinMs;
    for (let next = since;; next++) {
      while (next >= this.lines.length) {
        const leftMs = deadline - performance.now();
        const told = this.lines.slice(-20).join("\n");
        assert.ok(leftMs > 0, `no line ${pattern} within ${withinMs} ms, but:\n${told}`);
        assert.ok(!this.#hasEnded, `it ended without the line ${pattern}:\n${told}`);
        await this.#news.next(leftMs);
      }
      const line = this.lines[next] ?? "";
      if (pattern.test(line)) return line;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeInput();
    this.kill("SIGKILL");
    await this.#over;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const splitter = new LineSplitter((line) => this.lines.push(line));
    for await (const chunk of stream) {
      splitter.push(chunk);
      this.#news.tell();
    }
    splitter.end();
    this.#news.tell();
  }
}

/** A node of Elixir. */
export class ElixirNode extends ChildLines {
  readonly name: NodeName;

  constructor(name: NodeName, options: ElixirOptions) {
    const { epmdPort, script = "command_node.exs", args = [], erl = "" } = options;
    const path = new URL(`../beam/${script}`, import.meta.url).pathname;
    super(programPath("elixir", needs), [
      ...["--name", name, "--cookie", options.cookie ?? cookie],
      ...["--erl", `-start_epmd false ${erl}`, path, ...args],
    ], { ERL_EPMD_PORT: String(epmdPort), ERL_CRASH_DUMP_SECONDS: "0" });
    this.name = name;
  }

  /** A node that does what it is told, ready for that. */
  static async start(name: NodeName, options: ElixirOptions): Promise<ElixirNode> {
    const node = new ElixirNode(name, options);
    await node.line(/^ready$/);
    return node;
  }

  /** Lets it evaluate one line of Elixir; the result as Elixir shows it. */
  async eval(code: string, withinMs?: number): Promise<string> {
    const since = this.lines.length;
    await this.write(code);
    return (await this.line(/^=> /, since, withinMs)).slice("=> ".length);
  }

  /** What `Node.ping` says about `name`. */
  ping(name: NodeName): Promise<string> {
    return this.eval(`Node.ping(:"${name}")`);
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    await this.closeInput();
    await this.ended();
  }
}

/** The EPMD of Erlang. */
export class RealEpmd extends ChildLines {
  static async start(port: number): Promise<RealEpmd> {
    const epmd = new RealEpmd(programPath("epmd", needs), ["-port", `${port}`], {});
    await until("EPMD listens", () => accepts(port));
    return epmd;
  }
}
