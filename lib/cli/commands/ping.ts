/**
 * `clusternode ping`: nodes, again and again, with round trips and loss, like ping(8). With
 * `--beam` any Elixir or Erlang node, without joining or being registered anywhere.
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import { hostName } from "../../core/base/name.ts";
import { profileTimings } from "../../core/base/profile.ts";
import { openClientBeam } from "../../start.ts";
import type { Outcome } from "../../transport/transport.ts";
import type { EndedPing } from "../../report/ping_report.ts";
import type { Call } from "../parse/call.ts";
import { pingRounds } from "./ping_rounds.ts";
import type { PingSubject } from "./ping_rounds.ts";
import { Client } from "../client.ts";
import { CommandError } from "../exit_codes.ts";
import type { CliContext } from "../context.ts";

/** Pings nodes; 0 if each of them answered at least once, else 1. */
export async function ping(world: CliContext, call: Call<"ping">): Promise<number> {
  const { argument: names, options, flags } = call;
  if (options.beam) return await pingBeams(world, call);
  await using client = await Client.begin(world, options);
  const rows = names.map((name) => client.find(name));
  const subjects = rows.map((row) => ({
    name: row.name,
    place: row.addresses.map(formatAddress).join(", "),
    ask: async () => resultOf(await client.ask(row, { kind: "ping" })),
  }));
  return await pingRounds(world, flags, subjects);
}

function resultOf(outcome: Outcome): EndedPing {
  if (outcome.kind !== "answer") return outcome;
  const { roundTripUs, address } = outcome;
  return { kind: "pong", roundTripUs, address };
}

/** The same with BEAM nodes. */
async function pingBeams(
  world: CliContext,
  { argument: names, options: { beamCookie, profile }, flags }: Call<"ping">,
): Promise<number> {
  if (beamCookie === undefined) throw new CommandError("There is no Erlang cookie");
  const { connectTimeoutMs, pingTimeoutMs } = profileTimings[profile];
  await using opened = new AsyncDisposableStack();
  const subjects: PingSubject[] = [];
  for (const name of names) {
    if (typeof name !== "string") {
      throw new CommandError(
        `${name.local} is not enough to find a BEAM node: give the full name, such as n1@127.0.0.1`,
      );
    }
    const beam = opened.use(await openClientBeam(beamCookie, name));
    subjects.push({
      name,
      place: `beam at ${hostName(name)}`,
      ask: () => beam.ping(name, { connectTimeoutMs, answerTimeoutMs: pingTimeoutMs }),
    });
  }
  return await pingRounds(world, flags, subjects);
}
