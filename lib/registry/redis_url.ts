/**
 * What the URL of a Redis registry says: which server, who asks, and where the rows lie in it.
 *
 * Knows no driver, so that a wrong URL is told before anything is loaded for it.
 *
 * @module
 */
import { bareHost, decoded, parameterFault, percentFault, serverUrl } from "./url_parts.ts";
import type { UrlFault } from "./url_parts.ts";

/** A taken-apart `redis://` or `rediss://` URL. */
export interface RedisSettings {
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
  /** A file of certificates that are trusted instead of the system's. */
  readonly caPath: string | undefined;
}

const defaultPort = 6379;
const defaultPrefix = "clusternode";

/** Takes `text` apart; a fault is the end of a sentence, "its path …". */
export function parseRedisUrl(text: string): RedisSettings | UrlFault {
  const url = serverUrl(text);
  if ("fault" in url) return url;
  const isTls = url.protocol === "rediss:";
  const database = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  if (database === undefined) {
    return { fault: "its path is not the number of a database, as /0 is" };
  }
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === undefined || password === undefined) return { fault: percentFault };
  const fault = parameterFault(url.searchParams, ["prefix", "tls_ca"]);
  if (fault !== undefined) return { fault };
  const prefix = url.searchParams.get("prefix") ?? defaultPrefix;
  if (!/^[\w.:{}-]{1,64}$/.test(prefix)) {
    return { fault: "its prefix may hold letters, digits, _ . : { } - and have 64 characters" };
  }
  const caPath = url.searchParams.get("tls_ca") ?? undefined;
  if (caPath !== undefined && !isTls) return { fault: "tls_ca goes with rediss:// only" };
  if (caPath === "") return { fault: "its tls_ca names no file" };
  return {
    host: bareHost(url),
    port: url.port === "" ? defaultPort : Number(url.port),
    isTls,
    user,
    password: url.username === "" && url.password === "" ? undefined : password,
    database: Number(database),
    prefix,
    caPath,
  };
}
