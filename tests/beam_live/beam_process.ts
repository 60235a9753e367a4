/**
 * A pulse with BEAM nodes in a process of its own, to be killed: `beam_process.ts name epmdPort
 * [target …]`. It answers every ping, and pings its targets until each has answered; then it prints
 * `connected`.
 *
 * @module
 */
import { openTestBeam, patient } from "../beam/fixtures.ts";
import type { NodeName } from "../../lib/core/base/name.ts";

const [name = "ts", epmdPort = "", ...targets] = Deno.args;
const { beam } = await openTestBeam({ name, epmdPort: Number(epmdPort) });
const outcomes = await Promise.all(targets.map((target) => beam.ping(target as NodeName, patient)));
const said = outcomes.every(({ kind }) => kind === "pong") ? "connected" : JSON.stringify(outcomes);
await Deno.stdout.write(new TextEncoder().encode(`${said}\n`));
