/**
 * What to think of a registered node, from two witnesses: what its addresses answer, and whether its
 * heartbeat moves. A table in code, without input and output.
 *
 * @module
 */
import { formatAddress, isLoopback } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { unreachable } from "../core/base/assert.ts";
import { formatRoundTrip } from "../core/base/duration.ts";
import { failureWords } from "../core/base/ping_failure.ts";
import type { PingFailure } from "../core/base/ping_failure.ts";
import type { Row } from "../core/members/row.ts";
import type { HeartbeatView } from "./heartbeat_watch.ts";
import type { FindingLevel } from "./finding.ts";

/** An address at which the node answered. */
export interface AnsweredTry {
  readonly address: Address;
  readonly kind: "answer";
  readonly roundTripUs: number;
  /** True if a ping that fills several packets was answered, too. */
  readonly largeAnswered: boolean;
}

/** An address that did not answer as it should. */
export interface FailedTry {
  readonly address: Address;
  readonly kind: PingFailure;
  /** What happened, in words. */
  readonly detail: string;
}

/** One address of a node being tried. */
export type AddressTry = AnsweredTry | FailedTry;

/** A node with all that was seen of it. */
export interface PeerFacts {
  readonly row: Row;
  readonly tries: readonly AddressTry[];
  readonly heartbeat: HeartbeatView["state"];
}

/** A verdict; those with the same `sort` and level can be told together. */
export interface PeerVerdict {
  readonly sort: string;
  readonly level: FindingLevel;
  /** Goes on after the name of the node. */
  readonly text: string;
  /** The same for many nodes, without figures. */
  readonly textOfMany: string;
  readonly whatToDo: string;
}

/** From the most telling failure to the least. */
const telling: readonly PingFailure[] = [
  "wrong-cluster",
  "wrong-cookie",
  "other-instance",
  "garbage",
  "silent",
  "reset",
  "no-answer",
  "refused",
];

/** The verdict on one node, or `undefined` if it left meanwhile. */
export function judgePeer(peer: PeerFacts): PeerVerdict | undefined {
  if (peer.heartbeat === "gone" || peer.row.state === "leaving") return undefined;
  const answer = peer.tries.find((one) => one.kind === "answer");
  if (answer !== undefined) return judgeAnswering(peer, answer);
  const failed = peer.tries.filter((one) => one.kind !== "answer");
  const failure = telling.flatMap((kind) => failed.filter((one) => one.kind === kind))[0];
  return failure === undefined
    ? verdict("untold", "warning", "has told no address", "See what its log says")
    : judgeFailing(peer, failure);
}

function judgeAnswering({ tries, heartbeat }: PeerFacts, answer: AnsweredTry): PeerVerdict {
  const [first] = tries;
  const took = formatRoundTrip(answer.roundTripUs);
  const where = formatAddress(answer.address);
  if (!answer.largeAnswered) {
    return verdict(
      "large-packets",
      "fault",
      `answers a small ping at ${where}, but no large one: large packets get lost on the way`,
      "Lower the MTU of the network interfaces at both ends (tunnels often need 1400 or less), or " +
        'let ICMP "fragmentation needed" and "packet too big" through',
      "answer small pings, but no large ones: large packets get lost on the way",
    );
  }
  if (heartbeat === "still") {
    return verdict(
      "no-heartbeat",
      "warning",
      "answers, but its heartbeat in the registry does not move",
      "Run clusternode doctor on its machine: it seems that it cannot write its row",
    );
  }
  if (first !== undefined && first.kind !== "answer") {
    return verdict(
      "second-address",
      "warning",
      `answers at ${where}, but not at ${formatAddress(first.address)}, which is tried first: ` +
        failureWords(first.kind),
      "Start it with --advertise and the addresses that work; each new connection loses time",
      "answer, but not at the address that is tried first",
    );
  }
  return verdict("answers", "ok", `answers at ${where} in ${took}`, "", "answer");
}

function judgeFailing({ row, heartbeat }: PeerFacts, { kind, detail }: FailedTry): PeerVerdict {
  const lives = heartbeat === "moves";
  const dead = (): PeerVerdict => judgeDead(kind, heartbeat);
  switch (kind) {
    case "wrong-cookie":
      return verdict(
        kind,
        "fault",
        "holds another cookie, speaks another protocol version, or is no clusternode: it runs " +
          row.software,
        "Give the same cookie to this node and to that one, see --cookie-file",
        "hold another cookie, speak another protocol version, or are no clusternode",
      );
    case "wrong-cluster":
      return verdict(
        kind,
        "fault",
        `is not where its row says: ${detail}`,
        "Give each node an address of its own with --listen and --advertise",
      );
    case "other-instance":
    case "garbage":
      return lives ? judgeTaken(kind, detail) : dead();
    case "silent":
    case "reset":
      return judgeSilent(kind, lives);
    case "refused":
    case "no-answer":
      return lives ? judgeOutOfReach(row, kind) : dead();
    default:
      return unreachable(kind);
  }
}

function judgeTaken(kind: "other-instance" | "garbage", detail: string): PeerVerdict {
  const isNode = kind === "other-instance";
  return verdict(
    kind,
    "fault",
    `runs, as its heartbeat moves, but another ${isNode ? "node" : "program"} answers at its ` +
      `address: ${detail}`,
    isNode
      ? "Give each node an address of its own with --listen and --advertise"
      : "Start it with --advertise and the address at which it is reached",
  );
}

function judgeSilent(kind: "silent" | "reset", lives: boolean): PeerVerdict {
  const how = failureWords(kind);
  return lives
    ? verdict(
      kind,
      "fault",
      `runs, as its heartbeat moves, but does not speak: ${how}`,
      "See whether something between accepts connections for it, such as a proxy or a balancer, " +
        "and say with --advertise where it is reached itself",
    )
    : verdict(
      kind,
      "fault",
      `is frozen, or something accepts connections for a dead one: ${how}; its heartbeat does not move`,
      "Look at its process: wake or end it. If there is none, something accepts connections for " +
        "nobody, and clusternode forget takes the row out",
    );
}

function judgeOutOfReach(row: Row, kind: "refused" | "no-answer"): PeerVerdict {
  const isLocal = row.addresses.every(({ host }) => isLoopback(host));
  return verdict(
    isLocal ? "loopback" : kind,
    "fault",
    isLocal
      ? "runs, as its heartbeat moves, but tells only addresses of its own machine"
      : `runs, as its heartbeat moves, but cannot be reached: ${failureWords(kind)}`,
    isLocal
      ? "Start it with --name n1@<address> or --advertise <address>"
      : "Open its port in the firewalls between (choose one with --listen), or say with " +
        "--advertise how it is reached",
  );
}

function judgeDead(kind: PingFailure, heartbeat: HeartbeatView["state"]): PeerVerdict {
  const isStill = heartbeat === "still";
  const state = `${isStill ? "dead" : "out of reach"}: ${failureWords(kind)}`;
  const heartbeats = `its heartbeat ${
    isStill ? "does not move" : "is too slow to be watched here"
  }`;
  return verdict(
    `dead ${kind}`,
    "warning",
    `is ${state}; ${heartbeats}`,
    "Start it again, or take it out with clusternode forget if it will not be back",
    `are ${state}`,
  );
}

function verdict(
  sort: string,
  level: FindingLevel,
  text: string,
  whatToDo: string,
  textOfMany = `each: ${text}`,
): PeerVerdict {
  return { sort, level, text, textOfMany, whatToDo };
}
