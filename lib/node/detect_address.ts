/**
 * Which addresses of this machine other machines can reach.
 *
 * Nobody knows for sure, but the routing table is a good hint: the interface that leads out of the
 * machine comes first, bridges that exist only inside of it come last. Peers try in that order.
 *
 * @module
 */
import { ipFamily, isLinkLocal, isLoopback, isUnspecified } from "../core/address.ts";

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
  const ways = {
    IPv4: defaultInterface(ipv4Defaults(facts.ipv4Routes)),
    IPv6: defaultInterface(ipv6Defaults(facts.ipv6Routes)),
  };
  const ranked = facts.interfaces
    .filter(({ address }) => isGlobal(address))
    .map(({ name, family, address }) => ({
      address,
      rank: 2 * rankOf(name, ways[family]) + (family === "IPv4" ? 0 : 1),
    }))
    .sort((one, other) => one.rank - other.rank);
  const addresses = [...new Set(ranked.map(({ address }) => address))];
  if (addresses.length > 0) return { addresses, note: undefined };
  return {
    addresses: ["127.0.0.1"],
    note: "No address was found that other machines could reach: using 127.0.0.1",
  };
}

/** Link-local and loopback addresses lead others nowhere. */
function isGlobal(address: string): boolean {
  return ipFamily(address) !== undefined && !address.includes("%") && !isLoopback(address) &&
    !isLinkLocal(address) && !isUnspecified(address) && !/^ff/i.test(address);
}

function rankOf(name: string, defaultName: string | undefined): number {
  if (name === defaultName) return 0;
  if (internal.test(name)) return 3;
  return tunnel.test(name) ? 2 : 1;
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
  const [ipv4Routes, ipv6Routes] = await Promise.all([
    readOrEmpty("/proc/net/route"),
    readOrEmpty("/proc/net/ipv6_route"),
  ]);
  return decideAddresses({ interfaces: interfacesOrNone(), ipv4Routes, ipv6Routes });
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}

function interfacesOrNone(): readonly InterfaceAddress[] {
  try {
    return Deno.networkInterfaces();
  } catch {
    return [];
  }
}
