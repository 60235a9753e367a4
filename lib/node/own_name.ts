/**
 * What this node calls itself, and where it says it can be reached.
 *
 * What the user gives is taken as it is and nothing is added to it; only what is left open is
 * detected.
 *
 * @module
 */
import { isLinkLocal, isLoopback, isUnspecified } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { assert } from "../core/base/assert.ts";
import {
  hostName as hostOf,
  localNameFault,
  localNameMaxLength,
  parseNodeName,
} from "../core/base/name.ts";
import type { NodeName } from "../core/base/name.ts";
import type { NodeOptions } from "../options/options.ts";
import { addressesMax } from "../core/members/row.ts";
import type { DetectedAddresses } from "./detect_address.ts";

/** Who this node is. */
export interface OwnName {
  readonly name: NodeName;
  /** The name was made up: if somebody has it already, another one may be taken. */
  readonly automatic: boolean;
  /** Where peers can reach this node when it listens on `port`; 1 … 8 addresses. */
  readonly addresses: (port: number) => readonly Address[];
  /** Nobody chose the addresses: others may be detected later. */
  readonly isDetected: boolean;
  /** Sentences that the user should be told once. */
  readonly notes: readonly string[];
  /**
   * The note for nodes that give only addresses of their own machine: worth telling as soon as the
   * cluster turns out to be on more than one.
   */
  readonly loopbackNote: string | undefined;
}

/** What the name is made from. */
export interface OwnNameInput {
  readonly options: Pick<NodeOptions, "name" | "addresses" | "advertise" | "listen">;
  readonly detected: DetectedAddresses;
  /** Host name of the machine. */
  readonly hostName: string;
}

/**
 * Finds name and addresses of this node.
 *
 * Addresses are those of `--advertise`; else the host in the name, then the bare operands; else the
 * host of `--listen` if it is a specific one; else the detected ones. The host of a name that has
 * none is the first of them.
 */
export function ownName({ options, detected, hostName }: OwnNameInput): OwnName {
  const { name: given } = options;
  const chosen = chooseAddresses(options, detected);
  const all = distinct(chosen.addresses);
  const kept = all.slice(0, addressesMax);
  const notes = chosen.isDetected && detected.note ? [detected.note] : [];
  if (all.length > kept.length) {
    notes.push(`This node has ${all.length} addresses, peers are told the first ${addressesMax}`);
  }
  notes.push(...linkLocalNotes(kept));
  const local = given === undefined
    ? machineName(hostName)
    : typeof given === "object"
    ? given.local
    : undefined;
  return {
    name: local === undefined ? given as NodeName : fullName(local, kept),
    automatic: given === undefined,
    addresses: (port) => kept.map((one) => ({ host: one.host, port: one.port || port })),
    isDetected: chosen.isDetected,
    notes,
    loopbackNote: loopbackNote(kept),
  };
}

/** A host name as the part in front of the `@`: letters, digits, `_`, `.`, `-`, at most 100. */
export function machineName(hostName: string): string {
  const name = hostName.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, localNameMaxLength);
  return localNameFault(name) === undefined ? name : "node";
}

/** Port 0 stands for the listening one. */
function chooseAddresses(
  { name, addresses, advertise, listen }: OwnNameInput["options"],
  detected: DetectedAddresses,
): { readonly addresses: readonly Address[]; readonly isDetected: boolean } {
  const here = (host: string): Address => ({ host, port: 0 });
  if (advertise.length > 0) return { addresses: advertise, isDetected: false };
  const named = typeof name === "string" ? [hostOf(name)] : [];
  const given = [...named, ...addresses].filter((host) => !isUnspecified(host)).map(here);
  if (given.length > 0) return { addresses: given, isDetected: false };
  if (!isUnspecified(listen.host)) return { addresses: [here(listen.host)], isDetected: false };
  return { addresses: detected.addresses.map(here), isDetected: true };
}

function distinct(addresses: readonly Address[]): readonly Address[] {
  const keys = addresses.map(({ host, port }) => `${host} ${port}`);
  return addresses.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
}

/** The name with the first host that may stand in one. */
function fullName(local: string, addresses: readonly Address[]): NodeName {
  const names = addresses.map(({ host }) => parseNodeName(`${local}@${host}`));
  const name = names.find((one) => one !== undefined) ?? parseNodeName(`${local}@localhost`);
  assert(name !== undefined, "a legal local part gives a legal name");
  return name;
}

function linkLocalNotes(addresses: readonly Address[]): string[] {
  const hosts = addresses.map(({ host }) => host).filter(isLinkLocal);
  return hosts.length === 0
    ? []
    : [`Most peers cannot reach ${hosts.join(", ")}, as it is valid on one link only`];
}

function loopbackNote(addresses: readonly Address[]): string | undefined {
  const hosts = addresses.map(({ host }) => host);
  if (!hosts.every(isLoopback)) return undefined;
  return `Only this machine can reach ${hosts.join(", ")}: peers on other machines need another ` +
    "address, in the name (n1@<address>) or in the option advertise";
}
