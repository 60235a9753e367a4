/**
 * Five honest nodes that are attacked for a minute, and what must hold of them meanwhile.
 *
 * @module
 */
import assert from "node:assert/strict";
import { addressesMax } from "../../lib/core/members/row.ts";
import type { Row } from "../../lib/core/members/row.ts";
import { Dice } from "../hostile/dice.ts";
import { Trap } from "../hostile/trap.ts";
import { Cluster, linesPass, namesOf, shown, statusOf } from "./cluster.ts";
import { memoryOf } from "./memory.ts";
import { eventually, isCompiled } from "./process.ts";
import type { Program } from "./process.ts";
import { Ticker } from "./ticker.ts";

/** Honest nodes. */
const count = 5;

/** How long they are attacked, in milliseconds. */
const attackMs = 60_000;

/** Fewer attacks would prove little. */
const attacksMin = 300;

/** A status line is written each second; more than this after the one before it is late. */
const latestMs = 1_500;

/**
 * Connections that one node opens to addresses of unauthenticated peers within a second, at most:
 * it has two budgets an interval, each may be saved for one, and is overdrawn by all but one
 * address of a row.
 */
const connectionsMax = 2 * (12 + 10) + 2 * (addressesMax - 1);

/** Status lines between two commands. */
const quietLines = 2;

/** If a process that does nothing was held up for longer, in milliseconds, a minute proves little. */
const heldUpMax = 300;

/** Most minutes of attack until one was not held up by other work. */
const minutesMax = 3;

/** How much a node may grow while it is attacked. */
const growthMaxMiB = (): number => isCompiled() ? 100 : 200;

/** What no output may hold: controls of terminals, and what turns the direction of text. */
// deno-lint-ignore no-control-regex
const raw = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Honest nodes under attack. */
export class Besieged implements AsyncDisposable {
  readonly cookie = "u3Wn0uS1kq3cN4v6YjzXb1Tt8lQm5Ro7Gh2Ed9Fa0Pw";
  readonly cluster = new Cluster();
  readonly trap = new Trap();
  readonly dice: Dice;
  /** Their rows when all was well. */
  honest: readonly Row[] = [];
  /** When no command ran that connects to rows by itself: from, to, in milliseconds. */
  #quiet: (readonly [number, number])[] = [];
  #nodes: readonly Program[] = [];

  constructor() {
    const given = Deno.env.get("CLUSTERNODE_SEED");
    this.dice = new Dice(
      given ? Number(given) : crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    );
  }

  /** Starts the nodes and waits until they see each other. */
  async start(): Promise<void> {
    print(`seed ${this.dice.seed}: repeat with CLUSTERNODE_SEED=${this.dice.seed}`);
    const options = ["--cookie", this.cookie, "--status", "every"];
    this.#nodes = await this.cluster.startMany(count, ...options);
    this.honest = await Promise.all(namesOf(count).map((name) => this.cluster.row(name)));
  }

  /**
   * Lets `attack` go on for a minute, and fails with all that should not have happened. If other work
   * held up the machine meanwhile, so that a process that only ticks was late, too, another minute
   * decides, and the last one does in any case.
   */
  async endure(attack: (endMs: number) => Promise<number>): Promise<void> {
    await using ticker = new Ticker();
    for (let minute = 1;; minute++) {
      const since = performance.now();
      const faults = await this.#minute(attack, since);
      const heldUpMs = ticker.heldUpMs(since);
      print(`a process that only ticks was held up for ${heldUpMs} ms`);
      const isAnother = heldUpMs > heldUpMax && faults.length > 0 && minute < minutesMax;
      if (!isAnother || this.#nodes.some(({ isRunning }) => !isRunning)) {
        return assert.deepEqual(faults, []);
      }
      print(`once more, as ${faults.join("\n")}`);
      await this.recovers();
    }
  }

  /** One minute of it: what should not have happened. */
  async #minute(attack: (endMs: number) => Promise<number>, since: number): Promise<string[]> {
    const endMs = since + attackMs;
    const before = this.#nodes.map(({ pid }) => memoryOf(pid).residentBytes);
    // Both go on to their end, as nobody may still write into a folder that is removed.
    const [attacked, asked] = await Promise.allSettled([attack(endMs), this.#command(endMs)]);
    if (attacked.status === "rejected") throw attacked.reason;
    print(`${attacked.value} attacks`);
    assert.ok(attacked.value >= attacksMin, "the nodes were hardly attacked");
    const faults = [
      ...(asked.status === "rejected" ? [String(asked.reason)] : asked.value),
      ...this.#nodes.flatMap((node, index) => faultsOf(node, `n${index + 1}`, since)),
    ];
    const grown = this.#nodes.map(({ pid, isRunning }, index) =>
      isRunning ? (memoryOf(pid).residentBytes - (before[index] as number)) / 2 ** 20 : 0
    );
    const connections = Math.max(...this.#quiet.map((span) => this.trap.mostPerSecond(span)));
    const seconds = (performance.now() - since) / 1000;
    const lines = this.#nodes.map(({ lines }) => lines.filter(({ at }) => at >= since).length);
    print(`grown by ${grown.map((mib) => mib.toFixed(0)).join(", ")} MiB`);
    const withCommands = this.trap.mostPerSecond([since, performance.now()]);
    print(`${connections} connections of nodes to traps within a second`);
    print(`${withCommands} together with those of commands, ${this.trap.came.length} in all`);
    print(`${Math.max(...lines.map((one) => one / seconds)).toFixed(1)} lines a second at most`);
    if (Math.max(...grown) > growthMaxMiB()) {
      faults.push(`a node grows by ${Math.max(...grown)} MiB`);
    }
    if (connections > connectionsMax * count) {
      faults.push(`${connections} connections in a second`);
    }
    return summary(faults);
  }

  /** All is well again: they see each other, and their rows are back. */
  async recovers(): Promise<void> {
    await shown(this.#nodes, seesAll, performance.now(), 10_000);
    await eventually(() => this.#haveTheirRows(), 10_000, "their rows are back");
  }

  async #haveTheirRows(): Promise<boolean> {
    const files = this.cluster.files();
    for (const { name, instance } of this.honest) {
      if (!files.includes(name) || (await this.cluster.row(name)).instance !== instance) {
        return false;
      }
    }
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.trap[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }

  /**
   * Asks what people of the cluster would ask, again and again; what should not have happened. Whom a
   * command asks it takes from the registry, so it may find nobody, but says so. In between only the
   * nodes connect to anything.
   */
  async #command(endMs: number): Promise<string[]> {
    const all = [["members"], ["members", "--json"], ["events"], ["explain", "n2"]];
    const faults: string[] = [];
    const ends: number[] = [];
    this.#quiet = [];
    for (let turn = 0; performance.now() < endMs; turn++) {
      // What the last command has left in the queue of the trap comes before the first line.
      await linesPass(this.#nodes.filter(({ isRunning }) => isRunning), 1);
      const from = performance.now();
      await linesPass(this.#nodes.filter(({ isRunning }) => isRunning), quietLines);
      this.#quiet.push([from, performance.now()]);
      const args = all[turn % all.length] as string[];
      const result = await this.cluster.command(...args, "--cookie", this.cookie);
      const { code, stdout, stderr } = result;
      const words = args.join(" ");
      ends.push(code);
      if (code > 1 || /Uncaught|Program fault|^ +at /m.test(stderr)) {
        faults.push(`${words} ends with ${code}: ${stderr}`);
      }
      const bad = raw.exec(stdout + stderr);
      if (bad !== null) faults.push(`${words} prints raw text: ${JSON.stringify(bad)}`);
    }
    const failed = ends.filter((code) => code > 0).length;
    print(`${failed} of ${ends.length} commands found nobody`);
    if (failed * 2 > ends.length) faults.push(`${failed} of ${ends.length} commands failed`);
    return faults;
  }
}

/** All honest nodes are there and true, whoever else is. */
const seesAll = {
  words: "all honest nodes, true",
  holds: (status: ReadonlyMap<string, boolean>): boolean =>
    namesOf(count).every((name) => status.get(name) === true),
};

/** What should not have happened to one node. */
function faultsOf(node: Program, name: string, since: number): string[] {
  const faults = node.isRunning ? [] : [`${name} has ended: ${node.text.slice(-1000)}`];
  let lastMs: number | undefined;
  for (const { text, at, from } of node.lines) {
    if (at < since) continue;
    if (from === "stderr" || text.includes("[error]")) faults.push(`${name} says ${text}`);
    if (raw.test(text)) faults.push(`${name} writes raw text: ${JSON.stringify(text)}`);
    const status = statusOf(text);
    if (status === undefined) continue;
    for (const honest of namesOf(count)) {
      if (status.get(honest) !== true) {
        const why = node.lines.findLast((line) =>
          line.at <= at && line.text.includes(`: ${honest} `) && statusOf(line.text) === undefined
        );
        faults.push(`${name} shows ${honest} as ${status.get(honest) ?? "gone"}: ${why?.text}`);
      }
    }
    const ms = stampOf(text);
    const gapMs = lastMs === undefined ? 0 : (ms - lastMs + 86_400_000) % 86_400_000;
    if (gapMs > latestMs) faults.push(`${name} writes a line late, after ${gapMs} ms: ${text}`);
    lastMs = ms;
  }
  return faults;
}

/** The time of day at which a line was written, in milliseconds. */
function stampOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = text.slice(0, 12).split(/[:.]/).map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

/** The first of each kind of fault, with how many of it there are. */
function summary(faults: readonly string[]): string[] {
  const kinds = Map.groupBy(faults, (fault) => fault.slice(0, 60).replaceAll(/\d+/g, ""));
  return [...kinds.values()].map((same) => `${same.length} × ${same[0]?.slice(0, 600)}`);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
