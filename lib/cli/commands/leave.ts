/**
 * `clusternode leave` and `forget`: one request to one node.
 *
 * @module
 */
import type { Answer, Request } from "../../protocol/message.ts";
import type { Row } from "../../core/members/row.ts";
import type { Call } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { Client, rowsOfThisMachine } from "../client.ts";
import type { ClientOptions } from "../client.ts";
import type { CliContext } from "../context.ts";

/** Asks the node of this machine to leave. */
export async function leave(
  world: CliContext,
  { options }: Call<"leave">,
): Promise<number> {
  await using client = await Client.begin(world, options);
  const answers = await askAll(client, options, { kind: "ping" });
  const [row] = answers.keys();
  if (row === undefined || answers.size > 1) {
    const names = [...answers.keys()].map(({ name }) => name).sort().join(", ");
    throw new CommandError(`Several nodes of this machine are registered, say --name: ${names}`);
  }
  await client.askFor(row, { kind: "leave" });
  world.writeStdout(`${row.name} leaves\n`);
  return exitCode.fine;
}

/** Takes a dead node out. */
export async function forget(
  world: CliContext,
  { argument: name, options, flags: { dryRun } }: Call<"forget">,
): Promise<number> {
  await using client = await Client.begin(world, options);
  const dead = client.findName(name);
  const others = client.rows.filter((row) => row.name !== dead);
  const asked = await client.anyNode(others);
  const answer = await client.askFor(asked, { kind: "forget", name: dead, dryRun });
  if (answer.kind === "refused") throw new CommandError(answer.reason);
  const done = dryRun
    ? "would be forgotten: it has failed, and its row would be removed"
    : "is forgotten";
  world.writeStdout(`${dead} ${done}\n`);
  return exitCode.fine;
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
