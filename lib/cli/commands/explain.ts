/**
 * `clusternode explain`: why a node is seen as it is, and what would change it.
 *
 * @module
 */
import { serviceWords, statusWords } from "../../core/members/change.ts";
import { formatDuration, formatRoundTrip } from "../../core/base/duration.ts";
import { escapeControls } from "../../core/base/escape.ts";
import type { Explanation } from "../../core/explain/explanation.ts";
import type { MemberService } from "../../core/members/service.ts";
import { failureWords } from "../../core/base/failure_words.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { formatTable } from "../terminal/table.ts";
import { Client, rowsOfThisMachine, unexpected } from "../client.ts";
import type { CliContext } from "../context.ts";

/** Asks one node, another than the subject if there is one, why it sees the subject as it does. */
export async function explain(
  world: CliContext,
  { argument: name, options, flags: { json } }: Call<"explain">,
): Promise<number> {
  await using client = await Client.begin(world, options);
  const subject = client.findName(name);
  const others = rowsOfThisMachine(client, undefined).filter((row) => row.name !== subject);
  const asked = await client.anyNode(
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
  world.writeStdout(
    json
      ? JSON.stringify({ asked: asked.name, ...explanation }) + "\n"
      : explanationText(asked.name, explanation),
  );
  return exitCode.fine;
}

/** The explanation for people: the verdict, then what it rests on, then what would change it. */
export function explanationText(asked: string, explanation: Explanation): string {
  const { name, kind, status, verdict, wouldChange } = explanation;
  const shown = kind === "beam" ? `${name} (beam)` : name;
  const lines = [
    escapeControls(`${shown} ${statusWords(status)}, as ${asked} sees it: ${verdict}`),
    "",
    formatTable(["EVIDENCE", ""], [...opinions(explanation), ...evidence(explanation)]),
    "",
    "What would change that:",
    ...[...wouldChange, ...advice(explanation)].map((one) => escapeControls(`  - ${one}`)),
  ];
  return lines.join("\n") + "\n";
}

/** With which options that is done, if it is done by any. */
function advice({ kind, status }: Explanation): string[] {
  switch (status) {
    case "wrong-cluster":
      return ["the cluster of a node is chosen by --cluster"];
    case "wrong-cookie":
      return kind === "beam"
        ? ["give this node --beam-cookie, or that one --cookie"]
        : ["the cookie of a node is given by --cookie or --cookie-file"];
    default:
      return [];
  }
}

function opinions({ kind, accusers, votesNeeded }: Explanation): string[][] {
  if (kind === "beam") {
    return [["votes", "none: each clusternode judges a BEAM node by its own pings"]];
  }
  const words = accusers.map(({ name, kind }) => `${name}: ${failureWords(kind)}`).join("; ");
  return [
    ["accusers", words || "none"],
    ["votes", `${accusers.length} of ${votesNeeded} needed`],
  ];
}

function evidence(explanation: Explanation): string[][] {
  const { kind, watched, timeoutMs, heartbeat, heartbeatAgeMs } = explanation;
  const { registryWorks, localHealth, isolated, failures, incarnation, service } = explanation;
  const heartbeatAge = heartbeatAgeMs === undefined
    ? ""
    : `, last moved ${formatDuration(heartbeatAgeMs)} ago`;
  return [
    ["watched by this node", watched ? "yes" : "no"],
    ["last pings, newest last", explanation.pings.map(pingWords).join(", ") || "none"],
    ["deadline of a pong", formatDuration(timeoutMs)],
    [
      `${kind === "beam" ? "timestamp" : "heartbeat"} in the registry`,
      `${heartbeat}${heartbeatAge}`,
    ],
    ["registry", registryWorks ? "works" : "away: pings alone decide"],
    [
      "own health",
      `${localHealth} (0 healthy, 7 sick)${isolated ? ", may be isolated" : ""}`,
    ],
    ["failures in 5 min", String(failures)],
    ...kind === "beam" ? [] : [["incarnation", String(incarnation)]],
    ...service === undefined ? [] : [["service", serviceText(service)]],
  ];
}

function serviceText({ state, port, reason }: MemberService): string {
  const where = port === undefined ? "" : ` at port ${port}`;
  return `${serviceWords(state)}${where}${reason === "" ? "" : `: ${reason}`}`;
}

function pingWords({ kind, agoMs, roundTripUs }: Explanation["pings"][number]): string {
  const what = roundTripUs === undefined ? kind : `pong ${formatRoundTrip(roundTripUs)}`;
  return `${what} (${formatDuration(agoMs)} ago)`;
}
