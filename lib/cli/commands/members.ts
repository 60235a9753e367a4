/**
 * `clusternode members`: who is there, as one node sees it.
 *
 * @module
 */
import { sleep, systemClock } from "../../clock.ts";
import { formatAddress } from "../../core/base/address.ts";
import { formatDuration, formatRoundTrip } from "../../core/base/duration.ts";
import { escapeControls, escapeLines } from "../../core/base/escape.ts";
import { countsAsAlive } from "../../core/dissemination/member.ts";
import type { MemberView } from "../../core/dissemination/member.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { formatTable } from "../terminal/table.ts";
import { Client, rowsOfThisMachine } from "../client.ts";
import type { ClientOptions } from "../client.ts";
import type { CliContext } from "../context.ts";

/** Time between two redraws, in milliseconds. */
const redrawMs = 1000;

/** Shows the members once, or until interrupted. */
export async function members(
  world: CliContext,
  { options, flags: { json, watch } }: Call<"members">,
): Promise<number> {
  if (!watch) {
    world.writeStdout(await look(world, options, json) + "\n");
    return exitCode.fine;
  }
  using interrupted = untilInterrupted();
  const watching = tellingOnce(world);
  while (!interrupted.signal.aborted) {
    const shown = await look(watching, options, json).catch((error) => {
      if (error instanceof CommandError) return escapeControls(error.message);
      throw error;
    });
    if (world.stdoutIsTerminal && !json) world.drawStdout(redraw(shown));
    else world.writeStdout(`${shown}\n`);
    await sleep(systemClock, redrawMs, interrupted.signal).catch(() => {});
  }
  return interrupted.exitCode;
}

/** Home, the lines with the rest of each cleared, and everything below cleared. */
function redraw(lines: string): string {
  return `\x1b[H${escapeLines(lines).replaceAll("\n", "\x1b[K\n")}\x1b[K\n\x1b[J`;
}

/** That one of the registries is away need not be told with each look. */
function tellingOnce(world: CliContext): CliContext {
  const told = new Set<string>();
  const writeStderr = (text: string): void => {
    if (told.has(text)) return;
    told.add(text);
    world.writeStderr(text);
  };
  return { ...world, writeStderr };
}

async function look(world: CliContext, options: ClientOptions, json: boolean): Promise<string> {
  await using client = await Client.begin(world, options);
  const asked = await client.anyNode(rowsOfThisMachine(client, undefined));
  const views = await client.members(asked);
  if (json) return JSON.stringify({ asked: asked.name, cluster: options.cluster, members: views });
  const alive = views.filter(({ status }) => status === "alive").length;
  return `${membersTable(views)}\n\n${alive} of ${views.length} alive, as ${asked.name} sees it`;
}

/** The table that people see; times are how long a member has had its state. */
export function membersTable(views: readonly MemberView[]): string {
  // Where nobody carries a service, there is no need to say so of each.
  const hasServices = views.some(({ service }) => service !== undefined);
  const service = hasServices ? ["SERVICE"] : [];
  const header = ["NAME", "STATE", "FOR", "ADDRESS", "ROUND TRIP", ...service, "TAGS", "REASON"];
  const rows = views.map((view) => {
    const [address] = view.addresses;
    return [
      view.name,
      view.kind === "beam" ? `${view.status} (beam)` : view.status,
      formatDuration(view.forMs),
      address === undefined ? "-" : formatAddress(address),
      view.roundTripUs === undefined ? "-" : formatRoundTrip(view.roundTripUs),
      ...hasServices ? [serviceCell(view)] : [],
      Object.entries(view.tags).map(([key, value]) => `${key}=${value}`).join(" ") || "-",
      view.status === "alive" && view.linkWorks ? "" : view.reason,
    ];
  });
  return formatTable(header, rows);
}

/** State and port; of a member that is not seen alive its last word, in brackets. */
function serviceCell({ service, status }: MemberView): string {
  if (service === undefined) return "-";
  const text = service.port === undefined ? service.state : `${service.state} :${service.port}`;
  return countsAsAlive(status) ? text : `(${text})`;
}
