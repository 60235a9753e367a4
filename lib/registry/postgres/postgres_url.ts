/**
 * What the URL of a PostgreSQL registry says.
 *
 * The driver never sees the URL: it would hand parameters that it does not know to the server, where
 * a mistyped `sslmode` becomes an unencrypted connection. Here an unknown parameter is a fault. Those
 * that libpq knows and providers put into the URLs that they hand out are known here, too.
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import { postgresParametersFault, sslModeOf } from "./postgres_parameters.ts";
import type { SslMode } from "./postgres_parameters.ts";
import {
  credentialsIn,
  decoded,
  hostsIn,
  percentFault,
  splitServerUrl,
} from "../common/url_parts.ts";
import type { UrlFault } from "../common/url_parts.ts";

/** Where a server listens. */
export interface PostgresHost {
  /** A name, an address without brackets, or the folder of a Unix socket: it begins with `/`. */
  readonly host: string;
  readonly port: number;
}

/** What is needed to open connections. */
export interface PostgresSettings {
  /** At least one; several are tried in this order until one takes writes. */
  readonly hosts: readonly PostgresHost[];
  /** Without it the driver takes PGUSER, or the name of the user of this process. */
  readonly user: string | undefined;
  /** Without it the driver takes PGPASSWORD. */
  readonly password: string | undefined;
  /** Without it the driver takes PGDATABASE, or the name of the user. */
  readonly database: string | undefined;
  /** Where the table is; letters, digits and `_` only. */
  readonly schema: string;
  readonly sslmode: SslMode;
  /** A file with certificates of CAs to trust instead of the well-known ones. */
  readonly sslrootcert: string | undefined;
  /** Files with a certificate that proves who we are, and its key. */
  readonly sslcert: string | undefined;
  readonly sslkey: string | undefined;
  /** True if a server is asked whether it takes writes before anything else. */
  readonly mustWrite: boolean;
  /** Told to the server as they are, because the URL asks for it. */
  readonly startup: Readonly<Record<string, string>>;
}

const defaultPort = 5432;

/** Takes `text` apart; a fault is the end of a sentence, "its parameter …". */
export function parsePostgresUrl(text: string): PostgresSettings | UrlFault {
  const url = splitServerUrl(text);
  if ("fault" in url) return url;
  const credentials = credentialsIn(url);
  if ("fault" in credentials) return credentials;
  const database = decoded(url.path.slice(1));
  if (database === undefined) return { fault: percentFault };
  if (/\0|%00/.test(text)) return { fault: "there is a zero byte in it" };
  const parameters = new URLSearchParams(url.search);
  const fault = postgresParametersFault(parameters);
  if (fault !== undefined) return { fault };
  const told = (key: string): string | undefined => parameters.get(key) || undefined;
  const hosts = hostsOf(told("host") ?? url.hosts, told("port"));
  if ("fault" in hosts) return hosts;
  const startup: Record<string, string> = {};
  for (const key of ["application_name", "options"]) {
    const value = told(key);
    if (value !== undefined) startup[key] = value;
  }
  return {
    hosts,
    user: credentials.user || told("user"),
    password: credentials.password || told("password"),
    database: database || told("dbname"),
    schema: told("schema") ?? "clusternode",
    sslmode: sslModeOf(parameters),
    sslrootcert: rootCertificates(told("sslrootcert")),
    sslcert: told("sslcert"),
    sslkey: told("sslkey"),
    mustWrite: hosts.length > 1 || !["any", undefined].includes(told("target_session_attrs")),
    startup,
  };
}

/** Host and port, or the path of the socket, as one writes them. */
export function postgresHostText({ host, port }: PostgresHost): string {
  return host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : formatAddress({ host, port });
}

/** Hosts with a port each, of `h1:5432,h2` or `/folder`; `ports` has one for all, or one for each. */
function hostsOf(text: string, ports = `${defaultPort}`): readonly PostgresHost[] | UrlFault {
  const listed = ports.split(",").map(Number);
  const [first = defaultPort] = listed;
  const folder = decoded(text);
  if (folder?.startsWith("/") && !folder.includes(",")) return [{ host: folder, port: first }];
  const hosts = hostsIn(text, 0);
  if ("fault" in hosts) return hosts;
  const all = hosts.map(({ host, port }, index) => ({
    host,
    port: port || (listed[index] ?? first),
  }));
  return all.every(({ port }) => port >= 1 && port <= 65535)
    ? all
    : { fault: "its port is not between 1 and 65535" };
}

/** libpq writes `system` for the authorities that the system trusts, which are trusted anyway. */
function rootCertificates(path: string | undefined): string | undefined {
  return path === "system" ? undefined : path;
}
