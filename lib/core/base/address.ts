/**
 * Where a node answers: a host and a port.
 *
 * An address is an attribute of a node and never its identity: containers come back with another
 * one, and a new node takes over that of a dead one.
 *
 * @module
 */

/** A host (IP address without brackets, or DNS name) and a port, 0 … 65535. */
export interface Address {
  /** An IP address without brackets, or a host name. */
  readonly host: string;
  /** A TCP port, 0 … 65535. */
  readonly port: number;
}

/** The family of an IP address, or `undefined` if `host` is a name. */
export function ipFamily(host: string): 4 | 6 | undefined {
  if (isIpv4(host)) return 4;
  return isIpv6(host) ? 6 : undefined;
}

function isIpv4(host: string): boolean {
  const parts = host.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

function isIpv6(host: string): boolean {
  const [text = "", ...zones] = host.split("%");
  if (zones.length > 1 || !zones.every((zone) => /^[A-Za-z0-9_.-]{1,15}$/.test(zone))) return false;
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(":")) return false;
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => half === "" ? [] : half.split(":"));
  const last = groups.at(-1);
  const tail = last?.includes(".") ? (isIpv4(last) ? 2 : NaN) : 0;
  const hex = tail ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const count = hex.length + tail;
  return halves.length === 2 ? count <= 7 : count === 8;
}

/** True for `127.0.0.0/8`, `::1` and `localhost`: reachable from the same machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIpv4(host) && host.startsWith("127."));
}

/**
 * True for addresses that mean "every interface" (`0.0.0.0`, `::`): fine to listen on, not to dial.
 */
export function isUnspecified(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/**
 * True for addresses that need a zone and are no use to other hosts (`169.254.0.0/16`,
 * `fe80::/10`).
 */
export function isLinkLocal(host: string): boolean {
  return host.startsWith("169.254.") || /^fe[89ab][0-9a-f]:/i.test(host);
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * Reads `host:port`, `[v6]:port`, or with `defaultPort` also a bare host or IP address.
 *
 * @returns `undefined` if `text` is none of these
 */
export function parseAddress(text: string, defaultPort?: number): Address | undefined {
  if (defaultPort !== undefined && isIpv6(text)) return { host: text, port: defaultPort };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const [, bracketed, plain, digits] = match;
  const host = bracketed ?? plain ?? "";
  if (bracketed === undefined ? !isHost(host) : !isIpv6(host)) return undefined;
  const port = digits === undefined ? defaultPort : Number(digits);
  return port === undefined || port > 65535 ? undefined : { host, port };
}

/**
 * True for what can stand as the host of an address: an IP address, or the name of a host in ASCII.
 */
export function isLegalHost(host: string): boolean {
  return isHost(host) || isIpv6(host);
}

function isHost(host: string): boolean {
  if (isIpv4(host)) return true;
  if (/^[\d.]+$/.test(host)) return false;
  return host.length <= 253 &&
    host.split(".").every((label) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})$/.test(label));
}

/** The host of a socket's address: on a socket of both families IPv4 ones stand behind `::ffff:`. */
export function socketHost(hostname: string): string {
  return hostname.replace(/^::ffff:(?=.*\.)/i, "");
}

/** True if both name the same host and port, letter for letter. */
export function sameAddress(one: Address, other: Address): boolean {
  return one.host === other.host && one.port === other.port;
}

/** True if both are the same addresses in the same order. */
export function sameAddresses(some: readonly Address[], others: readonly Address[]): boolean {
  return some.length === others.length &&
    some.every((one, index) => sameAddress(one, others[index] as Address));
}
