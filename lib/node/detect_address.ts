/**
 * Which addresses of this machine other machines can reach.
 *
 * Nobody knows for sure, but the routing table is a good hint: the interface that leads out of the
 * machine comes first, bridges that exist only inside of it come last. Peers try in that order.
 *
 * @module
 */
import { errorText } from "../core/base/error_text.ts";
import { ipFamily, isLinkLocal, isLoopback, isUnspecified } from "../core/base/address.ts";

/** One address of one interface; the part of `Deno.networkInterfaces()` that is looked at. */
export interface InterfaceAddress {
  /** Of the interface, such as `eth0`. */
  readonly name: string;
  readonly family: "IPv4" | "IPv6";
  readonly address: string;
}

/** What a machine tells about its network. */
export interface NetworkFacts {
  readonly interfaces: readonly InterfaceAddress[];
  /** Text of `/proc/net/route`, empty if there is none. */
  readonly ipv4Routes: string;
  /** Text of `/proc/net/ipv6_route`, empty if there is none. */
  readonly ipv6Routes: string;
  /** Why the system did not tell the interfaces, if it did not. */
  readonly fault?: string | undefined;
}

/** Addresses of this machine, the most promising first; there is always one. */
export interface DetectedAddresses {
  /** IP addresses without brackets and zones. */
  readonly addresses: readonly string[];
  /** What users should know about the choice, if there is anything. */
  readonly note: string | undefined;
}

/** Names of interfaces that lead into a tunnel. */
const tunnel = /^(tun|tap|wg|ppp|utun|tailscale|zt|nebula|ipsec|gre|sit|vti)/;

/** Names of interfaces that exist for containers and virtual machines of this host. */
const internal =
  /^(docker|br-|veth|virbr|vnet|vmnet|vboxnet|podman|cni|flannel|cali|cilium|lxc|lxd|kube|dummy)/;

/**
 * Orders the addresses of a machine by how likely others can reach them: those of the interface
 * with the default route, of other interfaces, of tunnels, of bridges for containers. Within a rank
 * IPv4 comes first, then the order given.
 */
export function decideAddresses(facts: NetworkFacts): DetectedAddresses {
  const addresses = [...new Set(rankAddresses(facts).map(({ address }) => address))];
  if (addresses.length > 0) return { addresses, note: undefined };
  return {
    addresses: ["127.0.0.1"],
    note: "No address was found that other machines could reach, as " +
      `${noAddressReason(facts)}: using 127.0.0.1`,
  };
}

/** Addresses that are named when none of them will do. */
const namedMax = 8;

/** Why there is no address that others could reach, as a clause. */
function noAddressReason({ interfaces, fault }: NetworkFacts): string {
  if (fault !== undefined) return `the system does not tell the interfaces (${fault})`;
  const named = interfaces.slice(0, namedMax).map((one) =>
    `${one.name} ${one.address} (${useless(one.address)})`
  );
  const more = interfaces.length > namedMax ? ` and ${interfaces.length - namedMax} more` : "";
  if (named.length === 0) return "no interface of this machine is up";
  return `this machine has only: ${named.join("; ")}${more}`;
}

/** What keeps others from reaching an address that is not global. */
function useless(address: string): string {
  if (isLoopback(address)) return "loopback";
  return isLinkLocal(address) ? "valid on one link only" : "no address of one host";
}

/** How an interface leads out of the machine. */
export type InterfaceRank = "default" | "other" | "tunnel" | "internal";

/** What each rank says about an interface, the best first: "eth0 …". */
export const rankNames: Readonly<Record<InterfaceRank, string>> = {
  default: "has the default route",
  other: "is an interface of this machine",
  tunnel: "is a tunnel",
  internal: "is a bridge inside of this machine",
};

/** An address with what it was ranked by. */
export interface RankedAddress {
  readonly address: string;
  readonly interfaceName: string;
  readonly rank: InterfaceRank;
}

/** The addresses that others may reach, in the order of {@linkcode decideAddresses}. */
export function rankAddresses(facts: NetworkFacts): RankedAddress[] {
  const ways = {
    IPv4: defaultInterface(ipv4Defaults(facts.ipv4Routes)),
    IPv6: defaultInterface(ipv6Defaults(facts.ipv6Routes)),
  };
  const ranks = Object.keys(rankNames);
  return facts.interfaces
    .filter(({ address }) => isGlobal(address))
    .map(({ name, family, address }) => {
      const rank = rankOf(name, ways[family]);
      const place = 2 * ranks.indexOf(rank) + (family === "IPv4" ? 0 : 1);
      return { place, ranked: { address, interfaceName: name, rank } };
    })
    .sort((one, other) => one.place - other.place)
    .map(({ ranked }) => ranked);
}

/** Link-local and loopback addresses lead others nowhere. */
function isGlobal(address: string): boolean {
  return ipFamily(address) !== undefined && !address.includes("%") && !isLoopback(address) &&
    !isLinkLocal(address) && !isUnspecified(address) && !/^ff/i.test(address);
}

function rankOf(name: string, defaultName: string | undefined): InterfaceRank {
  if (name === defaultName) return "default";
  if (internal.test(name)) return "internal";
  return tunnel.test(name) ? "tunnel" : "other";
}

/** A default route that is up. */
interface DefaultRoute {
  readonly name: string;
  readonly metric: number;
}

const flagUp = 0x1;
const flagReject = 0x200;

function defaultInterface(routes: readonly DefaultRoute[]): string | undefined {
  return [...routes].sort((one, other) => one.metric - other.metric)[0]?.name;
}

function isUsable(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & flagUp) !== 0 && (bits & flagReject) === 0;
}

/** Columns: interface, destination, gateway, flags, references, uses, metric, mask, … */
function ipv4Defaults(text: string): DefaultRoute[] {
  return rows(text).flatMap((cells) => {
    const [name = "", destination, , flags = "", , , metric = "", mask] = cells;
    const isDefault = destination === "00000000" && mask === "00000000" && isUsable(flags);
    return isDefault ? [{ name, metric: Number.parseInt(metric, 10) || 0 }] : [];
  });
}

/** Columns: destination, length, source, length, next hop, metric, references, uses, flags, name. */
function ipv6Defaults(text: string): DefaultRoute[] {
  return rows(text).flatMap((cells) => {
    const [destination = "", length, , , , metric = "", , , flags = "", name = ""] = cells;
    const isDefault = /^0{32}$/.test(destination) && length === "00" && name !== "lo";
    return isDefault && isUsable(flags) ? [{ name, metric: Number.parseInt(metric, 16) || 0 }] : [];
  });
}

function rows(text: string): string[][] {
  return text.split("\n").map((line) => line.trim().split(/\s+/));
}

/** The addresses of this machine. Never fails: what cannot be read is taken for empty. */
export async function detectAddresses(): Promise<DetectedAddresses> {
  return decideAddresses(await networkFacts());
}

/** Tells when other addresses are detected than the last time. */
export class AddressDetector {
  /** The interfaces of the last time, as text: looking at them is cheap, at the routes it is not. */
  #seen = "";

  /**
   * The addresses of this machine, or `undefined` if its interfaces are as they were the last time,
   * or lead nowhere: a machine without network keeps the addresses that it had.
   */
  async detectNew(): Promise<DetectedAddresses | undefined> {
    const seen = JSON.stringify(interfacesOrNone());
    if (seen === this.#seen) return undefined;
    this.#seen = seen;
    const detected = await detectAddresses();
    return detected.note === undefined ? detected : undefined;
  }
}

/** What this machine tells about its network. Never fails: what cannot be read is empty. */
export async function networkFacts(): Promise<NetworkFacts> {
  const [ipv4Routes, ipv6Routes] = await Promise.all([
    readOrEmpty("/proc/net/route"),
    readOrEmpty("/proc/net/ipv6_route"),
  ]);
  return { ...interfacesOrNone(), ipv4Routes, ipv6Routes };
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}

function interfacesOrNone(): Pick<NetworkFacts, "interfaces" | "fault"> {
  try {
    return { interfaces: Deno.networkInterfaces() };
  } catch (error) {
    return { interfaces: [], fault: errorText(error) };
  }
}
