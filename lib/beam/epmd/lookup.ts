/**
 * Finds out where a node answers: the address of its host, and from the EPMD there its port.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { formatAddress, ipFamily, isUnspecified, socketHost } from "../../core/base/address.ts";
import type { Address } from "../../core/base/address.ts";
import { hostName, localName, type NodeName } from "../../core/base/name.ts";
import type { BeamOutcome } from "../beam.ts";
import { joined } from "../term/bytes.ts";
import { decodePortIs, encodePortPlease } from "./epmd_message.ts";
import { encodePacket } from "../packets.ts";
import { epmdAnswerMaxBytes } from "../limits.ts";
import { onAbort } from "../../abort.ts";
import { firstOf } from "../../sockets/happy_eyeballs.ts";
import { reasonOf } from "../../sockets/reason.ts";
import type { Resolver } from "../../sockets/resolver.ts";

/** An outcome other than a pong. */
export type Failure = Exclude<BeamOutcome, { readonly kind: "pong" }>;

/** Which deadline passes if nothing happens: nobody was reached yet, or somebody says nothing. */
export interface Progress {
  /** What is being waited for, as the end of a sentence, and the outcome if it does not come. */
  waitingFor(kind: "no-answer" | "silent", what: string): void;
}

/** Where a node answers, and the newest handshake that it understands. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly version: 5 | 6;
}

/** What a look-up needs from its surroundings. */
export interface LookupContext {
  readonly clock: Clock;
  readonly resolver: Resolver;
  readonly epmdPort: number;
}

/** The addresses of a host, IPv4 first: nodes of the BEAM listen on IPv4 unless told otherwise. */
function byFamily(addresses: readonly string[]): readonly string[] {
  const isIpv6 = (address: string): number => ipFamily(address) === 6 ? 1 : 0;
  return [...addresses].sort((one, other) => isIpv6(one) - isIpv6(other));
}

/** What the EPMD of one address said, and of which. */
interface Told {
  readonly address: string;
  readonly answer: Uint8Array | string;
}

/**
 * Asks for the place of `name`: at all addresses of its host until an EPMD knows it. Rejects only when
 * `signal` is aborted.
 */
export async function findPlace(
  name: NodeName,
  context: LookupContext,
  progress: Progress,
  signal: AbortSignal,
): Promise<Place | Failure> {
  const host = hostName(name);
  progress.waitingFor("no-answer", `the address of ${host}`);
  let addresses: readonly string[];
  try {
    addresses = byFamily(await context.resolver.addressesOf(host, signal));
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "no-answer", detail: `its host has no address: ${reasonOf(error)}` };
  }
  for (;;) {
    const told = await askAny(name, addresses, context, progress, signal);
    if ("kind" in told) return told;
    const place = placeIn(told, host);
    addresses = addresses.filter((one) => one !== told.address);
    // Behind one name there may be several hosts, of which only one has the node.
    const isElsewhere = "kind" in place && place.kind === "refused" && addresses.length > 0;
    if (!isElsewhere) return place;
  }
}

/** Asks the first EPMD that can be reached. */
async function askAny(
  name: NodeName,
  addresses: readonly string[],
  { clock, epmdPort }: LookupContext,
  progress: Progress,
  signal: AbortSignal,
): Promise<Told | Failure> {
  const host = hostName(name);
  progress.waitingFor("no-answer", `a connection to the EPMD of ${host}`);
  const refused = `no EPMD runs on ${host}`;
  const connected = await connectToAny(addresses, epmdPort, clock, signal, refused);
  if ("kind" in connected) return connected;
  using socket = connected;
  progress.waitingFor("silent", `the answer of the EPMD of ${host}`);
  const answer = await askedFor(localName(name), socket, signal);
  signal.throwIfAborted();
  return { address: socketHost(socket.remoteAddr.hostname), answer };
}

/** Where a node finds the EPMD of its machine, which it serves at `serve` if nobody does. */
export function epmdHostOf(serve: Address | undefined): string {
  return serve === undefined || isUnspecified(serve.host) ? "127.0.0.1" : serve.host;
}

/** What one EPMD tells of a name: it has it or not, or it is none, or nobody is there. */
export type EpmdAnswer =
  | { readonly kind: "known" | "unknown" | "refused" }
  | { readonly kind: "useless"; readonly detail: string };

/** Asks one EPMD for `alive`. Never rejects: when `signal` is aborted, it was of no use. */
export async function askEpmd(
  alive: string,
  { host, port }: Address,
  signal: AbortSignal,
): Promise<EpmdAnswer> {
  const useless = (detail: string): EpmdAnswer => ({ kind: "useless", detail });
  const late = "it does not answer in time";
  const connected = await connectTo(host, port, signal, "nobody serves it").catch(() => undefined);
  if (connected === undefined) return useless(late);
  if ("kind" in connected) {
    return connected.kind === "refused" ? { kind: "refused" } : useless(connected.detail);
  }
  const answer = await askedFor(alive, connected, signal)
    .finally(() => connected[Symbol.dispose]());
  if (signal.aborted) return useless(late);
  if (typeof answer === "string") return useless(answer);
  const found = decodePortIs(answer);
  if (found === undefined) return useless("what answers there is no EPMD");
  return { kind: found === "unknown" ? "unknown" : "known" };
}

function placeIn({ address, answer }: Told, host: string): Place | Failure {
  if (typeof answer === "string") {
    return { kind: "reset", detail: `the EPMD of ${host} did not answer: ${answer}` };
  }
  const found = decodePortIs(answer);
  if (found === "unknown") return { kind: "refused", detail: "its EPMD does not know it" };
  const isFit = found?.protocol === 0 && found.versionLow <= 6 && found.versionHigh >= 5;
  if (!found || !isFit) {
    return { kind: "garbage", detail: `what answers as EPMD on ${host} makes no sense` };
  }
  return { host: address, port: found.port, version: found.versionHigh >= 6 ? 6 : 5 };
}

/** Opens a connection to an IP address; `refused` says what it means that nobody listens. */
export async function connectTo(
  host: string,
  port: number,
  signal: AbortSignal,
  refused: string,
): Promise<Deno.TcpConn | Failure> {
  try {
    return await Deno.connect({ hostname: host, port, signal });
  } catch (error) {
    signal.throwIfAborted();
    return failureOfConnecting(error, formatAddress({ host, port }), refused);
  }
}

/** Opens a connection to whichever of several IP addresses answers first. */
async function connectToAny(
  hosts: readonly string[],
  port: number,
  clock: Clock,
  signal: AbortSignal,
  refused: string,
): Promise<Deno.TcpConn | Failure> {
  try {
    return await firstOf(
      hosts,
      clock,
      signal,
      (hostname, either) => Deno.connect({ hostname, port, signal: either }),
      (socket) => socket.close(),
    );
  } catch (error) {
    signal.throwIfAborted();
    return failureOfConnecting(error, `port ${port} of ${hosts.join(", ")}`, refused);
  }
}

function failureOfConnecting(error: unknown, where: string, refused: string): Failure {
  if (error instanceof Deno.errors.ConnectionRefused) return { kind: "refused", detail: refused };
  return { kind: "no-answer", detail: `no connection to ${where}: ${reasonOf(error)}` };
}

/** All that EPMD says about `alive`, or why it says nothing. */
async function askedFor(
  alive: string,
  socket: Deno.TcpConn,
  signal: AbortSignal,
): Promise<Uint8Array | string> {
  const cancel = onAbort(signal, () => socket.close());
  const chunk = new Uint8Array(1_024);
  let said: Uint8Array = new Uint8Array(0);
  try {
    await socket.write(encodePacket(encodePortPlease(alive), 2));
    for (;;) {
      const count = await socket.read(chunk);
      if (count === null || said.length > epmdAnswerMaxBytes) break;
      said = joined(said, chunk.subarray(0, count));
      if (decodePortIs(said) !== undefined) return said;
    }
    return said.length === 0 ? "it closed the connection" : said;
  } catch (error) {
    return reasonOf(error);
  } finally {
    cancel();
  }
}
