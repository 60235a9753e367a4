/**
 * `clusternode members`: who is there, as one node sees it.
 *
 * @module
 */
import { orAborted } from "../../abort.ts";
import { sleep, systemClock } from "../../clock.ts";
import { RegistryError } from "../../core/base/errors.ts";
import { escapeControls } from "../../core/base/escape.ts";
import type { MemberView } from "../../core/members/member.ts";
import { jsonText } from "../../report/json_text.ts";
import { membersReport } from "../../report/member_report.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { filterMembers } from "../members/member_filter.ts";
import { sortMembers } from "../../report/words/member_order.ts";
import type { SortKey } from "../../report/words/member_order.ts";
import { memberScreen } from "../members/member_screen.ts";
import { memberSummary } from "../members/member_summary.ts";
import { memberTable } from "../members/member_table.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import type { Interruption } from "../terminal/interrupt.ts";
import { LiveScreen } from "../terminal/live_screen.ts";
import type { Frame } from "../terminal/live_screen.ts";
import { paintFor } from "../terminal/paint.ts";
import type { Paint } from "../terminal/paint.ts";
import { ClusterView } from "../cluster_view.ts";
import type { Look } from "../cluster_view.ts";
import { tellingOnce } from "../context.ts";
import type { CliContext } from "../context.ts";

/** Time between two looks, in milliseconds. */
const lookMs = 1000;

/** Shows the members once, or until interrupted. */
export async function members(world: CliContext, call: Call<"members">): Promise<number> {
  const { options, flags } = call;
  if (!flags.watch) {
    const cluster = new ClusterView(world, options, flags.from);
    try {
      showLook(world, call, await cluster.look());
    } finally {
      await cluster[Symbol.asyncDispose]();
    }
    return exitCode.fine;
  }
  const isTerminal = world.stdoutIsTerminal && world.environment["TERM"] !== "dumb";
  using screen = isTerminal && outputOf(call) === "table" ? new LiveScreen(world) : undefined;
  using interrupted = untilInterrupted((code) => {
    screen?.[Symbol.dispose]();
    Deno.exit(code);
  });
  if (screen === undefined) await watchLines(world, call, interrupted);
  else await watchLive(screen, paintFor(world), call, interrupted);
  return interrupted.exitCode;
}

/** Again and again in place. While no node answers, the last look stays. */
async function watchLive(
  screen: LiveScreen,
  paint: Paint,
  call: Call<"members">,
  interrupted: Interruption,
): Promise<void> {
  let last: Look | undefined;
  await looks(screen.context, call, interrupted, (look) => {
    if (typeof look !== "string") last = look;
    const trouble = typeof look === "string" ? look : undefined;
    screen.show(liveFrame(call, { last, trouble, wallTime: systemClock.wallTime(), paint }));
  });
}

/**
 * What is to be seen of a look while members are watched.
 *
 * @param seen the last look, if there was one; why there is no newer one; and when that is
 */
export function liveFrame(
  call: Call<"members">,
  { last, trouble, wallTime, paint }: {
    readonly last: Look | undefined;
    readonly trouble?: string | undefined;
    readonly wallTime: number;
    readonly paint: Paint;
  },
): Frame {
  const views = last === undefined ? [] : chosen(last, call, "status");
  const seen = last === undefined ? "" : `${seenWords(last, views)}, `;
  const time = new Date(wallTime).toTimeString().slice(0, 8);
  const caption = `${seen}cluster ${call.options.cluster}, ${time}`;
  return memberScreen({ views, caption, trouble, paint, hasHeader: !call.flags.noHeaders });
}

/** Again and again below each other. */
async function watchLines(
  world: CliContext,
  call: Call<"members">,
  interrupted: Interruption,
): Promise<void> {
  await looks(world, call, interrupted, (look) => {
    if (typeof look === "string") world.writeStdout(`${escapeControls(look)}\n`);
    else showLook(world, call, look);
  });
}

/** Looks until interrupted; why there was nothing to see is a sentence. */
async function looks(
  world: CliContext,
  { options, flags }: Call<"members">,
  { signal }: Interruption,
  show: (look: Look | string) => void,
): Promise<void> {
  await using cluster = new ClusterView(tellingOnce(world), options, flags.from);
  while (!signal.aborted) {
    const look = await orAborted(cluster.look(signal), signal).catch((error) => {
      if (error instanceof CommandError || error instanceof RegistryError) return error.message;
      if (!signal.aborted) throw error;
    });
    if (look === undefined) return;
    show(look);
    await sleep(systemClock, lookMs, signal).catch(() => {});
  }
}

/** One look: the table, and below it, next to the prompt, what it shows. */
export function showLook(world: CliContext, call: Call<"members">, look: Look): void {
  const members = chosen(look, call, "name");
  const { options: { cluster }, flags: { noHeaders } } = call;
  const output = outputOf(call);
  if (output === "json") {
    const report = membersReport({
      ...look,
      chosen: members,
      cluster,
      now: systemClock.wallTime(),
    });
    return world.writeStdout(`${jsonText(report)}\n`);
  }
  if (output === "name") {
    return world.writeStdout(members.map(({ name }) => `${name}\n`).join(""));
  }
  const paint = paintFor(world);
  const hasSigns = world.stdoutIsTerminal;
  const isWide = output === "wide" || !hasSigns;
  const width = isWide ? undefined : world.terminalSize()?.columns;
  const shape = { width, paint, hasSigns, hasHeader: !noHeaders, keepsEmpty: isWide };
  const summary = ["", memberSummary(members, shape), paint("faint", seenWords(look, members))];
  const lines = [...memberTable(members, shape), ...noHeaders ? [] : summary];
  world.drawStdout(lines.map((line) => `${line}\n`).join(""));
}

function outputOf(
  { flags: { json, output } }: Call<"members">,
): "table" | "wide" | "json" | "name" {
  return json ? "json" : output ?? "table";
}

/** The members that were asked for, sorted as was asked for. */
function chosen(
  { members }: Look,
  { flags }: Call<"members">,
  standard: SortKey,
): readonly MemberView[] {
  return sortMembers(filterMembers(members, flags), flags.sort ?? standard);
}

/** Whose view it is, and how much of it. */
function seenWords({ asked, lost, members }: Look, shown: readonly MemberView[]): string {
  const changed = lost === undefined ? "" : ` (${lost} no longer answers)`;
  const some = shown.length === members.length
    ? ""
    : `, ${shown.length} of its ${members.length} members`;
  return `as ${asked} sees it${changed}${some}`;
}
