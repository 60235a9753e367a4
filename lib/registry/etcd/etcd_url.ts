/**
 * Takes `etcd://user:password@h1:2379,h2:2379/prefix?tls_ca=/path` apart.
 *
 * Several members of one etcd cluster stand in one URL, with commas between them.
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import {
  credentialsIn,
  decoded,
  hostsIn,
  parameterFault,
  percentFault,
  splitServerUrl,
  tlsFilesIn,
  tlsParameters,
} from "../common/url_parts.ts";
import type { TlsFiles, UrlFault } from "../common/url_parts.ts";

/** Where an etcd cluster is and what of it belongs to us. */
export interface EtcdLocation extends TlsFiles {
  /** At least one, in the order of the URL: `http://127.0.0.1:2379`. */
  readonly endpoints: readonly string[];
  readonly credentials: EtcdCredentials | undefined;
  /** In front of all our keys, without a slash at either end. */
  readonly prefix: string;
}

/** Who we are to an etcd that asks for it. */
export interface EtcdCredentials {
  readonly user: string;
  readonly password: string;
}

/** Where etcd listens unless told otherwise. */
const defaultPort = 2379;

const defaultPrefix = "clusternode";

/** Takes `text` apart, or says why it cannot be. */
export function parseEtcdUrl(text: string): EtcdLocation | UrlFault {
  const url = splitServerUrl(text);
  if ("fault" in url) return url;
  const isSecure = url.scheme === "etcds";
  const hosts = hostsIn(url.hosts, defaultPort);
  if ("fault" in hosts) return hosts;
  const credentials = credentialsOf(url.userInfo);
  if (credentials !== undefined && "fault" in credentials) return credentials;
  const prefix = decoded(url.path)?.replace(/^\/+|\/+$/g, "");
  if (prefix === undefined) return { fault: percentFault };
  const parameters = new URLSearchParams(url.search);
  const fault = parameterFault(parameters, tlsParameters);
  if (fault !== undefined) return { fault };
  const files = tlsFilesIn(parameters, "etcds", isSecure);
  if ("fault" in files) return files;
  return {
    ...files,
    endpoints: hosts.map((host) => `${isSecure ? "https" : "http"}://${formatAddress(host)}`),
    credentials,
    prefix: prefix === "" ? defaultPrefix : prefix,
  };
}

function credentialsOf(userInfo: string | undefined): EtcdCredentials | UrlFault | undefined {
  if (userInfo === undefined) return undefined;
  const credentials = credentialsIn({ userInfo });
  if ("fault" in credentials) return credentials;
  const { user, password } = credentials;
  if (user === "") return { fault: "it has an @ and no user in front of it" };
  if (password === "") return { fault: "it names a user and no password; write user:password@" };
  return credentials;
}
