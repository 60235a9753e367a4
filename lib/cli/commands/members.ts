/**
 * `clusternode members`: who is there, as one node sees it.
 *
 * @module
 */
import { sleep, systemClock } from "../../clock.ts";
import { formatAddress } from "../../core/base/address.ts";
import { formatDuration, formatRoundTrip } from "../../core/base/duration.ts";
import { escapeControls, escapeLines } from "../../core/base/escape.ts";
import { countsAsAlive } from "../../core/members/member.ts";
import type { MemberView } from "../../core/members/member.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { formatTable } from "../terminal/table.ts";
import { ClusterView } from "../cluster_view.ts";
import type { Look } from "../cluster_view.ts";
import { tellingOnce } from "../context.ts";
import type { CliContext } from "../context.ts";

/** Time between two redraws, in milliseconds. */
const redrawMs = 1000;

/** Shows the members once, or until interrupted. */
export async function members(
  world: CliContext,
  { options, flags: { json, watch } }: Call<"members">,
): Promise<number> {
  await using cluster = new ClusterView(tellingOnce(world), options);
  const look = async (): Promise<string> => shownLook(await cluster.look(), options.cluster, json);
  if (!watch) {
    world.writeStdout(await look() + "\n");
    return exitCode.fine;
  }
  using interrupted = untilInterrupted();
  while (!interrupted.signal.aborted) {
    const shown = await look().catch((error) => {
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

function shownLook({ asked, members }: Look, cluster: string, json: boolean): string {
  if (json) return JSON.stringify({ asked, cluster, members });
  const alive = members.filter(({ status }) => status === "alive").length;
  return `${membersTable(members)}\n\n${alive} of ${members.length} alive, as ${asked} sees it`;
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
