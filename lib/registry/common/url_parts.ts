/**
 * What the URLs of several back ends have in common.
 *
 * Nothing here quotes what it does not understand: in a mistyped URL any part of it may be the
 * password. And nothing guesses where a password ends that holds what separates the parts of a URL.
 *
 * @module
 */
import type { Address } from "../../core/base/address.ts";

/** What is wrong with a URL, as the end of a sentence: "its scheme …". */
export interface UrlFault {
  readonly fault: string;
}

/** The URL of a server, or of several of one cluster, cut into its parts; nothing is decoded. */
export interface ServerUrl {
  /** In lower case. */
  readonly scheme: string;
  /** What stands in front of the last `@`; `undefined` if there is none. */
  readonly userInfo: string | undefined;
  readonly hosts: string;
  /** Empty, or with its slash. */
  readonly path: string;
  /** Empty, or with its question mark. */
  readonly search: string;
}

/** A % that stands for nothing. */
export const percentFault = "it has a % that is not followed by two hexadecimal digits; write %25";

const hashFault = "it has a #, which is written as %23";

const serverForm = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?$/i;

const hostAndPort = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/i;

/** Cuts the URL of a server into its parts. */
export function splitServerUrl(text: string): ServerUrl | UrlFault {
  if (text.includes("#")) return { fault: hashFault };
  const [, scheme, authority = "", path = "", search = ""] = serverForm.exec(text) ?? [];
  if (scheme === undefined) return { fault: "it lacks the slashes of scheme://host" };
  if (path.includes("@") || search.includes("@")) {
    return {
      fault: "it has an @ behind a / or ?; in a password / is written as %2F and ? as %3F, " +
        "in a path @ as %40",
    };
  }
  if (/[\s;]/.test(path + search)) {
    return { fault: "it has a space or a ;, which are written as %20 and %3B" };
  }
  const at = authority.lastIndexOf("@");
  const userInfo = at < 0 ? undefined : authority.slice(0, at);
  return { scheme: scheme.toLowerCase(), userInfo, hosts: authority.slice(at + 1), path, search };
}

/** User and password without their escapes; both empty if there are none. */
export function credentialsIn(
  { userInfo = "" }: Pick<ServerUrl, "userInfo">,
): { readonly user: string; readonly password: string } | UrlFault {
  const colon = userInfo.indexOf(":");
  const user = decoded(colon < 0 ? userInfo : userInfo.slice(0, colon));
  const password = decoded(colon < 0 ? "" : userInfo.slice(colon + 1));
  if (user === undefined || password === undefined) return { fault: percentFault };
  return { user, password };
}

/** The servers in `h1:2379,[::1],h2`, at least one; hosts are without brackets. */
export function hostsIn(hosts: string, defaultPort: number): readonly Address[] | UrlFault {
  if (hosts === "") return { fault: "it names no host behind //" };
  const all: Address[] = [];
  for (const [index, text] of hosts.split(",").entries()) {
    const [, host, digits] = hostAndPort.exec(text) ?? [];
    const port = digits === undefined ? defaultPort : Number(digits);
    const isPort = digits === undefined || (port >= 1 && port <= 65535);
    if (host === undefined || !isPort) {
      return { fault: `its host no. ${index + 1} is not of the form host or host:port` };
    }
    if (!URL.canParse(`http://${host}`)) return { fault: `its host no. ${index + 1} is no host` };
    all.push({ host: host.replace(/^\[(.*)\]$/, "$1"), port });
  }
  return all;
}

/** The only server in `hosts`. */
export function hostIn(hosts: string, defaultPort: number): Address | UrlFault {
  const all = hostsIn(hosts, defaultPort);
  if ("fault" in all) return all;
  const [first, ...others] = all;
  if (others.length === 0 && first !== undefined) return first;
  return { fault: "it names more than one host" };
}

/** A well-formed URL without a fragment. */
export function wellFormedUrl(text: string): URL | UrlFault {
  if (text.includes("#")) return { fault: hashFault };
  return URL.canParse(text) ? new URL(text) : { fault: "it is not a well-formed URL" };
}

/** `text` without its escapes, or `undefined` if it has a % too much. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Why there is a parameter that is none of `known`, or one of them twice, if there is.
 *
 * @param others known as well, and not worth telling
 */
export function parameterFault(
  parameters: URLSearchParams,
  known: readonly string[],
  others: readonly string[] = [],
): string | undefined {
  for (const key of new Set(parameters.keys())) {
    if (!known.includes(key) && !others.includes(key)) {
      const legal = known.length === 0 ? "it may have none" : `known are ${known.join(", ")}`;
      const named = /^[a-z_]{1,30}$/i.test(key) && parameters.get(key) !== "" ? ` "${key}"` : "";
      return `its parameter${named} is not known; ${legal}`;
    }
    if (parameters.getAll(key).length > 1) return `its parameter "${key}" is there twice`;
  }
  return undefined;
}

/** The file that a parameter names, of those that mean something only where there is encryption. */
export function tlsFilesIn(
  parameters: URLSearchParams,
  secureScheme: string,
  isSecure: boolean,
): TlsFiles | UrlFault {
  for (const key of tlsParameters) {
    if (parameters.get(key) === "") return { fault: `its ${key} names no file` };
    if (parameters.has(key) && !isSecure) {
      return { fault: `its ${key} goes with ${secureScheme}:// only` };
    }
  }
  const [caPath, certPath, keyPath] = tlsParameters.map((key) => parameters.get(key) ?? undefined);
  if ((certPath === undefined) !== (keyPath === undefined)) {
    return { fault: "it has only one of tls_cert and tls_key, which go together" };
  }
  return { caPath, certPath, keyPath };
}

/** Parameters that name the files in {@linkcode TlsFiles}. */
export const tlsParameters = ["tls_ca", "tls_cert", "tls_key"] as const;

/** Paths of files in PEM. */
export interface TlsFiles {
  /** Certificates of authorities to trust. */
  readonly caPath: string | undefined;
  /** What proves to the server who we are: a certificate, and its key. */
  readonly certPath: string | undefined;
  readonly keyPath: string | undefined;
}
