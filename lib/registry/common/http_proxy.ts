/**
 * The HTTP proxy that the variables of the environment name for a request.
 *
 * Deno's `fetch` obeys these variables by itself, but knows fewer forms of exceptions than `curl`
 * does, and a fault does not tell that there is a proxy. So the choice is made here.
 *
 * @module
 */
import { BlockList } from "node:net";
import { ipFamily } from "../../core/base/address.ts";
import type { Environment } from "./environment.ts";
import { StorageFault } from "./storage_fault.ts";

/** A proxy on the way to a server. */
export interface Proxy {
  /** Host and port, as people write them, without user and password. */
  readonly at: string;
  /** The variable that names it. */
  readonly variable: string;
  readonly options: { readonly url: string; readonly basicAuth?: Credentials };
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Hosts that no proxy can reach for us, as every program written in Go has it, etcdctl included. */
const ownHosts = "localhost,127.0.0.0/8,::1";

const schemes: readonly string[] = ["http:", "https:", "socks5:", "socks5h:"];

/**
 * The proxy for a request to `url`, or `undefined` if it goes straight to the server.
 *
 * @throws {StorageFault} if the variable that holds for it names none
 */
export function proxyFor(url: URL, environment: Environment): Proxy | undefined {
  const found = firstOf(environment, `${url.protocol.slice(0, -1)}_proxy`, "all_proxy");
  if (found === undefined) return undefined;
  const exceptions = firstOf(environment, "no_proxy")?.value ?? "";
  return isListed(url, `${ownHosts},${exceptions}`) ? undefined : parsed(found);
}

/**
 * The value that `NO_PROXY` needs so that Deno, too, goes straight to the host of `url`; `undefined`
 * if no variable would lead it elsewhere.
 */
export function exceptionFor(url: URL, environment: Environment): string | undefined {
  if (firstOf(environment, "http_proxy", "https_proxy", "all_proxy") === undefined) {
    return undefined;
  }
  const value = firstOf(environment, "no_proxy")?.value ?? "";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (value.split(",").includes(host)) return environment("NO_PROXY") === value ? undefined : value;
  return value === "" ? host : `${value},${host}`;
}

/** The first one that is set, small letters first, as `curl` has it. */
function firstOf(
  environment: Environment,
  ...names: readonly string[]
): { readonly variable: string; readonly value: string } | undefined {
  return names.flatMap((name) => [name, name.toUpperCase()])
    .map((variable) => ({ variable, value: environment(variable)?.trim() ?? "" }))
    .find(({ value }) => value !== "");
}

function parsed(
  { variable, value }: { readonly variable: string; readonly value: string },
): Proxy {
  const full = value.includes("://") ? value : `http://${value}`;
  try {
    const { protocol, host, username, password } = new URL(full);
    if (schemes.includes(protocol) && host !== "") {
      const basicAuth = {
        username: decodeURIComponent(username),
        password: decodeURIComponent(password),
      };
      const options = { url: `${protocol}//${host}`, ...(username === "" ? {} : { basicAuth }) };
      return { at: host, variable, options };
    }
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof URIError)) throw error;
  }
  // Not shown: it may hold a password.
  throw new StorageFault(`the variable ${variable} names no proxy such as http://proxy:3128`);
}

/** True if one of the entries, between commas or spaces, is meant for `url`. */
function isListed(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list.toLowerCase().split(/[\s,]+/).some((entry) => {
    const [, inBrackets, name, entryPort = port] =
      /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
    return entryPort === port && isHost(host, inBrackets ?? name ?? entry);
  });
}

/** `entry`: an address, addresses as 10.0.0.0/8, a domain with or without `*.` or a dot, or `*`. */
function isHost(host: string, entry: string): boolean {
  if (entry === "*") return true;
  if (ipFamily(host) !== undefined) return isAmong(host, entry);
  const domain = entry.replace(/^\*?\./, "").replace(/\.$/, "");
  return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
}

function isAmong(address: string, entry: string): boolean {
  const [first = "", bits] = entry.split("/");
  const family = ipFamily(first);
  if (family === undefined || family !== ipFamily(address) || first.includes("%")) return false;
  const bitsMax = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? bitsMax : Number(bits);
  if (!(Number.isInteger(prefix) && prefix >= 0 && prefix <= bitsMax)) return false;
  const list = new BlockList();
  const type = family === 4 ? "ipv4" : "ipv6";
  list.addSubnet(first, prefix, type);
  return list.check(address, type);
}

/** What an answer means that shows no sign of the server behind the proxy. */
export function proxyAnswerReason(proxy: string, at: string, status: number): string {
  return status === 407
    ? `the proxy ${proxy} wants a user and a password`
    : `the proxy ${proxy} answers HTTP ${status} for ${at}`;
}
