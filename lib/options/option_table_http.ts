/**
 * The options that say where a node shows its cluster, part of the option table.
 *
 * @module
 */
import { isLoopback, parseAddress } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { option } from "./option_entry.ts";
import { onOff, pathOrNone, quote } from "./option_values.ts";
import type { Reading, ValueType } from "./option_values.ts";

const common = { group: "Page and API", commands: ["start", "local", "health"] } as const;

/** `8080`, or `10.0.0.5:8080`. */
export const httpAddress: ValueType<Address> = {
  placeholder: "[host:]port",
  numeric: true,
  read(text) {
    const value = parseAddress(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text);
    return value ? { value } : { fault: "it must be a port, or an address with one, such as 8080" };
  },
};

/** The same, or the word `none`, which gives `undefined`. */
const httpAddressOrNone: ValueType<Address | undefined> = {
  ...httpAddress,
  read: (text, checks) => text === "none" ? { value: undefined } : httpAddress.read(text, checks),
};

/** By their key in the configuration file. */
export const httpOptionTable = {
  http: option({
    ...common,
    field: "http",
    flag: "--http",
    variable: "CLUSTERNODE_HTTP",
    type: httpAddressOrNone,
    default: "none",
    help: "where to show the cluster: a page, an API and metrics, to read only; the host is " +
      "127.0.0.1 if it is left out",
    trade: "Whoever reaches it can read all that a member knows but the cookie. On another " +
      "address than one of loopback it wants a token, or --http-open.",
  }),
  httpTokenFile: option({
    ...common,
    field: "httpTokenFile",
    flag: "--http-token-file",
    variable: "CLUSTERNODE_HTTP_TOKEN_FILE",
    type: pathOrNone,
    default: "none",
    help: "file that holds a token of 16 characters or more, without which --http tells nothing",
    trade: "The token goes over the network in the clear unless a proxy in front adds TLS.",
  }),
  httpOpen: option({
    ...common,
    field: "httpOpen",
    flag: "--http-open",
    variable: "CLUSTERNODE_HTTP_OPEN",
    type: onOff,
    default: "off",
    help: "whoever reaches --http may read, on any address and without a token",
    trade: "For networks that nobody else is in, such as that of a pod behind a policy.",
  }),
};

/** Shortest and longest token, in characters. */
const tokenLengths = { min: 16, max: 512 };

/** The token that stands in a file, or is given to the library. */
export function readHttpToken(text: string): Reading<string> {
  const token = text.replace(/\r?\n$/, "");
  const { min, max } = tokenLengths;
  // What can stand in a header, in a cookie and, with care, in a URL.
  if (!/^[\w.~+/=-]*$/.test(token)) {
    return { fault: "it may hold letters, digits and - . _ ~ + / = alone" };
  }
  return token.length >= min && token.length <= max
    ? { value: token }
    : { fault: `it must be ${min} to ${max} characters long, it has ${token.length}` };
}

/** What decides who may read. */
interface Openness {
  readonly http?: Address | undefined;
  readonly httpTokenFile?: string | undefined;
  readonly httpOpen?: boolean;
}

/**
 * Why a node must not show its cluster there, as a sentence; `undefined` if it may.
 *
 * @param source the name under which the address was given
 */
export function httpFault(
  { http, httpTokenFile, httpOpen = false }: Openness,
  source: string,
): string | undefined {
  if (http === undefined || isLoopback(http.host)) return undefined;
  if (httpOpen || httpTokenFile !== undefined) return undefined;
  const { httpTokenFile: file, httpOpen: open } = httpOptionTable;
  const [byFile, byWord] = source.startsWith("--")
    ? [file.flag, open.flag]
    : source.startsWith("CLUSTERNODE_")
    ? [file.variable, open.variable]
    : ['"httpTokenFile"', '"httpOpen"'];
  return `${source} ${
    quote(http.host)
  }: whoever reaches that address could read; give a token by ` +
    `${byFile}, or ${byWord} if all of them may`;
}
