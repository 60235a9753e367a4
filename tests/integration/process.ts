/**
 * Real nodes for the integration tests: processes, their lines, and waiting for what they say.
 *
 * They run from source, or, with `CLUSTERNODE_BINARY=path`, as the compiled binary.
 *
 * @module
 */
import assert from "node:assert/strict";
import { LineSplitter } from "../../lib/cli/line_splitter.ts";

const mainScript = new URL("../../main.ts", import.meta.url).pathname;

/** What stands in front of the arguments of the program. */
export function programCommand(): { command: string; args: string[] } {
  const binary = Deno.env.get("CLUSTERNODE_BINARY");
  return binary
    ? { command: binary, args: [] }
    : { command: Deno.execPath(), args: ["run", "--allow-all", "--no-prompt", mainScript] };
}

/** A line with the time at which it was read, on this test's monotonic clock. */
export interface TimedLine {
  readonly text: string;
  readonly at: number;
}

/** A running program whose output is read line by line. */
export class Program implements AsyncDisposable {
  readonly lines: TimedLine[] = [];
  readonly startedAt: number;
  readonly #process: Deno.ChildProcess;
  readonly #drained: Promise<unknown>;
  readonly #watchers = new Set<() => void>();
  #status: Deno.CommandStatus | undefined;

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    this.startedAt = performance.now();
    this.#process = new Deno.Command(command, {
      args: [...args],
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#drained = Promise.all([
      this.#read(this.#process.stdout),
      this.#read(this.#process.stderr),
      this.#process.status.then((status) => {
        this.#status = status;
        this.#wake();
      }),
    ]);
  }

  /** The program under test with these arguments. */
  static run(args: readonly string[], env: Record<string, string> = {}): Program {
    const program = programCommand();
    return new Program(program.command, [...program.args, ...args], env);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Everything that was printed, as one text. */
  get text(): string {
    return this.lines.map(({ text }) => text).join("\n");
  }

  kill(signal: Deno.Signal): void {
    if (this.#status === undefined) this.#process.kill(signal);
  }

  /** The exit code, once the program has ended and all of its output was read. */
  async ended(withinMs = 20_000): Promise<number> {
    await this.until(() => this.#status !== undefined, withinMs, "it ends");
    await this.#drained;
    return this.#status?.code ?? -1;
  }

  /** Waits until `holds()` looking again at each new line; how long that took. */
  async until(holds: () => boolean, withinMs: number, what: string): Promise<number> {
    const begun = performance.now();
    const deadline = begun + withinMs;
    while (!holds()) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) assert.fail(`Within ${withinMs} ms: ${what}\n${this.text.slice(-3000)}`);
      await this.#nextNews(leftMs);
    }
    return performance.now() - begun;
  }

  /** Waits for a line from `fromLine` on that `matches`. */
  async line(
    matches: (text: string) => boolean,
    withinMs: number,
    what: string,
    fromLine = 0,
  ): Promise<TimedLine> {
    let found: TimedLine | undefined;
    await this.until(
      () => (found = this.lines.slice(fromLine).find(({ text }) => matches(text))) !== undefined,
      withinMs,
      what,
    );
    return found as TimedLine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#status === undefined) {
      this.#process.kill("SIGKILL");
    }
    await this.#drained;
  }

  #nextNews(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, atMostMs);
      this.#watchers.add(done);
    });
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const splitter = new LineSplitter((text) => {
      this.lines.push({ text, at: performance.now() });
    });
    for await (const chunk of stream) {
      splitter.push(chunk);
      this.#wake();
    }
    splitter.end();
    this.#wake();
  }
}

/** A folder of its own for one test, removed at the end. */
export class TemporaryFolder implements AsyncDisposable {
  readonly path: string;

  constructor() {
    this.path = Deno.makeTempDirSync({ prefix: "clusternode-test-" });
  }

  /** The registry in it. */
  get registry(): string {
    return `${this.path}/registry`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Several nodes that share one registry. */
export class Cluster implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly nodes: Program[] = [];

  /** Options that every command of this cluster needs. */
  get options(): string[] {
    return ["--registry", `file://${this.folder.registry}`];
  }

  /** Starts one node on loopback under the full name `name`. */
  start(name: string, ...more: string[]): Program {
    const log = `${this.folder.path}/cluster.log`;
    const node = Program.run([
      "start",
      "--name",
      name,
      ...this.options,
      ...(more.includes("--log-file") ? [] : ["--log-file", log]),
      ...more,
    ]);
    this.nodes.push(node);
    return node;
  }

  /** Starts nodes n1 … n`count` on 127.0.0.1 and waits until every line shows all of them true. */
  async startMany(count: number, ...more: string[]): Promise<Program[]> {
    const names = Array.from({ length: count }, (_, index) => `n${index + 1}@127.0.0.1`);
    const nodes = names.map((name) => this.start(name, ...more));
    await Promise.all(nodes.map((node) => allTrue(node, count)));
    return nodes;
  }

  /** Runs another command of the program in this cluster, to its end. */
  async command(...args: string[]): Promise<{ code: number; text: string }> {
    await using program = Program.run([...args, ...this.options]);
    return { code: await program.ended(), text: program.text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
    await this.folder[Symbol.asyncDispose]();
  }
}

/** The entries of a status line, or `undefined` if `text` is none. */
export function statusOf(text: string): Map<string, boolean> | undefined {
  const match = /^\d\d:\d\d:\d\d\.\d{3} \[info\] [^\s[]+\[(".*)\]$/.exec(text);
  if (match === null) return undefined;
  const entries = (match[1] ?? "").split(", ").map((entry) =>
    /^"([^"]+)": (true|false)$/.exec(entry)
  );
  return entries.includes(null)
    ? undefined
    : new Map(entries.map((entry) => [entry?.[1] ?? "", entry?.[2] === "true"]));
}

/** Waits for a status line of `node` that satisfies `holds`, among lines from now on. */
export function status(
  node: Program,
  holds: (entries: Map<string, boolean>) => boolean,
  withinMs: number,
  what: string,
): Promise<TimedLine> {
  return node.line(
    (text) => {
      const entries = statusOf(text);
      return entries !== undefined && holds(entries);
    },
    withinMs,
    what,
    node.lines.length,
  );
}

/** Waits for a status line that shows exactly `count` members, all true. */
export function allTrue(node: Program, count: number, withinMs = 20_000): Promise<TimedLine> {
  return status(
    node,
    (entries) => entries.size === count && [...entries.values()].every((alive) => alive),
    withinMs,
    `a line shows ${count} members, all true`,
  );
}
