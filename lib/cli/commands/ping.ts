/**
 * `clusternode ping`: one node, again and again, with round trips and loss, like ping(8).
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import type { GivenName } from "../../options/option_identity.ts";
import type { Outcome } from "../../transport/transport.ts";
import type { ClientOptions, PingFlags } from "../commands.ts";
import { pingBeam } from "./ping_beam.ts";
import { pingRounds } from "./ping_rounds.ts";
import type { PingResult } from "./ping_rounds.ts";
import { Visit } from "../client.ts";
import type { World } from "../context.ts";

/** Pings one node; 0 if it answered at least once, 1 if never. */
export async function ping(
  world: World,
  name: GivenName,
  options: ClientOptions,
  flags: PingFlags,
): Promise<number> {
  if (options.beam) return await pingBeam(world, name, options, flags);
  await using visit = await Visit.begin(world, options);
  const row = visit.find(name);
  return await pingRounds(world, flags, {
    name: row.name,
    place: row.addresses.map(formatAddress).join(", "),
    ask: async () => resultOf(await visit.ask(row, { kind: "ping" })),
  });
}

function resultOf(outcome: Outcome): PingResult {
  if (outcome.kind !== "answer") return outcome;
  const { roundTripUs, address } = outcome;
  return { kind: "pong", roundTripUs, address };
}
