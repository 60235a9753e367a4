/**
 * This node among the others: its addresses, its port, the nodes that are registered, and whether
 * they reach this machine.
 *
 * @module
 */
import { DeadlineError, withDeadline } from "../clock.ts";
import { getOrCreateCookie } from "../cookie.ts";
import { isLoopback } from "../core/base/address.ts";
import type { Row } from "../core/members/row.ts";
import { decideAddresses, networkFacts, rankAddresses } from "../node/detect_address.ts";
import type { RankedAddress } from "../node/detect_address.ts";
import { ownName } from "../node/own_name.ts";
import type { OwnName } from "../node/own_name.ts";
import { randomBytes } from "../random_bytes.ts";
import { openClientTransport } from "../start.ts";
import type { Transport } from "../transport/transport.ts";
import type { HeartbeatViews } from "./heartbeat_watch.ts";
import { judgeBeam, tryBeam } from "./beam.ts";
import { askForCallBack, judgeCallBacks } from "./call_back.ts";
import { fault, fine } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { judgeOwnPort, tryOwnPort } from "./own_port.ts";
import { judgePlace } from "./own_place.ts";
import { within } from "./patient.ts";
import type { DoctorOptions, Patient } from "./patient.ts";
import { answering, judgePeers, peerFacts, tryPeers } from "./peers.ts";
import type { Tries } from "./peers.ts";

/** How long trying all peers may take, in milliseconds. */
const peersTimeoutMs = 5_500;

/** How long calling back may take, in milliseconds. */
const callBackTimeoutMs = 2_500;

/**
 * Findings about name, addresses, port, peers and calls back.
 *
 * @param cookies those that the node would use; without any no node can be asked
 */
export async function examineNetwork(
  patient: Patient,
  rows: readonly Row[],
  cookies: readonly string[],
  heartbeats: Promise<HeartbeatViews>,
): Promise<Finding[]> {
  const { options } = patient;
  const [first = getOrCreateCookie(randomBytes)] = cookies;
  const surroundings = await lookAround(options);
  const { own, isHere } = surroundings;
  const [port, asked, beam] = await Promise.all([
    tryOwnPort(options, own, first),
    cookies.length === 0 ? undefined : askPeers(patient, rows, cookies, isHere),
    tryBeam(patient, own.name),
  ]);
  const peers = peerFacts(asked?.tries ?? new Map(), await heartbeats);
  const living = answering(peers);
  const runsHere = living.some((row) => row.name === own.name && isHere(row));
  const isGiven = options.advertise.length > 0 || typeof options.name === "string";
  const untried = asked === undefined ? 0 : rows.length - asked.tries.size;
  return [
    ...judgePlace({
      options,
      own,
      ranked: surroundings.ranked,
      elsewhere: rows.filter((row) => !isHere(row)),
    }),
    ...judgeName(own, living, isHere),
    ...judgeOwnPort(port, options, living.filter(isHere), isGiven),
    ...beam === undefined ? [] : judgeBeam(beam, options, own.name, runsHere),
    ...judgePeers(peers, untried),
    ...asked?.calls ?? [],
  ];
}

/** What this machine knows about itself. */
interface Surroundings {
  readonly own: OwnName;
  readonly ranked: readonly RankedAddress[];
  /** True if the node of that row seems to run on this machine. */
  isHere(row: Row): boolean;
}

async function lookAround(options: DoctorOptions): Promise<Surroundings> {
  const facts = await networkFacts();
  const own = ownName({ options, detected: decideAddresses(facts), hostName: Deno.hostname() });
  const addresses = new Set(facts.interfaces.map(({ address }) => address));
  return {
    own,
    ranked: rankAddresses(facts),
    isHere: (row) => row.addresses.some(({ host }) => addresses.has(host) || isLoopback(host)),
  };
}

/** Tries the nodes, then has those of this machine called back. */
async function askPeers(
  patient: Patient,
  rows: readonly Row[],
  cookies: readonly string[],
  isHere: (row: Row) => boolean,
): Promise<{ readonly tries: Tries; readonly calls: readonly Finding[] }> {
  const { options, clock } = patient;
  await using transport = await openClientTransport(options.cluster, cookies);
  const signal = within(peersTimeoutMs, patient);
  const tries = await tryPeers(transport, rows, options.profile, clock, signal);
  const living = answering(peerFacts(tries, new Map()));
  return { tries, calls: await callBacks(patient, transport, living, isHere) };
}

async function callBacks(
  { options, clock }: Patient,
  transport: Transport,
  living: readonly Row[],
  isHere: (row: Row) => boolean,
): Promise<Finding[]> {
  const [here, elsewhere] = [living.filter(isHere), living.filter((row) => !isHere(row))];
  const others = elsewhere.length > 0 ? elsewhere : here;
  const asking = askForCallBack(transport, here, others, options.profile);
  try {
    return judgeCallBacks(await withDeadline(clock, callBackTimeoutMs, "calls back", asking));
  } catch (error) {
    // Nobody said that it does not work.
    if (error instanceof DeadlineError) return [];
    throw error;
  }
}

/** Is the name of this node free? */
function judgeName(
  { name, automatic }: OwnName,
  living: readonly Row[],
  isHere: (row: Row) => boolean,
): Finding[] {
  const holder = living.find((row) => row.name === name);
  if (automatic || holder === undefined) return [];
  return [
    isHere(holder)
      ? fine("name", `${name} runs on this machine already; a second one would end with code 3`)
      : fault(
        "name",
        `The name ${name} is held by a living node on another machine`,
        "Choose another --name, as this one cannot be had while that node lives",
      ),
  ];
}
