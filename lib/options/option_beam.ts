/**
 * How the options for the pulse with BEAM nodes are read, and which names such nodes can ping.
 *
 * @module
 */
import { ipFamily } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { hostName, localName } from "../core/base/name.ts";
import type { NodeName } from "../core/base/name.ts";
import { cookieFault, listenAddress } from "./option_identity.ts";
import type { ValueType } from "./option_values.ts";

/** Longest Erlang cookie, in bytes: it is an atom over there. */
export const beamCookieMaxBytes = 255;

/** Where EPMD listens unless the environment says otherwise. */
export const epmdPortDefault = 4369;

/** The Erlang cookie. */
export const beamCookie: ValueType<string> = {
  placeholder: "secret",
  secret: true,
  read(text) {
    const fault = beamCookieFault(text);
    return fault === undefined ? { value: text } : { fault };
  },
};

/** Why `cookie` cannot be an Erlang cookie, as a clause that begins with "it", or `undefined`. */
export function beamCookieFault(cookie: string): string | undefined {
  const fault = cookieFault(cookie);
  if (fault !== undefined) return fault;
  return cookie.length <= beamCookieMaxBytes
    ? undefined
    : `it is longer than the ${beamCookieMaxBytes} characters that Erlang takes`;
}

/** Where to listen, or the word `none`, which gives `undefined`. */
export const listenAddressOrNone: ValueType<Address | undefined> = {
  placeholder: "host:port|none",
  read(text, checks) {
    return text === "none" ? { value: undefined } : listenAddress.read(text, checks);
  },
};

/**
 * The port at which EPMD is asked everywhere, as Erlang itself reads it.
 *
 * @param text what ERL_EPMD_PORT holds; what is no port is passed over, as Erlang does
 */
export function epmdPortOf(text: string | undefined): number {
  const port = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : epmdPortDefault;
}

/** Why no BEAM node can ping a node of that name, as a clause, or `undefined`. */
export function beamNameFault(name: NodeName): string | undefined {
  if (!/^[0-9A-Za-z_-]+$/.test(localName(name))) {
    return "BEAM nodes allow only letters, digits, _ and - before the @";
  }
  return ipFamily(hostName(name)) === 6 || hostName(name).includes(":")
    ? "BEAM nodes reach each other over IPv4, so behind the @ must be such an address or a host name"
    : undefined;
}

/** What to know about a name that not every BEAM node can ping, as a sentence, or `undefined`. */
export function beamNameNote(name: NodeName): string | undefined {
  return hostName(name).includes(".")
    ? undefined
    : `Only BEAM nodes with short names can ping ${name}: those with long ones ` +
      "want a dot behind the @, such as n1@10.0.0.5";
}
