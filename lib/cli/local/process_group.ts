/**
 * Several nodes, each of them a process of its own, that none of them outlives.
 *
 * @module
 */
import { sleep, systemClock } from "../../clock.ts";
import type { NodeName } from "../../core/base/name.ts";
import { seededRandom } from "../../core/base/random.ts";
import type { InstanceId } from "../../core/members/row.ts";
import { randomBytes, randomText } from "../../random_bytes.ts";
import { parentText, parentWatchVariable } from "../parent_watch.ts";
import { LineSplitter } from "../terminal/line_splitter.ts";

/** How long a killed node stays away before it is started again, in milliseconds. */
const restartDelayMs = 3000;

/** Where the lines of nodes go, by the number of the node. May throw when nobody reads on. */
export type LineTaker = (number: number, line: string) => void;

interface Child {
  readonly number: number;
  readonly process: Deno.ChildProcess;
  /** The exit code, once it has ended and all it said was read. */
  readonly ended: Promise<number>;
  isRunning: boolean;
  /** True if its end is no news. */
  isKilled: boolean;
}

/** The processes of one run. */
export class ProcessGroup {
  readonly #forwarded: (number: number) => readonly string[];
  readonly #print: LineTaker;
  readonly #readsLog: boolean;
  readonly #children = new Map<number, Child>();
  readonly #instances = new Set<InstanceId>();
  #ending = false;
  #restarting = false;

  /**
   * @param forwarded options for the node with that number
   * @param readsLog true if the lines of their logs are to be JSON
   */
  constructor(
    forwarded: (number: number) => readonly string[],
    print: LineTaker,
    readsLog: boolean,
  ) {
    this.#forwarded = forwarded;
    this.#print = print;
    this.#readsLog = readsLog;
  }

  /** True once all were told to leave. */
  get isEnding(): boolean {
    return this.#ending;
  }

  get runningCount(): number {
    return [...this.#children.values()].filter(({ isRunning }) => isRunning).length;
  }

  /** All that have ever been started. */
  get instances(): ReadonlySet<InstanceId> {
    return this.#instances;
  }

  /** The process of the node with that name, while it runs. */
  pidOf(name: NodeName): number | undefined {
    const child = [...this.#children.values()].find(({ number }) => nameOf(number) === name);
    return child?.isRunning === true ? child.process.pid : undefined;
  }

  start(number: number): void {
    const { command, args } = selfCommand();
    const instance = randomText();
    const process = new Deno.Command(command, {
      args: [
        ...args,
        "start",
        ...this.#forwarded(number),
        ...["--name", nameOf(number), "--listen", "127.0.0.1:0"],
        // One in the environment or a file would be that of all nodes.
        ...["--record", "none", "--history-file", "none"],
      ],
      env: { [parentWatchVariable]: parentText({ instance, readsLog: this.#readsLog }) },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const print = (line: string): void => this.#print(number, line);
    const outputs = [pipeLines(process.stdout, print), pipeLines(process.stderr, print)];
    const ended = Promise.all([process.status, ...outputs]).then(([{ code, signal }]) => {
      child.isRunning = false;
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      if (!this.#ending && !child.isKilled) print(`its process has ended ${how}`);
      return code;
    });
    const child: Child = { number, process, ended, isRunning: true, isKilled: false };
    // Told by allEnded, if anybody still waits there.
    ended.catch(() => {});
    this.#instances.add(instance);
    this.#children.set(number, child);
  }

  /** Tells all to leave. The terminal may have told them already; twice does no harm. */
  end(): void {
    this.#ending = true;
    for (const { process } of this.#children.values()) process.stdin.close().catch(() => {});
  }

  /** Tells all to leave and waits for that, whatever they still have to say. */
  async endUnread(): Promise<void> {
    this.end();
    await Promise.all(Array.from(this.#children.values(), ({ process }) => process.status));
  }

  /**
   * The exit codes of all, once none runs any more.
   *
   * @throws {OutputError} as soon as what they say cannot be printed
   */
  async allEnded(): Promise<number[]> {
    for (;;) {
      const children = [...this.#children.values()];
      const codes = await Promise.all(children.map(({ ended }) => ended));
      const same = children.every((child) => this.#children.get(child.number) === child);
      if (same && (this.#ending || !this.#restarting)) return codes;
      await sleep(systemClock, 50);
    }
  }

  /** Kills one node every `pauseMs` and starts it again a little later. */
  async killPeriodically(pauseMs: number, signal: AbortSignal): Promise<void> {
    const random = seededRandom(new DataView(randomBytes(4).buffer).getUint32(0));
    this.#restarting = true;
    while (!signal.aborted) {
      await sleep(systemClock, pauseMs, signal);
      const children = [...this.#children.values()];
      const victim = children[random.below(children.length)] as Child;
      this.#print(victim.number, "killed with SIGKILL");
      victim.isKilled = true;
      victim.process.kill("SIGKILL");
      await victim.ended;
      await sleep(systemClock, restartDelayMs, signal);
      this.#print(victim.number, "started again");
      this.start(victim.number);
    }
  }
}

/** What the node with that number is called. */
export function nameOf(number: number): NodeName {
  return `n${number}@127.0.0.1` as NodeName;
}

/** How to run this very program again: the binary itself, or Deno with the same script. */
function selfCommand(): { command: string; args: string[] } {
  return Deno.build.standalone
    ? { command: Deno.execPath(), args: [] }
    : { command: Deno.execPath(), args: ["run", "--allow-all", Deno.mainModule] };
}

async function pipeLines(
  stream: ReadableStream<Uint8Array>,
  print: (line: string) => void,
): Promise<void> {
  const splitter = new LineSplitter(print);
  for await (const chunk of stream) splitter.push(chunk);
  splitter.end();
}
