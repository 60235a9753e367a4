/**
 * `clusternode ping`: one node, again and again, with round trips and loss, like ping(8). With
 * `--beam` any Elixir or Erlang node, without joining or being registered anywhere.
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import { hostName } from "../../core/base/name.ts";
import { profileTimings } from "../../core/base/profile.ts";
import { openVisitorBeam } from "../../start.ts";
import type { Outcome } from "../../transport/transport.ts";
import type { Call } from "../parse/call.ts";
import { pingRounds } from "./ping_rounds.ts";
import type { PingResult } from "./ping_rounds.ts";
import { Client } from "../client.ts";
import { CommandError } from "../exit_codes.ts";
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

/** Pings one BEAM node; 0 if it answered at least once, 1 if never. */
async function pingBeam(
  world: CliContext,
  { argument: name, options: { beamCookie, profile }, flags }: Call<"ping">,
): Promise<number> {
  if (typeof name !== "string") {
    throw new CommandError(
      `${name.local} is not enough to find a BEAM node: give the full name, such as n1@127.0.0.1`,
    );
  }
  if (beamCookie === undefined) throw new CommandError("There is no Erlang cookie");
  const { connectTimeoutMs, pingTimeoutMs } = profileTimings[profile];
  await using beam = await openVisitorBeam(beamCookie, name);
  return await pingRounds(world, flags, {
    name,
    place: `beam at ${hostName(name)}`,
    ask: () => beam.ping(name, { connectTimeoutMs, answerTimeoutMs: pingTimeoutMs }),
  });
}
