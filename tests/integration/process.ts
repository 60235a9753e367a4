/**
 * The program as a real process: its lines, with times, and waiting for what it says.
 *
 * It runs from source, or, with `CLUSTERNODE_BINARY=path`, as the compiled binary.
 *
 * @module
 */
import assert from "node:assert/strict";
import { LineSplitter } from "../../lib/cli/terminal/line_splitter.ts";
import { faultWords } from "../../lib/node/fault_report.ts";
import { needing } from "../permissions.ts";
import { News } from "./news.ts";

const mainScript = new URL("../../main.ts", import.meta.url).pathname;

/** How often something that tells no news is looked at, in milliseconds. */
const lookMs = 20;

/** A test with real processes; skipped by name where it may not start them. */
export function processTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needing(name, "read", "write", "run", "env", "net", "sys"), fn });
}

/** True if the compiled binary is tested. */
export function isCompiled(): boolean {
  return Boolean(Deno.env.get("CLUSTERNODE_BINARY"));
}

/** What stands in front of the arguments of the program. */
export function programCommand(): { command: string; args: string[] } {
  const binary = Deno.env.get("CLUSTERNODE_BINARY");
  return binary
    ? { command: Deno.realPathSync(binary), args: [] }
    : { command: Deno.execPath(), args: ["run", "--allow-all", "--no-prompt", mainScript] };
}

/** A line with the time at which it was read, on this test's monotonic clock. */
export interface TimedLine {
  readonly text: string;
  readonly at: number;
  readonly from: "stdout" | "stderr";
}

/** What the runtime prints of an exception that ends a process. */
const uncaughtWords = "error: Uncaught";

/**
 * A running program whose output is read line by line. No test passes with a program that has told of
 * a fault of its own, unless it has planted that.
 */
export class Program implements AsyncDisposable {
  readonly lines: TimedLine[] = [];
  /** True if the test has planted a fault. */
  hasPlantedFault = false;
  readonly startedAt: number;
  readonly #process: Deno.ChildProcess;
  readonly #drained: Promise<unknown>;
  readonly #outputs: ReadableStreamDefaultReader<Uint8Array>[] = [];
  readonly #news = new News();
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
      this.#read(this.#process.stdout, "stdout"),
      this.#read(this.#process.stderr, "stderr"),
      this.#process.status.then((status) => {
        this.#status = status;
        this.#news.tell();
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

  get isRunning(): boolean {
    return this.#status === undefined;
  }

  /** Everything that was printed, as one text. */
  get text(): string {
    return this.lines.map(({ text }) => text).join("\n");
  }

  /** What was printed to one of the outputs, each line with its end. */
  printed(from: "stdout" | "stderr"): string {
    return this.lines.filter((line) => line.from === from).map(({ text }) => `${text}\n`).join("");
  }

  /** The lines that tell of a fault of the program. */
  get faults(): readonly string[] {
    const isFault = (text: string): boolean =>
      text.includes(faultWords) || text.startsWith(uncaughtWords);
    return this.lines.map(({ text }) => text).filter(isFault);
  }

  kill(signal: Deno.Signal): void {
    if (this.#status === undefined) this.#process.kill(signal);
  }

  /** Goes away as the reader of all that it prints, as `head` does. */
  async closeOutputs(): Promise<void> {
    await Promise.all(this.#outputs.map((output) => output.cancel()));
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
      await this.#news.next(leftMs);
    }
    return performance.now() - begun;
  }

  /** Waits for a line read at `since` or later that `matches`; by default any line so far will do. */
  async line(
    matches: (text: string) => boolean,
    withinMs: number,
    what: string,
    since = -Infinity,
  ): Promise<TimedLine> {
    let found: TimedLine | undefined;
    let next = 0;
    const look = (): boolean => {
      for (; next < this.lines.length; next++) {
        const line = this.lines[next] as TimedLine;
        if (line.at < since || !matches(line.text)) continue;
        found = line;
        return true;
      }
      return false;
    };
    await this.until(look, withinMs, what);
    return found as TimedLine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#status === undefined) {
      this.#process.kill("SIGKILL");
    }
    await this.#drained;
    assert.ok(this.hasPlantedFault || this.faults.length === 0, this.faults.join("\n"));
  }

  async #read(stream: ReadableStream<Uint8Array>, from: TimedLine["from"]): Promise<void> {
    const splitter = new LineSplitter((text) => {
      this.lines.push({ text, at: performance.now(), from });
    });
    const output = stream.getReader();
    this.#outputs.push(output);
    for (;;) {
      const { value, done } = await output.read();
      if (done) break;
      splitter.push(value);
      this.#news.tell();
    }
    splitter.end();
    this.#news.tell();
  }
}

/** Waits until `holds()`, looking again and again; for what no line tells. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  what: string,
): Promise<number> {
  const begun = performance.now();
  while (!await holds()) {
    if (performance.now() - begun > withinMs) assert.fail(`Within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return performance.now() - begun;
}

/** Removes a folder with all that is in it, also if somebody goes on writing into it meanwhile. */
export async function removeFolder(path: string): Promise<void> {
  const isRemoved = async (): Promise<boolean> => {
    try {
      await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOTEMPTY") return false;
      throw error;
    }
    return true;
  };
  await eventually(isRemoved, 5000, `${path} is removed`);
}

/** Runs another command to its end; true if it ended with 0, false also if there is none. */
export async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  try {
    const options = { args, stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(command, options).output()).success;
  } catch {
    return false;
  }
}
