/**
 * What two nodes say to each other before they are connected, as bytes.
 *
 * Version 6 is spoken since OTP 23; version 5 by older nodes, and as a greeting by newer ones that do
 * not know yet with whom they speak. They differ in the width of the flags and in where the creation
 * stands.
 *
 * Source: the chapter "Distribution Protocol" of the documentation of ERTS.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../../core/base/text.ts";
import { ByteReader, joined, numberBytes } from "../term/bytes.ts";

/** Version of the handshake. */
export type Version = 5 | 6;

/** Bytes of a proof of the cookie. */
export const digestBytes = 16;

/** What a node can do, as bits. */
const flag = {
  extendedReferences: 0x4,
  monitor: 0x8,
  funTags: 0x10,
  monitorName: 0x20,
  newFunTags: 0x80,
  extendedPidsPorts: 0x100,
  exportPtrTag: 0x200,
  bitBinaries: 0x400,
  newFloats: 0x800,
  smallAtomTags: 0x4000,
  utf8Atoms: 0x10000,
  mapTag: 0x20000,
  bigCreation: 0x40000,
  handshake23: 0x1000000,
  unlinkId: 0x2000000,
  v4Nc: 2 ** 34,
} as const;

/**
 * What this node tells that it can do. Not `PUBLISHED`: it is hidden. Neither the cache of atoms nor
 * fragments, so every frame stands for itself.
 */
export const ownFlags: number = Object.values(flag).reduce((sum, bit) => sum + bit, 0);

/** Without these a node does not understand the terms that are sent here. */
const requiredFlags = flag.extendedReferences | flag.extendedPidsPorts | flag.utf8Atoms |
  flag.bigCreation;

/** True if a node with these flags understands what it is sent. */
export function understandsUs(flags: number): boolean {
  return ((flags % 2 ** 32) & requiredFlags) === requiredFlags;
}

/** True if a node that greeted in version 5 speaks version 6. */
export function speaksVersion6(flags: number): boolean {
  return (flags & flag.handshake23) !== 0;
}

/** Who somebody says to be; `creation` is 0 where version 5 does not tell it. */
export interface Introduction {
  readonly version: Version;
  readonly name: string;
  readonly flags: number;
  readonly creation: number;
}

/** An introduction with what its sender wants to see proven. */
export interface Challenge extends Introduction {
  readonly challenge: number;
}

/** What the dialled one says to the name of the dialler. */
export type Status = "ok" | "ok_simultaneous" | "nok" | "not_allowed" | "alive";

const statuses: readonly string[] = ["ok", "ok_simultaneous", "nok", "not_allowed", "alive"];

const letter = {
  oldName: 110,
  name: 78,
  status: 115,
  complement: 99,
  reply: 114,
  ack: 97,
} as const;

/** The first message of the dialler. */
export function encodeName({ version, name, flags, creation }: Introduction): Uint8Array {
  const text = encodeUtf8(name);
  if (version === 5) return joined(letter.oldName, 0, 5, numberBytes(flags % 2 ** 32, 4), text);
  const head = joined(letter.name, numberBytes(flags, 8), numberBytes(creation, 4));
  return joined(head, numberBytes(text.length, 2), text);
}

/** The dialler's name, or `undefined` if it is none. */
export function decodeName(packet: Uint8Array): Introduction | undefined {
  const reader = new ByteReader(packet);
  const kind = reader.number(1);
  if (kind === letter.oldName) {
    if (reader.number(2) !== 5) return undefined;
    return whole(reader, { version: 5, flags: reader.number(4), creation: 0 });
  }
  if (kind !== letter.name) return undefined;
  return whole(reader, { version: 6, flags: flags64(reader), creation: reader.number(4) });
}

/** The message of the dialled one behind its status. */
export function encodeChallenge(
  { version, name, flags, creation, challenge }: Challenge,
): Uint8Array {
  const text = encodeUtf8(name);
  const number = numberBytes(challenge, 4);
  if (version === 5) {
    return joined(letter.oldName, 0, 5, numberBytes(flags % 2 ** 32, 4), number, text);
  }
  const head = joined(letter.name, numberBytes(flags, 8), number, numberBytes(creation, 4));
  return joined(head, numberBytes(text.length, 2), text);
}

/** The challenge of the dialled one, or `undefined` if it is none. */
export function decodeChallenge(packet: Uint8Array): Challenge | undefined {
  const reader = new ByteReader(packet);
  const kind = reader.number(1);
  if (kind === letter.oldName && reader.number(2) !== 5) return undefined;
  if (kind !== letter.oldName && kind !== letter.name) return undefined;
  const version = kind === letter.name ? 6 : 5;
  const flags = version === 6 ? flags64(reader) : reader.number(4);
  const challenge = reader.number(4);
  const creation = version === 6 ? reader.number(4) : 0;
  const found = whole(reader, { version, flags, creation });
  return found && { ...found, challenge };
}

/** A status, or the dialler's answer to `alive`. */
export function encodeStatus(status: Status | "true" | "false"): Uint8Array {
  return joined(letter.status, encodeUtf8(status));
}

/** The text of a status, or `undefined` if the packet is none. */
function statusText(packet: Uint8Array): string | undefined {
  return packet[0] === letter.status ? decodeUtf8(packet.subarray(1)) : undefined;
}

/** A status, or `undefined` if it is none. */
export function decodeStatus(packet: Uint8Array): Status | undefined {
  const text = statusText(packet);
  return text !== undefined && statuses.includes(text) ? text as Status : undefined;
}

/** The dialler's answer to `alive`: whether the old connection has to go. */
export function decodeAnswerToAlive(packet: Uint8Array): boolean | undefined {
  const text = statusText(packet);
  return text === "true" ? true : text === "false" ? false : undefined;
}

/** What a greeting in version 5 has left out. */
export function encodeComplement(flags: number, creation: number): Uint8Array {
  const high = numberBytes(Math.floor(flags / 2 ** 32), 4);
  return joined(letter.complement, high, numberBytes(creation, 4));
}

/** The creation in a complement, or `undefined` if it is none. */
export function decodeComplement(packet: Uint8Array): number | undefined {
  const reader = new ByteReader(packet, 5);
  const creation = reader.number(4);
  return packet[0] === letter.complement && packet.length === 9 ? creation : undefined;
}

/** The dialler's proof, with what it wants to see proven itself. */
export function encodeReply(challenge: number, digest: Uint8Array): Uint8Array {
  return joined(letter.reply, numberBytes(challenge, 4), digest);
}

/** A dialler's proof, or `undefined` if it is none. */
export function decodeReply(
  packet: Uint8Array,
): { readonly challenge: number; readonly digest: Uint8Array } | undefined {
  if (packet[0] !== letter.reply || packet.length !== 5 + digestBytes) return undefined;
  return { challenge: new ByteReader(packet, 1).number(4), digest: packet.subarray(5) };
}

/** The proof of the dialled one. */
export function encodeAck(digest: Uint8Array): Uint8Array {
  return joined(letter.ack, digest);
}

/** The proof of the dialled one, or `undefined` if it is none. */
export function decodeAck(packet: Uint8Array): Uint8Array | undefined {
  const isAck = packet[0] === letter.ack && packet.length === 1 + digestBytes;
  return isAck ? packet.subarray(1) : undefined;
}

/** Eight bytes of flags; those beyond the 48th bit are not known here, and would not be exact. */
function flags64(reader: ByteReader): number {
  reader.take(2);
  return reader.number(6);
}

/** Adds the name, which ends the packet. */
function whole(
  reader: ByteReader,
  known: Omit<Introduction, "name">,
): Introduction | undefined {
  const length = known.version === 6 ? reader.number(2) : reader.left;
  const name = decodeUtf8(reader.take(length));
  // What newer versions may append is passed over.
  return reader.isShort || name === undefined ? undefined : { ...known, name };
}
