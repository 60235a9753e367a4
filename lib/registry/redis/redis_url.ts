/**
 * What the URL of a Redis registry says: which server, who asks, and where the rows lie in it.
 *
 *     redis://user:password@host:6379/0?prefix=clusternode
 *     rediss://host?tls_ca=/path                                     encrypted
 *     redis+sentinel://user:password@h1:26379,h2:26379/mymaster/0    whichever the Sentinels name
 *
 * Knows no driver, so that a wrong URL is told before anything is loaded for it.
 *
 * @module
 */
import type { Address } from "../../core/base/address.ts";
import {
  credentialsIn,
  decoded,
  hostIn,
  hostsIn,
  parameterFault,
  percentFault,
  splitServerUrl,
  tlsFilesIn,
  tlsParameters,
} from "../common/url_parts.ts";
import type { ServerUrl, TlsFiles, UrlFault } from "../common/url_parts.ts";

/** A taken-apart URL. */
export interface RedisSettings extends TlsFiles {
  /** The server, or the first Sentinel as long as none has named the server. */
  readonly host: string;
  readonly port: number;
  /** Encrypted, and only with a server whose certificate is trusted: `rediss://`. */
  readonly isTls: boolean;
  /** A user of the server's access control list; empty for the default user. */
  readonly user: string;
  /** `undefined` if the server asks for none. */
  readonly password: string | undefined;
  readonly database: number;
  /** What the key of a cluster begins with, up to a colon. */
  readonly prefix: string;
  /** Who knows which server is the master; `undefined` if the URL names the server. */
  readonly sentinel: RedisSentinel | undefined;
}

/** Redis Sentinels, and what they watch. */
export interface RedisSentinel {
  /** At least one. */
  readonly hosts: readonly Address[];
  /** The name by which they know the master. */
  readonly master: string;
  /** If they ask for one themselves. */
  readonly password: string | undefined;
}

const defaultPort = 6379;
const sentinelPort = 26379;
const defaultPrefix = "clusternode";

const parameters = ["prefix", ...tlsParameters];

/** Takes `text` apart; a fault is the end of a sentence, "its path …". */
export function parseRedisUrl(text: string): RedisSettings | UrlFault {
  const url = splitServerUrl(text);
  if ("fault" in url) return url;
  const isTls = url.scheme.startsWith("rediss");
  const isSentinel = url.scheme.endsWith("+sentinel");
  const place = isSentinel ? sentinelPlace(url) : serverPlace(url);
  if ("fault" in place) return place;
  const credentials = credentialsIn(url);
  if ("fault" in credentials) return credentials;
  const query = new URLSearchParams(url.search);
  const known = isSentinel ? [...parameters, "sentinel_password"] : parameters;
  const fault = parameterFault(query, known);
  if (fault !== undefined) return { fault };
  const prefix = query.get("prefix") ?? defaultPrefix;
  if (!/^[\w.:{}-]{1,64}$/.test(prefix)) {
    return { fault: "its prefix may hold letters, digits, _ . : { } - and have 64 characters" };
  }
  const files = tlsFilesIn(query, isSentinel ? "rediss+sentinel" : "rediss", isTls);
  if ("fault" in files) return files;
  const { server, database, sentinel } = place;
  const password = query.get("sentinel_password") || undefined;
  return {
    ...files,
    ...server,
    isTls,
    user: credentials.user,
    password: url.userInfo ? credentials.password : undefined,
    database,
    prefix,
    sentinel: sentinel && { ...sentinel, password },
  };
}

interface RedisPlace {
  readonly server: Address;
  readonly database: number;
  readonly sentinel?: Omit<RedisSentinel, "password">;
}

function serverPlace({ hosts, path }: ServerUrl): RedisPlace | UrlFault {
  const server = hostIn(hosts, defaultPort);
  if ("fault" in server) return server;
  const database = /^\/?(\d{0,5})$/.exec(path)?.[1];
  if (database !== undefined) return { server, database: Number(database) };
  return { fault: "its path is not the number of a database, as /0 is" };
}

function sentinelPlace({ hosts, path }: ServerUrl): RedisPlace | UrlFault {
  const all = hostsIn(hosts, sentinelPort);
  if ("fault" in all) return all;
  const [, escaped = "", database = ""] = /^\/([^/]+)(?:\/(\d{0,5}))?$/.exec(path) ?? [];
  const master = decoded(escaped);
  if (master === undefined) return { fault: percentFault };
  const [server] = all;
  if (server !== undefined && /^[\w.-]{1,100}$/.test(master)) {
    return { server, database: Number(database), sentinel: { hosts: all, master } };
  }
  return { fault: "its path is not the name of a master, as /mymaster or /mymaster/0 is" };
}
