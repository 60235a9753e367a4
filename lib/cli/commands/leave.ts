/**
 * `clusternode leave`: one request to one node.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { requesterMax } from "../../protocol/message.ts";
import type { Answer, Request } from "../../protocol/message.ts";
import type { Row } from "../../core/members/row.ts";
import { isoTime } from "../../report/iso_time.ts";
import { jsonText } from "../../report/json_text.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { Client, rowsOfThisMachine } from "../client.ts";
import type { ClientOptions } from "../client.ts";
import type { CliContext } from "../context.ts";

/** Asks the node of this machine to leave. */
export async function leave(
  world: CliContext,
  { options, flags: { json } }: Call<"leave">,
): Promise<number> {
  await using client = await Client.begin(world, options);
  const answers = await askAll(client, options, { kind: "ping" });
  const [row] = answers.keys();
  if (row === undefined || answers.size > 1) {
    const names = [...answers.keys()].map(({ name }) => name).sort().join(", ");
    throw new CommandError(`Several nodes of this machine are registered, say --name: ${names}`);
  }
  await client.askFor(row, { kind: "leave", by: ownWords(world) });
  const { name } = row;
  const report = { schema: "leave.v1", time: now(), name, cluster: options.cluster } as const;
  world.writeStdout(`${json ? jsonText(report) : `${name} leaves`}\n`);
  return exitCode.fine;
}

/** Who asks, as the log of the node tells it: `pid 4711 of ops on box1`. */
function ownWords({ environment }: CliContext): string {
  const user = environment["USER"] || environment["LOGNAME"] || `uid ${Deno.uid() ?? "unknown"}`;
  return `pid ${Deno.pid} of ${user} on ${Deno.hostname()}`.slice(0, requesterMax);
}

function now(): string {
  return isoTime(systemClock.wallTime());
}

/**
 * Asks the nodes of this machine. Rows that nobody answers for are left out: they may be what a dead
 * node has left behind, perhaps at an address that is this machine's now.
 *
 * @throws {CommandError} if none answers
 */
export async function askAll(
  client: Client,
  options: ClientOptions,
  request: Request,
): Promise<Map<Row, Answer>> {
  const own = rowsOfThisMachine(client, options.name);
  if (own.length === 0) {
    throw new CommandError(`No node of this machine is registered in ${client.registryUrl}`);
  }
  const results = await Promise.allSettled(own.map((row) => client.askFor(row, request)));
  const answers = new Map<Row, Answer>();
  own.forEach((row, index) => {
    const result = results[index];
    if (result?.status === "fulfilled") answers.set(row, result.value);
  });
  const [first] = results;
  if (answers.size === 0 && first?.status === "rejected") throw first.reason;
  return answers;
}
