/**
 * `clusternode local`: several real nodes on this machine in one terminal.
 *
 * Each node is a process of its own with a port of its own. On a terminal there is one live table of
 * them, with what has changed; elsewhere, and where it is wished, their lines.
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import { errorText } from "../../core/base/error_text.ts";
import { escapeControls } from "../../core/base/escape.ts";
import { optionEntries, optionTable } from "../../options/option_table.ts";
import type { Call } from "../parse/call.ts";
import { exitCode } from "../exit_codes.ts";
import { removeLeftRows } from "../local/left_rows.ts";
import { linePrinter } from "../local/local_lines.ts";
import { LocalScreen } from "../local/local_screen.ts";
import { nameOf, ProcessGroup } from "../local/process_group.ts";
import type { LineTaker } from "../local/process_group.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import type { Interruption } from "../terminal/interrupt.ts";
import type { CliContext } from "../context.ts";

/** Nodes that end with these have left no row behind: they never had one. */
const unregisteredCodes: readonly number[] = [
  exitCode.usage,
  exitCode.nameTaken,
  exitCode.registryAway,
];

/** Starts `count` nodes and waits for them. */
export async function local(world: CliContext, call: Call<"local">): Promise<number> {
  const { argument: count, options } = call;
  using screen = isLive(world, call) ? new LocalScreen(world, options, count) : undefined;
  using interrupted = untilInterrupted((code) => {
    screen?.[Symbol.dispose]();
    Deno.exit(code);
  });
  const context = screen?.context ?? world;
  const take = screen?.take ?? linePrinter(world, count);
  const group = new ProcessGroup(forwardedWords(call), take, screen !== undefined);
  for (let number = 1; number <= count; number++) group.start(number);
  const codes = await untilEnded(call, group, interrupted, screen).catch(async (error) => {
    // Nobody reads on: the nodes leave before this ends.
    await group.endUnread();
    await cleanUp(context, call, group, () => {});
    throw error;
  });
  if (codes.some((code) => !unregisteredCodes.includes(code))) {
    await cleanUp(context, call, group, take);
  }
  screen?.show(group);
  return interrupted.exitCode || Math.max(0, ...codes);
}

/** True if there is a terminal that can be drawn on, and nobody wants to see lines. */
function isLive({ stdoutIsTerminal, environment }: CliContext, call: Call<"local">): boolean {
  const wantsLines = call.flags.plain || call.options.logFormat !== "text";
  return stdoutIsTerminal && environment["TERM"] !== "dumb" && !wantsLines;
}

/**
 * The exit codes of all nodes.
 *
 * @throws {OutputError} if nothing can be shown any more
 */
async function untilEnded(
  { flags: { killOneMs } }: Call<"local">,
  group: ProcessGroup,
  { signal }: Interruption,
  screen: LocalScreen | undefined,
): Promise<number[]> {
  signal.addEventListener("abort", () => group.end(), { once: true });
  if (killOneMs !== undefined) group.killPeriodically(killOneMs, signal).catch(() => {});
  const ended = new AbortController();
  const codes = group.allEnded().finally(() => ended.abort());
  const shown = screen && [
    screen.look(AbortSignal.any([signal, ended.signal])),
    screen.draw(group, ended.signal),
  ];
  const [all] = await Promise.all([codes, ...shown ?? []]);
  return all;
}

/** Takes out what the nodes have left behind, and tells of each row. */
async function cleanUp(
  world: CliContext,
  { argument: count, options }: Call<"local">,
  group: ProcessGroup,
  take: LineTaker,
): Promise<void> {
  const tell = (message: string): void =>
    world.writeStderr(`clusternode: ${escapeControls(message)}\n`);
  const removed = await removeLeftRows(options, group.instances, { info: tell, warning: tell })
    .catch((error) => tell(`Ended nodes may have left rows behind: ${errorText(error)}`)) ?? [];
  for (let number = 1; number <= count; number++) {
    if (removed.includes(nameOf(number))) take(number, "its row is removed from the registry");
  }
}

/** The options of nodes as they were given, for the command line of each node. */
function forwardedWords({ given, options }: Call<"local">): (number: number) => readonly string[] {
  const words = optionEntries.flatMap(([key, { flag, type }]) =>
    (given[key] ?? []).flatMap((text) => type.isSwitch ? [flag] : [flag, text])
  );
  const shown = options.http === undefined ? "none" : formatAddress(options.http);
  // One in the environment or a file would be that of all nodes.
  return (number) => [...words, optionTable.http.flag, number === 1 ? shown : "none"];
}
