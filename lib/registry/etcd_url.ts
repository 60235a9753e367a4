/**
 * Takes `etcd://user:password@h1:2379,h2:2379/prefix?tls_ca=/path` apart.
 *
 * Several members of one etcd cluster stand in one URL, with commas between them, and the usual
 * parsing of URLs takes no commas beside ports. Nothing here quotes what stands in front of the path:
 * in a mistyped URL any part of it may be the password.
 *
 * @module
 */
import { decoded, parameterFault, percentFault } from "./url_parts.ts";
import type { UrlFault } from "./url_parts.ts";

/** Where an etcd cluster is and what of it belongs to us. */
export interface EtcdLocation {
  /** At least one, in the order of the URL: `http://127.0.0.1:2379`. */
  readonly endpoints: readonly string[];
  readonly credentials: EtcdCredentials | undefined;
  /** In front of all our keys, without a slash at either end. */
  readonly prefix: string;
  /** A file with the certificates of authorities that are trusted beside the usual ones. */
  readonly caPath: string | undefined;
  /** The URL, fit for a log. */
  readonly shown: string;
}

/** Who we are to an etcd that asks for it. */
export interface EtcdCredentials {
  readonly user: string;
  readonly password: string;
}

/** Where etcd listens unless told otherwise. */
const defaultPort = 2379;

const defaultPrefix = "clusternode";

const form = /^(etcds?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#[^]*)?$/i;

const hostAndPort = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/i;

/** Takes `text` apart, or says why it cannot be. */
export function parseEtcdUrl(text: string): EtcdLocation | UrlFault {
  const [, scheme = "", authority = "", path = "", query = "", hash] = form.exec(text) ?? [];
  if (scheme === "") return { fault: "it lacks the slashes of etcd://host" };
  if (hash !== undefined) return { fault: "it has a #, which is written as %23" };
  if (path.includes("@")) {
    return {
      fault: "it has an @ behind a /; in a password / is written as %2F, in a path @ as %40",
    };
  }
  const isSecure = scheme.toLowerCase() === "etcds";
  const at = authority.lastIndexOf("@");
  const endpoints = endpointsOf(authority.slice(at + 1), isSecure ? "https" : "http");
  if ("fault" in endpoints) return endpoints;
  const credentials = at < 0 ? undefined : credentialsOf(authority.slice(0, at));
  if (credentials !== undefined && "fault" in credentials) return credentials;
  const prefix = decoded(path)?.replace(/^\/+|\/+$/g, "");
  if (prefix === undefined) return { fault: percentFault };
  const ca = caPathOf(new URLSearchParams(query), isSecure);
  if ("fault" in ca) return ca;
  const user = credentials && `${encodeURIComponent(credentials.user)}:***@`;
  const hosts = authority.slice(at + 1);
  return {
    endpoints,
    credentials,
    prefix: prefix === "" ? defaultPrefix : prefix,
    caPath: ca.caPath,
    shown: `${scheme.toLowerCase()}://${user ?? ""}${hosts}${path}${query && `?${query}`}`,
  };
}

/** `text` fit for a log, if it is legal: the usual way takes only one host apart. */
export function showEtcdUrl(text: string): string | undefined {
  const parsed = parseEtcdUrl(text);
  return "fault" in parsed ? undefined : parsed.shown;
}

function endpointsOf(hosts: string, scheme: string): readonly string[] | UrlFault {
  if (hosts === "") return { fault: "it names no host behind //" };
  const endpoints: string[] = [];
  for (const [index, text] of hosts.split(",").entries()) {
    const [, host, digits] = hostAndPort.exec(text) ?? [];
    const port = digits === undefined ? defaultPort : Number(digits);
    if (host === undefined || port < 1 || port > 65535) {
      return { fault: `its host no. ${index + 1} is not of the form host or host:port` };
    }
    const endpoint = `${scheme}://${host}:${port}`;
    if (!URL.canParse(endpoint)) return { fault: `its host no. ${index + 1} is no host` };
    endpoints.push(endpoint);
  }
  return endpoints;
}

function credentialsOf(text: string): EtcdCredentials | UrlFault {
  const colon = text.indexOf(":");
  const user = decoded(colon < 0 ? text : text.slice(0, colon));
  const password = decoded(colon < 0 ? "" : text.slice(colon + 1));
  if (user === undefined || password === undefined) return { fault: percentFault };
  if (user === "") return { fault: "it has an @ and no user in front of it" };
  if (password === "") return { fault: "it names a user and no password; write user:password@" };
  return { user, password };
}

function caPathOf(
  parameters: URLSearchParams,
  isSecure: boolean,
): { readonly caPath: string | undefined } | UrlFault {
  const fault = parameterFault(parameters, ["tls_ca"]);
  if (fault !== undefined) return { fault };
  const caPath = parameters.get("tls_ca") ?? undefined;
  if (caPath === "") return { fault: "its tls_ca names no file" };
  if (caPath !== undefined && !isSecure) {
    return { fault: "it has tls_ca, but etcd:// is without TLS; write etcds://" };
  }
  return { caPath };
}
