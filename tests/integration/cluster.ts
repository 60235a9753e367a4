/**
 * Real nodes that share one registry, and what their status lines say.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Row } from "../../lib/core/members/row.ts";
import { privatePath } from "../../lib/registry/directory/directory_layout.ts";
import { Program } from "./process.ts";
import type { TimedLine } from "./process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

/** The entries of one status line: names, and whether they are alive. */
export type Status = ReadonlyMap<string, boolean>;

/** What a command said, and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The heartbeats that belong to a registry folder as they are now, each a text. */
export function heartbeatsIn(registry: string): string[] {
  return (["inside", "beside"] as const).flatMap((place) => {
    try {
      const folder = `${privatePath(registry, place)}/heartbeats`;
      return Array.from(Deno.readDirSync(folder), ({ name }) => name);
    } catch {
      return [];
    }
  });
}

/** Several nodes that share one registry. */
export class Cluster implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly nodes: Program[] = [];
  /** The folder with the rows. */
  readonly registry: string;

  /** @param registry a folder that is there or can be created; one of its own if not given */
  constructor(registry?: string) {
    this.registry = registry ?? `${this.folder.path}/registry`;
  }

  /** Options that every command of this cluster needs. */
  get options(): string[] {
    return ["--registry", `file://${this.registry}`];
  }

  /** The log file that all nodes share. */
  get logFile(): string {
    return `${this.folder.path}/cluster.log`;
  }

  /** Starts one node on loopback under the full name `name`. */
  start(name: string, ...more: string[]): Program {
    return this.startNameless("--name", name, ...more);
  }

  /** Starts one node that has to find its name itself. */
  startNameless(...more: string[]): Program {
    const node = Program.run([
      "start",
      ...this.options,
      ...(more.includes("--log-file") ? [] : ["--log-file", this.logFile]),
      ...more,
    ]);
    this.nodes.push(node);
    return node;
  }

  /** Starts nodes n1 … n`count` on 127.0.0.1 and waits until every line shows all of them true. */
  async startMany(count: number, ...more: string[]): Promise<Program[]> {
    const nodes = namesOf(count).map((name) => this.start(name, ...more));
    await shown(nodes, allTrue(count), performance.now(), 20_000);
    return nodes;
  }

  /** Runs another command of the program in this cluster, to its end. */
  async command(...args: string[]): Promise<CommandResult> {
    return await commandResult([...args, ...this.options]);
  }

  /** The row of the node `name`, as it lies in the registry now. */
  async row(name: string): Promise<Row> {
    return JSON.parse(await Deno.readTextFile(`${this.registry}/${name}`));
  }

  /** The address of the node `name` as its row tells. */
  async addressOf(name: string): Promise<{ hostname: string; port: number }> {
    const [address] = (await this.row(name)).addresses;
    assert.ok(address);
    return { hostname: address.host, port: address.port };
  }

  /** Names of the files in the registry that people see, sorted; none if it is not there. */
  files(): string[] {
    try {
      const names = Array.from(Deno.readDirSync(this.registry), ({ name }) => name);
      return names.filter((name) => !name.startsWith(".")).sort();
    } catch {
      return [];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
    await this.folder[Symbol.asyncDispose]();
  }
}

/** n1@127.0.0.1 … n`count`@127.0.0.1. */
export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${index + 1}@127.0.0.1`);
}

/** Runs the program with `args` to its end. */
export async function commandResult(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  await using program = Program.run(args, env);
  const code = await program.ended();
  return { code, stdout: program.printed("stdout"), stderr: program.printed("stderr") };
}

/** The entries of a status line, or `undefined` if `text` is none. */
export function statusOf(text: string): Status | undefined {
  const match = /^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{3} \[info\] [^\s[]+\[(".*)\]$/.exec(text);
  if (match === null) return undefined;
  const entries = (match[1] ?? "").split(", ").map((entry) =>
    /^"([^"]+)": (true|false)$/.exec(entry)
  );
  return entries.includes(null)
    ? undefined
    : new Map(entries.map((entry) => [entry?.[1] ?? "", entry?.[2] === "true"]));
}

/** What a status line should show. */
export interface Wanted {
  readonly words: string;
  holds(status: Status): boolean;
}

/** Exactly `count` members, all true. */
export function allTrue(count: number): Wanted {
  return {
    words: `${count} members, all true`,
    holds: (status) => status.size === count && [...status.values()].every((alive) => alive),
  };
}

/** Exactly these members, all true. */
export function showsExactly(...names: string[]): Wanted {
  return {
    words: `exactly ${names.join(", ")}, all true`,
    holds: (status) =>
      allTrue(names.length).holds(status) && names.every((name) => status.has(name)),
  };
}

/** The member `name` as false. */
export function showsDead(name: string): Wanted {
  return { words: `${name}: false`, holds: (status) => status.get(name) === false };
}

/** The member `name` not at all. */
export function lacks(name: string): Wanted {
  return { words: `no ${name}`, holds: (status) => !status.has(name) };
}

/**
 * Waits until each of `nodes` has written a status line at `since` or later that shows what is
 * wanted; fails if the last of them came later than `withinMs` after `since`.
 *
 * @returns the time from `since` to the last of these lines, in milliseconds
 */
export async function shown(
  nodes: readonly Program[],
  { words, holds }: Wanted,
  since: number,
  withinMs: number,
): Promise<number> {
  const matches = (text: string): boolean => {
    const status = statusOf(text);
    return status !== undefined && holds(status);
  };
  // What is late by less than a second is waited for, so that the failure tells how late it was.
  const leftMs = since + withinMs + 1000 - performance.now();
  const lines = await Promise.all(
    nodes.map((node) => node.line(matches, leftMs, `a status line with ${words}`, since)),
  );
  const tookMs = Math.max(...lines.map(({ at }) => at - since));
  within(`a line with ${words} on ${nodes.length} nodes`, tookMs, withinMs);
  return tookMs;
}

/** Waits until each of `nodes` has written `count` more status lines. */
export async function linesPass(nodes: readonly Program[], count: number): Promise<void> {
  const since = performance.now();
  await Promise.all(nodes.map((node) => {
    const enough = (): boolean => statusesSince(node, since).length >= count;
    return node.until(enough, (count + 5) * 1000, `${count} more status lines`);
  }));
}

/** The status lines of `node` read at `since` or later. */
export function statusesSince(node: Program, since = -Infinity): Status[] {
  const lines = node.lines.filter(({ at }) => at >= since);
  return lines.map(({ text }) => statusOf(text)).filter((status) => status !== undefined);
}

/** Fails if any status line since `since` has shown one of the members as false. */
export function assertNeverFalse(nodes: readonly Program[], since = -Infinity): void {
  for (const node of nodes) {
    for (const status of statusesSince(node, since)) {
      const dead = [...status].filter(([, alive]) => !alive).map(([name]) => name);
      assert.deepEqual(dead, [], `a line shows a false one\n${node.text.slice(-5000)}`);
    }
  }
}

/** The lines of `node` that contain `text`, since `since`. */
export function linesWith(node: Program, text: string, since = -Infinity): TimedLine[] {
  return node.lines.filter((line) => line.at >= since && line.text.includes(text));
}

/**
 * Fails if `tookMs` is above `mostMs`. With `CLUSTERNODE_FIGURES=path` the figure is appended to that
 * file, for the record.
 */
export function within(what: string, tookMs: number, mostMs: number): void {
  const figures = Deno.env.get("CLUSTERNODE_FIGURES");
  if (figures !== undefined) {
    const caller = new Error().stack?.match(/\w+_test\.ts:\d+/)?.[0] ?? "";
    const text = `${caller} ${what}: ${Math.round(tookMs)} of ${mostMs}\n`;
    Deno.writeTextFileSync(figures, text, { append: true });
  }
  assert.ok(tookMs <= mostMs, `${what} took ${Math.round(tookMs)} ms, the most is ${mostMs} ms`);
}
