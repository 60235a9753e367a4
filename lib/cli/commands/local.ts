/**
 * `clusternode local`: several real nodes on this machine in one terminal.
 *
 * Each node is a process of its own with a port of its own; their lines come out prefixed and
 * coloured, the way compose shows its services.
 *
 * @module
 */
import { styleText } from "node:util";
import { sleep, systemClock } from "../../clock.ts";
import { escapeControls } from "../../core/base/escape.ts";
import { seededRandom } from "../../core/base/random.ts";
import { optionEntries } from "../../options/option_table.ts";
import { randomBytes } from "../../random_bytes.ts";
import type { Call } from "../parse/call.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { LineSplitter } from "../terminal/line_splitter.ts";
import { parentWatchVariable } from "../parent_watch.ts";
import type { CliContext } from "../context.ts";

const colors = ["cyan", "yellow", "green", "magenta", "blue", "red"] as const;

/** How long a killed node stays away before it is started again, in milliseconds. */
const restartDelayMs = 3000;

interface Child {
  readonly number: number;
  process: Deno.ChildProcess;
  ended: Promise<number>;
}

/** Starts `count` nodes and waits for them. */
export async function local(
  world: CliContext,
  { argument: count, flags: { killOneMs }, given }: Call<"local">,
): Promise<number> {
  using interrupted = untilInterrupted();
  const group = new ProcessGroup(world, forwardedWords(given), String(count).length);
  for (let number = 1; number <= count; number++) group.start(number);
  interrupted.signal.addEventListener("abort", () => group.end(), { once: true });
  if (killOneMs !== undefined) {
    group.killPeriodically(killOneMs, interrupted.signal).catch(() => {});
  }
  try {
    const codes = await group.allEnded();
    return interrupted.exitCode || Math.max(0, ...codes);
  } catch (error) {
    // Nobody reads on: the nodes leave before this ends.
    await group.endUnread();
    throw error;
  }
}

/** The options of nodes as they were given, for the command line of each node. */
function forwardedWords(given: Call<"local">["given"]): string[] {
  return optionEntries.flatMap(([key, { flag, type }]) =>
    (given[key] ?? []).flatMap((text) => type.isSwitch ? [flag] : [flag, text])
  );
}

/** The processes of one run. */
class ProcessGroup {
  readonly #world: CliContext;
  readonly #forwarded: readonly string[];
  readonly #width: number;
  readonly #children = new Map<number, Child>();
  #ending = false;

  constructor(world: CliContext, forwarded: readonly string[], digits: number) {
    this.#world = world;
    this.#forwarded = forwarded;
    this.#width = "node_".length + digits;
  }

  start(number: number): void {
    const { command, args } = selfCommand();
    const process = new Deno.Command(command, {
      args: [
        ...args,
        "start",
        ...this.#forwarded,
        "--name",
        `n${number}@127.0.0.1`,
        "--listen",
        "127.0.0.1:0",
        // One in the environment or a file would be that of all nodes.
        "--record",
        "none",
      ],
      env: { [parentWatchVariable]: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const print = (line: string): void => this.#print(number, line);
    const child = {
      number,
      process,
      ended: Promise.all([
        process.status,
        pipeLines(process.stdout, print),
        pipeLines(process.stderr, print),
      ]).then(([status]) => status.code),
    };
    // Told by allEnded, if anybody still waits there.
    child.ended.catch(() => {});
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
   * The exit codes of all, once nobody runs any more.
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

  #restarting = false;

  /** Kills one node every `pauseMs` and starts it again a little later. */
  async killPeriodically(pauseMs: number, signal: AbortSignal): Promise<void> {
    const random = seededRandom(new DataView(randomBytes(4).buffer).getUint32(0));
    this.#restarting = true;
    while (!signal.aborted) {
      await sleep(systemClock, pauseMs, signal);
      const children = [...this.#children.values()];
      const victim = children[random.below(children.length)] as Child;
      this.#print(victim.number, "killed with SIGKILL");
      victim.process.kill("SIGKILL");
      await victim.ended;
      await sleep(systemClock, restartDelayMs, signal);
      this.#print(victim.number, "started again");
      this.start(victim.number);
    }
  }

  #print(number: number, line: string): void {
    const prefix = `node_${number}`.padEnd(this.#width);
    const shown = this.#world.stdoutIsTerminal && !this.#world.environment["NO_COLOR"]
      ? styleText(colors[(number - 1) % colors.length] ?? "cyan", `${prefix} |`, {
        validateStream: false,
      })
      : `${prefix} |`;
    this.#world.drawStdout(`${shown} ${escapeControls(line)}\n`);
  }
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
