/**
 * `clusternode matrix`: who reaches whom, and what that means.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { LinkMatrix } from "../../core/explain/link_matrix.ts";
import type { LinkReport } from "../../core/explain/link_matrix.ts";
import type { Row } from "../../core/members/row.ts";
import { compareNames } from "../../core/members/status_line.ts";
import { jsonText } from "../../report/json_text.ts";
import { matrixReport } from "../../report/matrix_report.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { paintFor } from "../terminal/paint.ts";
import { Client, unanswered } from "../client.ts";
import type { CliContext } from "../context.ts";
import { linksText, matrixText } from "./matrix_text.ts";

/** Nodes that are asked side by side. */
const askedAtOnce = 16;

/** Asks every node for its links and shows them together. */
export async function matrix(
  world: CliContext,
  { options, flags: { json, from } }: Call<"matrix">,
): Promise<number> {
  await using client = await Client.begin(world, options);
  const asked = from === undefined ? client.rows : [client.find(from)];
  const rows = asked.toSorted((one, other) => compareNames(one.name, other.name));
  const reports: LinkReport[] = [];
  for (let from = 0; from < rows.length; from += askedAtOnce) {
    const some = rows.slice(from, from + askedAtOnce);
    reports.push(...await Promise.all(some.map((row) => report(client, row))));
  }
  if (json) {
    const at = { cluster: options.cluster, now: systemClock.wallTime() };
    world.writeStdout(`${jsonText(matrixReport(reports, at))}\n`);
    return exitCode.fine;
  }
  const isShort = world.stdoutIsTerminal;
  const shape = { width: world.terminalSize()?.columns, paint: paintFor(world), isShort };
  const [only] = reports;
  const isOne = from !== undefined && only !== undefined;
  if (isOne && only.links === undefined) throw new CommandError(`${only.name} does not answer`);
  world.drawStdout(isOne ? linksText(only, shape) : matrixText(new LinkMatrix(reports), shape));
  return exitCode.fine;
}

async function report(client: Client, row: Row): Promise<LinkReport> {
  return { name: row.name, links: await client.links(row).catch(unanswered) };
}
