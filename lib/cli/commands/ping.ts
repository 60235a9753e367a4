/**
 * `clusternode ping`: one node, again and again, with round trips and loss, like ping(8).
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import type { Outcome } from "../../transport/transport.ts";
import type { Call } from "../parse/call.ts";
import { pingBeam } from "./ping_beam.ts";
import { pingRounds } from "./ping_rounds.ts";
import type { PingResult } from "./ping_rounds.ts";
import { Client } from "../client.ts";
import type { CliContext } from "../context.ts";

/** Pings one node; 0 if it answered at least once, 1 if never. */
export async function ping(world: CliContext, call: Call<"ping">): Promise<number> {
  const { argument: name, options, flags } = call;
  if (options.beam) return await pingBeam(world, call);
  await using client = await Client.begin(world, options);
  const row = client.find(name);
  return await pingRounds(world, flags, {
    name: row.name,
    place: row.addresses.map(formatAddress).join(", "),
    ask: async () => resultOf(await client.ask(row, { kind: "ping" })),
  });
}

function resultOf(outcome: Outcome): PingResult {
  if (outcome.kind !== "answer") return outcome;
  const { roundTripUs, address } = outcome;
  return { kind: "pong", roundTripUs, address };
}
