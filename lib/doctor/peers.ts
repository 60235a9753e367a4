/**
 * Tries every address of every registered node, and tells what came back.
 *
 * @module
 */
import { firstOf } from "../core/base/text.ts";
import type { Clock } from "../clock.ts";
import { formatRoundTrip } from "../core/base/duration.ts";
import { encodeMessage } from "../protocol/message.ts";
import type { Profile } from "../core/base/profile.ts";
import type { Row } from "../core/members/row.ts";
import { compareNames } from "../core/members/status_line.ts";
import { encodeUtf8 } from "../core/base/text.ts";
import type { Transport } from "../transport/transport.ts";
import type { HeartbeatViews } from "./heartbeat_watch.ts";
import { counted, finding, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { probeTimeouts } from "./patient.ts";
import { judgePeer } from "./peer_verdict.ts";
import type { AddressTry, PeerFacts, PeerVerdict } from "./peer_verdict.ts";

/** Nodes that are tried side by side. */
const triedAtOnce = 64;

/** No node is tried that would begin after this time, in milliseconds. */
const beginMaxMs = 2_500;

/** What makes a ping larger than any packet of a usual network, in bytes; peers pass over it. */
const paddingBytes = 8_000;

/** Nodes with the same verdict that are told one by one; more are told together. */
const toldAloneMax = 8;

/** Names shown of many. */
const namesShown = 5;

/** What was tried. */
export type Tries = ReadonlyMap<Row, readonly AddressTry[]>;

/** Tries the addresses of all `rows`; those for which there was no time are missing. */
export async function tryPeers(
  transport: Transport,
  rows: readonly Row[],
  profile: Profile,
  clock: Clock,
  signal: AbortSignal,
): Promise<Tries> {
  const begun = clock.now();
  const waiting = rows.toReversed();
  const tries = new Map<Row, readonly AddressTry[]>();
  const trySome = async (): Promise<void> => {
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      if (signal.aborted || clock.now() - begun > beginMaxMs) return;
      tries.set(row, await tryPeer(transport, row, profile));
    }
  };
  await Promise.all(Array.from({ length: Math.min(triedAtOnce, rows.length) }, trySome));
  return tries;
}

/** Every address gets a connection of its own: that it works elsewhere says nothing about it. */
async function tryPeer(
  transport: Transport,
  { name, instance, addresses }: Row,
  profile: Profile,
): Promise<AddressTry[]> {
  const deadlines = { ...probeTimeouts(profile), fresh: true };
  return await Promise.all(addresses.map(async (address): Promise<AddressTry> => {
    const target = { name, instance, addresses: [address] };
    const outcome = await transport.ask(target, encodeMessage({ kind: "ping" }), deadlines);
    if (outcome.kind === "answer") {
      const { roundTripUs } = outcome;
      const large = await transport.ask(target, largePing(), deadlines);
      return { address, kind: "answer", roundTripUs, largeAnswered: large.kind === "answer" };
    }
    const kind = outcome.kind === "closed" ? "no-answer" : outcome.kind;
    return { address, kind, detail: outcome.detail };
  }));
}

/** A ping that fills several packets: where only small ones get through, it gets no answer. */
function largePing(): Uint8Array<ArrayBuffer> {
  const padding = "x".repeat(paddingBytes);
  return encodeUtf8(JSON.stringify({ kind: "ping", padding }));
}

/** Everything seen of those that were tried. */
export function peerFacts(tries: Tries, heartbeats: HeartbeatViews): PeerFacts[] {
  return [...tries].map(([row, tried]) => ({
    row,
    tries: tried,
    heartbeat: heartbeats.get(row.name)?.state ?? "unknown",
  }));
}

/** The nodes that answer. */
export function answering(peers: readonly PeerFacts[]): readonly Row[] {
  return peers.filter(({ tries }) => tries.some(({ kind }) => kind === "answer"))
    .map(({ row }) => row);
}

interface Judged {
  readonly verdict: PeerVerdict;
  readonly peer: PeerFacts;
}

/** Findings on all nodes; many of the same kind become one. */
export function judgePeers(peers: readonly PeerFacts[], untried: number): Finding[] {
  const groups = new Map<string, Judged[]>();
  for (const peer of peers.toSorted((one, other) => compareNames(one.row.name, other.row.name))) {
    const verdict = judgePeer(peer);
    if (verdict === undefined) continue;
    const key = `${verdict.level} ${verdict.sort}`;
    groups.set(key, [...groups.get(key) ?? [], { verdict, peer }]);
  }
  const findings = [...groups.values()].flatMap((group) =>
    group.length > toldAloneMax
      ? together(group)
      : group.map(({ verdict, peer }) =>
        finding("peer", verdict.level, `${peer.row.name} ${verdict.text}`, verdict.whatToDo)
      )
  );
  if (untried > 0) {
    const text = `There was no time to try ${counted(untried, "more node")}`;
    findings.push(warning("peer", text, "See clusternode matrix, which takes its time"));
  }
  return findings;
}

/** One finding for all; empty for nobody. */
function together(group: readonly Judged[]): Finding[] {
  const [first] = group;
  if (first === undefined) return [];
  const names = group.map(({ peer }) => peer.row.name);
  const shown = firstOf(names, namesShown);
  const roundTrips = group.flatMap(({ peer }) =>
    peer.tries.flatMap((one) => one.kind === "answer" ? one.roundTripUs : [])
  );
  const took = roundTrips.length === 0
    ? ""
    : `, in ${formatRoundTrip(Math.min(...roundTrips))} to ` +
      formatRoundTrip(Math.max(...roundTrips));
  const { level, textOfMany, whatToDo } = first.verdict;
  return [finding("peer", level, `${shown} ${textOfMany}${took}`, whatToDo)];
}
