/**
 * What is said to and by EPMD, the program that knows at which port the nodes of a machine answer.
 *
 * Requests have a length of two bytes in front, answers have none: whoever asks reads until it has
 * enough, or until EPMD closes.
 *
 * Source: the chapter "Distribution Protocol", section "EPMD Protocol", of the documentation of ERTS.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../../core/base/text.ts";
import { ByteReader, joined, numberBytes } from "../term/bytes.ts";

/** The first byte of requests and answers. */
const letter = {
  alive: 120,
  aliveOld: 121,
  aliveNew: 118,
  port: 122,
  portIs: 119,
  names: 110,
} as const;

const hiddenNode = 72;
const overTcp = 0;
const versionHigh = 6;
const versionLow = 5;

/** What EPMD knows about a node. */
export interface Registration {
  /** The part of its name before the `@`. */
  readonly alive: string;
  readonly port: number;
  /** 77 for one that others see, 72 for a hidden one. */
  readonly type: number;
  readonly protocol: number;
  readonly versionHigh: number;
  readonly versionLow: number;
  readonly extra: Uint8Array;
}

/**
 * What somebody asks of EPMD. `kill`, `stop` and `dump` are none: who may end it, ends its process.
 */
export type EpmdRequest =
  | { readonly kind: "alive"; readonly registration: Registration }
  | { readonly kind: "port"; readonly alive: string }
  | { readonly kind: "names" };

/** Asks to know this node, hidden, at `port`. */
export function encodeAlive(alive: string, port: number): Uint8Array {
  const request = { alive, port, type: hiddenNode, protocol: overTcp, versionHigh, versionLow };
  return joined(letter.alive, encodeRegistration({ ...request, extra: new Uint8Array(0) }));
}

/** Asks where `alive` answers. */
export function encodePortPlease(alive: string): Uint8Array {
  return joined(letter.port, encodeUtf8(alive));
}

/** A request, or `undefined` if it is none, or none that is served. */
export function decodeRequest(packet: Uint8Array): EpmdRequest | undefined {
  const reader = new ByteReader(packet);
  switch (reader.number(1)) {
    case letter.alive: {
      const registration = decodeRegistration(reader);
      return registration && { kind: "alive", registration };
    }
    case letter.port: {
      const alive = decodeUtf8(reader.take(reader.left));
      return alive ? { kind: "port", alive } : undefined;
    }
    case letter.names:
      return reader.left === 0 ? { kind: "names" } : undefined;
    default:
      return undefined;
  }
}

/** Whether somebody was registered. The creation is for older nodes: newer ones make up their own. */
export function encodeAliveAnswer(
  isTaken: boolean,
  creation: number,
  highestVersion: number,
): Uint8Array {
  const result = isTaken ? 1 : 0;
  return highestVersion >= 6
    ? joined(letter.aliveNew, result, numberBytes(creation, 4))
    : joined(letter.aliveOld, result, numberBytes(creation % 3 + 1, 2));
}

/** The result of a registration: 0 is success. `undefined` if more bytes are needed. */
export function decodeAliveAnswer(bytes: Uint8Array): number | "garbage" | undefined {
  const length = bytes[0] === letter.aliveNew ? 6 : bytes[0] === letter.aliveOld ? 4 : undefined;
  if (bytes.length === 0) return undefined;
  if (length === undefined) return "garbage";
  return bytes.length < length ? undefined : bytes[1];
}

/** Where a node answers; `undefined` if nobody has registered that name. */
export function encodePortIs(registration: Registration | undefined): Uint8Array {
  if (registration === undefined) return joined(letter.portIs, 1);
  return joined(letter.portIs, 0, encodeRegistration(registration));
}

/** The answer to a look-up, all of it: EPMD closes behind it. */
export function decodePortIs(bytes: Uint8Array): Registration | "unknown" | undefined {
  const reader = new ByteReader(bytes);
  if (reader.number(1) !== letter.portIs) return undefined;
  if (reader.number(1) !== 0) return reader.isShort ? undefined : "unknown";
  return decodeRegistration(reader);
}

/** All names, for people. */
export function encodeNames(port: number, all: Iterable<Registration>): Uint8Array {
  const lines = [...all].map(({ alive, port }) => `name ${alive} at port ${port}\n`);
  return joined(numberBytes(port, 4), encodeUtf8(lines.join("")));
}

function encodeRegistration(registration: Registration): Uint8Array {
  const { alive, port, type, protocol, versionHigh, versionLow, extra } = registration;
  const name = encodeUtf8(alive);
  return joined(
    ...[numberBytes(port, 2), type, protocol],
    ...[numberBytes(versionHigh, 2), numberBytes(versionLow, 2)],
    ...[numberBytes(name.length, 2), name, numberBytes(extra.length, 2), extra],
  );
}

function decodeRegistration(reader: ByteReader): Registration | undefined {
  const port = reader.number(2);
  const [type, protocol] = [reader.number(1), reader.number(1)];
  const [high, low] = [reader.number(2), reader.number(2)];
  const alive = decodeUtf8(reader.take(reader.number(2)));
  const extra = reader.take(reader.number(2)).slice();
  if (reader.isShort || !alive || port === 0) return undefined;
  // A line break in a name would forge a line in the list of all names.
  if (alive.length > 255 || /[\s\p{Cc}@]/u.test(alive)) return undefined;
  return { alive, port, type, protocol, versionHigh: high, versionLow: low, extra };
}
