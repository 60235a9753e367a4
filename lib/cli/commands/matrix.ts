/**
 * `clusternode matrix`: who reaches whom, and what that means.
 *
 * @module
 */
import { formatRoundTrip } from "../../core/base/duration.ts";
import { describeFinding, LinkMatrix } from "../../core/explain/link_matrix.ts";
import type { LinkCell, LinkReport } from "../../core/explain/link_matrix.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { Row } from "../../core/members/row.ts";
import { compareNames } from "../../core/members/status_line.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { formatTable } from "../terminal/table.ts";
import { Client } from "../client.ts";
import type { CliContext } from "../context.ts";

/** Nodes that are asked side by side. */
const askedAtOnce = 16;

/** In larger clusters only what is wrong is shown. */
const tableMax = 30;

/** Asks every node for its links and shows them together. */
export async function matrix(
  world: CliContext,
  { options, flags: { json } }: Call<"matrix">,
): Promise<number> {
  await using client = await Client.begin(world, options);
  const rows = [...client.rows].sort((one, other) => compareNames(one.name, other.name));
  const reports: LinkReport[] = [];
  for (let from = 0; from < rows.length; from += askedAtOnce) {
    const some = rows.slice(from, from + askedAtOnce);
    reports.push(...await Promise.all(some.map((row) => report(client, row))));
  }
  const links = new LinkMatrix(reports);
  world.writeStdout(json ? matrixJson(reports, links) : matrixText(links));
  return exitCode.fine;
}

async function report(client: Client, row: Row): Promise<LinkReport> {
  try {
    return { name: row.name, links: await client.links(row) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { name: row.name, links: undefined };
  }
}

function matrixJson(reports: readonly LinkReport[], links: LinkMatrix): string {
  const findings = links.findings().map((finding) => ({
    ...finding,
    words: describeFinding(finding),
  }));
  return JSON.stringify({ nodes: reports, findings }) + "\n";
}

/** The table with round trips, one row for each node that pings, and what it shows in words. */
export function matrixText(links: LinkMatrix): string {
  const { names, beams } = links;
  const findings = links.findings().map((finding) => describeFinding(finding));
  const reached = `All ${names.length} nodes reach each other, as far as they have tried`;
  const words = [
    ...findings.length === 0 ? [reached] : findings,
    ...beams.length === 0
      ? []
      : [`BEAM nodes tell nothing of their own links; pinged are ${beams.join(", ")}`],
  ].join("\n");
  if (names.length > tableMax) return `${words}\n`;
  const subjects = [...names, ...beams].sort(compareNames);
  const label = (name: NodeName): string => beams.includes(name) ? `${name} (beam)` : name;
  const header = ["FROM \\ TO", ...subjects.map(label)];
  const rows = names.map((from) => [
    from,
    ...subjects.map((to) => cellText(links.cell(from, to))),
  ]);
  return `${formatTable(header, rows)}\n\n${words}\n`;
}

function cellText({ kind, roundTripUs }: LinkCell): string {
  switch (kind) {
    case "self":
      return "·";
    case "unknown":
      return "?";
    case "pong":
      return roundTripUs === undefined ? "pong" : formatRoundTrip(roundTripUs);
    default:
      return `✗ ${kind}`;
  }
}
