/**
 * Finds out where a node answers: the address of its host, and from the EPMD there its port.
 *
 * @module
 */
import { lookup } from "node:dns";
import { ipFamily } from "../core/address.ts";
import { hostName, localName, type NodeName } from "../core/name.ts";
import type { BeamOutcome } from "./beam.ts";
import { joined } from "./bytes.ts";
import { decodePortIs, encodePortPlease } from "./epmd_message.ts";
import { encodePacket } from "./packets.ts";
import { epmdAnswerMaxBytes } from "./limits.ts";
import { onAbort } from "./on_abort.ts";
import { reasonOf } from "../sockets/reason.ts";

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

/** Look-ups of hosts under way: they cannot be stopped, so each host has one at most. */
const resolving = new Map<string, Promise<string>>();

/**
 * The address of `host`: nodes of the BEAM listen on IPv4 unless told otherwise, so a name never
 * becomes an IPv6 address, but one that is written in a node's name is used.
 */
function addressOf(host: string, signal: AbortSignal): Promise<string> {
  if (ipFamily(host) !== undefined) return Promise.resolve(host);
  const found = resolving.get(host) ??
    ipv4AddressOf(host).finally(() => resolving.delete(host));
  resolving.set(host, found);
  return new Promise((resolve, reject) => {
    const cancel = onAbort(signal, () => reject(signal.reason));
    found.then(resolve, reject).finally(cancel);
  });
}

function ipv4AddressOf(host: string): Promise<string> {
  // Not `node:dns/promises`: under Deno 2.4 that prints a warning of a module that it uses.
  return new Promise((resolve, reject) =>
    lookup(host, { family: 4 }, (error, address) => error ? reject(error) : resolve(address))
  );
}

/** Asks for the place of `name`. Rejects only when `signal` is aborted. */
export async function findPlace(
  name: NodeName,
  epmdPort: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<Place | Failure> {
  const host = hostName(name);
  progress.waitingFor("no-answer", `the address of ${host}`);
  let address: string;
  try {
    address = await addressOf(host, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "no-answer", detail: `its host ${host} has no address: ${reasonOf(error)}` };
  }
  signal.throwIfAborted();
  progress.waitingFor("no-answer", `a connection to the EPMD of ${host}`);
  const connected = await connectTo(address, epmdPort, signal, `no EPMD runs on ${host}`);
  if ("kind" in connected) return connected;
  using socket = connected;
  progress.waitingFor("silent", `the answer of the EPMD of ${host}`);
  const answer = await askedFor(localName(name), socket, signal);
  signal.throwIfAborted();
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

/** Opens a connection; `refused` says what it means that nobody listens. */
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
    if (error instanceof Deno.errors.ConnectionRefused) return { kind: "refused", detail: refused };
    return { kind: "no-answer", detail: `no connection to ${host}:${port}: ${reasonOf(error)}` };
  }
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
