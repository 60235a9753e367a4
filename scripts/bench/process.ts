/**
 * Other processes under measurement: started, listened to, ended.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Longest wait for a line, in milliseconds: a benchmark must not hang. */
const lineTimeoutMs = 90_000;

/** A way to run the program. */
export interface Variant {
  /** `source` or `binary`. */
  readonly name: string;
  readonly command: Command;
  /** The same of an earlier commit, if one is to be measured beside it. */
  readonly before?: Command;
}

/** A program and its first arguments. */
export type Command = readonly [string, ...string[]];

/**
 * The program from source, and the binary if it has been built; with both of the checkout `before` of
 * an earlier commit, as far as they are there.
 */
export async function variants(before?: string): Promise<Variant[]> {
  const own = await commandsIn(root, Deno.env.get("CLUSTERNODE_BINARY"));
  const earlier = before === undefined ? undefined : await commandsIn(before);
  return [...own].map(([name, command]) => {
    const beside = earlier?.get(name);
    return { name, command, ...(beside && { before: beside }) };
  });
}

async function commandsIn(folder: string, binary?: string): Promise<Map<string, Command>> {
  const commands = new Map<string, Command>();
  commands.set("source", [Deno.execPath(), "run", "-A", join(folder, "main.ts")]);
  const file = binary || join(folder, "dist", "clusternode");
  const isThere = await Deno.stat(file).then(() => true, () => false);
  if (isThere) commands.set("binary", [file]);
  return commands;
}

/** Deno with one of the scripts of this folder. */
export function script(name: string): Command {
  return [Deno.execPath(), "run", "-A", fileURLToPath(new URL(name, import.meta.url))];
}

/** A child process whose standard output is read line by line; disposing kills it. */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor([command, ...args]: Command, more: readonly string[] = []) {
    this.#process = new Deno.Command(command, {
      args: [...args, ...more],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /**
   * The next line that holds `part`, or for which it is true.
   *
   * @param what the line, in words
   * @throws {Error} if the output ends first, or nothing comes for long
   */
  async line(
    part: string | ((line: string) => boolean) = "",
    what = String(part),
  ): Promise<string> {
    const matches = typeof part === "string" ? (line: string) => line.includes(part) : part;
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), lineTimeoutMs);
    try {
      for (;;) {
        const end = this.#text.indexOf("\n");
        if (end >= 0) {
          const line = this.#text.slice(0, end);
          this.#text = this.#text.slice(end + 1);
          if (matches(line)) return line;
          continue;
        }
        const { value } = await this.#reader.read();
        if (value === undefined) {
          throw new Error(`A process ended, or took longer than ${lineTimeoutMs} ms: ${what}`);
        }
        this.#text += value;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads and forgets all further output, so that the process never waits for us. */
  async ignoreOutput(): Promise<void> {
    while (!(await this.#reader.read()).done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // It has ended already.
    }
    await this.#process.status;
    await this.ignoreOutput();
  }
}

/** A new folder; disposing removes it. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "clusternode-bench-" });
  return {
    path,
    // A process that was just killed may still have written a file.
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }).catch(() => {}),
  };
}

/** Arguments that start a node on loopback with everything it writes in `folder`. */
export function nodeArguments(folder: string, name: string): string[] {
  return [
    ...["start", "127.0.0.1", "--name", name, "--listen", "127.0.0.1:0"],
    ...["--registry", `${folder}/registry`, "--log-file", `${folder}/cluster.log`],
  ];
}
