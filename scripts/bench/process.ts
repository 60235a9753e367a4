/**
 * Other processes under measurement: started, listened to, looked at in `/proc`, ended.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Longest wait for a line, in milliseconds: a benchmark must not hang. */
const lineTimeoutMs = 20_000;

/** A way to run the program. */
export interface Variant {
  /** `source` or `binary`. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** The program from source, and the binary if it has been built. */
export async function variants(): Promise<Variant[]> {
  const source: Variant = {
    name: "source",
    command: [Deno.execPath(), "run", "-A", `${root}main.ts`],
  };
  const binary = Deno.env.get("CLUSTERNODE_BINARY") || `${root}dist/clusternode`;
  const isThere = await Deno.stat(binary).then(() => true, () => false);
  return isThere ? [source, { name: "binary", command: [binary] }] : [source];
}

/** Deno with one of the scripts of this folder. */
export function script(name: string): readonly [string, ...string[]] {
  return [Deno.execPath(), "run", "-A", fileURLToPath(new URL(name, import.meta.url))];
}

/** A child process whose standard output is read line by line; disposing kills it. */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor([command, ...args]: readonly [string, ...string[]], more: readonly string[] = []) {
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
   * The next line that holds `part`.
   *
   * @throws {Error} if the output ends first, or nothing comes for long
   */
  async line(part = ""): Promise<string> {
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), lineTimeoutMs);
    try {
      for (;;) {
        const end = this.#text.indexOf("\n");
        if (end >= 0) {
          const line = this.#text.slice(0, end);
          this.#text = this.#text.slice(end + 1);
          if (line.includes(part)) return line;
          continue;
        }
        const { value } = await this.#reader.read();
        if (value === undefined) throw new Error(`A process ended without the line "${part}"`);
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

/** Memory of a process, in megabytes. */
export interface Memory {
  /** In RAM, the pages of the program file included; those are shared between processes. */
  readonly rss: number;
  /** In RAM and its own. */
  readonly anonymous: number;
}

/** What `/proc` says about the memory of `pid`. */
export async function memoryOf(pid: number): Promise<Memory> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return { rss: field("VmRSS"), anonymous: field("RssAnon") };
}

/** Ticks of `/proc/PID/stat` per second; the same on every Linux that Deno runs on. */
const ticksPerSecond = 100;

/** Processor time that `pid` has used in user and kernel mode, in seconds. */
export async function processorSecondsOf(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The second field is the program's name, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
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
