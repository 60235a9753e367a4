/**
 * `clusternode leave`, `forget` and `health`: one request to one node.
 *
 * @module
 */
import type { GivenName } from "../core/option_identity.ts";
import type { ClientOptions } from "./commands.ts";
import { exitCode } from "./exit_codes.ts";
import { CommandError, rowsOfThisMachine, Visit } from "./visit.ts";
import type { World } from "./world.ts";

/** Asks the node of this machine to leave. */
export async function leave(world: World, options: ClientOptions): Promise<number> {
  await using visit = await Visit.begin(options);
  const own = rowsOfThisMachine(visit, options.name);
  const [row] = own;
  if (row === undefined) {
    throw new CommandError(`No node of this machine is registered in ${visit.registryUrl}`);
  }
  if (own.length > 1) {
    const names = own.map(({ name }) => name).sort().join(", ");
    throw new CommandError(`Several nodes of this machine are registered, say --name: ${names}`);
  }
  await visit.askFor(row, { kind: "leave" });
  world.writeStdout(`${row.name} leaves\n`);
  return exitCode.fine;
}

/** Takes a dead node out. */
export async function forget(
  world: World,
  name: GivenName,
  options: ClientOptions,
): Promise<number> {
  await using visit = await Visit.begin(options);
  const dead = visit.find(name);
  const others = visit.rows.filter((row) => row !== dead);
  const asked = await visit.anyNode(others);
  const answer = await visit.askFor(asked, { kind: "forget", name: dead.name });
  if (answer.kind === "refused") throw new CommandError(answer.reason);
  world.writeStdout(`${dead.name} is forgotten\n`);
  return exitCode.fine;
}

/** 0 if the nodes of this machine are healthy, each told on a line. */
export async function health(world: World, options: ClientOptions): Promise<number> {
  await using visit = await Visit.begin(options);
  const own = rowsOfThisMachine(visit, options.name);
  if (own.length === 0) {
    throw new CommandError(`No node of this machine is registered in ${visit.registryUrl}`);
  }
  let healthy = true;
  for (const row of own) {
    const answer = await visit.askFor(row, { kind: "health" });
    const well = answer.kind === "health" && answer.healthy;
    const reason = answer.kind === "health" ? answer.reason : "it gave an unknown answer";
    world.writeStdout(`${row.name} is ${well ? "healthy" : "not healthy"}: ${reason}\n`);
    healthy &&= well;
  }
  return healthy ? exitCode.fine : exitCode.failed;
}
