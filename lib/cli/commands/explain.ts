/**
 * `clusternode explain`: why a node is seen as it is, and what would change it.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { explainReport } from "../../report/explain_report.ts";
import { jsonText } from "../../report/json_text.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { paintFor } from "../terminal/paint.ts";
import { Client, rowsOfThisMachine, unexpected } from "../client.ts";
import type { CliContext } from "../context.ts";
import { explanationText } from "./explain_text.ts";

/** Asks one node, another than the subject if there is one, why it sees the subject as it does. */
export async function explain(
  world: CliContext,
  { argument: name, options, flags: { json, from } }: Call<"explain">,
): Promise<number> {
  await using client = await Client.begin(world, options);
  const subject = client.findName(name);
  const others = rowsOfThisMachine(client, undefined).filter((row) => row.name !== subject);
  const asked = await client.observer(
    from,
    others.length > 0 ? others : client.rows.filter((row) => row.name !== subject),
  );
  const answer = await client.askFor(asked, { kind: "explain", name: subject });
  if (answer.kind === "refused") {
    const isBeam = client.beams.includes(subject);
    const hint = `: it is a BEAM node, and ${asked.name} may have been started without --beam`;
    throw new CommandError(`${answer.reason}${isBeam ? hint : ""}`);
  }
  if (answer.kind !== "explain") throw unexpected(asked, answer);
  const { explanation } = answer;
  if (json) {
    const at = { asked: asked.name, cluster: options.cluster, now: systemClock.wallTime() };
    world.writeStdout(`${jsonText(explainReport(explanation, at))}\n`);
    return exitCode.fine;
  }
  const shape = { width: world.terminalSize()?.columns, paint: paintFor(world) };
  world.drawStdout(explanationText(asked.name, explanation, shape));
  return exitCode.fine;
}
