/**
 * What the URL of a PostgreSQL registry says.
 *
 * The driver never sees the URL: it would hand parameters that it does not know to the server, where
 * a mistyped `sslmode` becomes an unencrypted connection. Here an unknown parameter is a fault.
 *
 * @module
 */
import { bareHost, decoded, parameterFault, percentFault, serverUrl } from "./url_parts.ts";
import type { UrlFault } from "./url_parts.ts";

/** How a connection is protected, in the words of libpq. */
export type SslMode = "disable" | "require" | "verify-full";

/** What is needed to open connections. */
export interface PostgresSettings {
  /** A name or an address, an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
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
  /** Told to the server as they are. */
  readonly startup: Readonly<Record<string, string>>;
}

const parameters = ["schema", "sslmode", "sslrootcert", "application_name", "options"];

const sslModes: readonly string[] = ["disable", "require", "verify-full"] satisfies SslMode[];

/** Takes `text` apart; a fault is the end of a sentence, "its parameter …". */
export function parsePostgresUrl(text: string): PostgresSettings | UrlFault {
  const url = serverUrl(text);
  if ("fault" in url) return url;
  const fault = faultOf(url);
  if (fault !== undefined) return { fault };
  const { searchParams } = url;
  const optional = (value: string): string | undefined => decoded(value) || undefined;
  const { application_name = "clusternode", options } = Object.fromEntries(searchParams);
  return {
    host: bareHost(url),
    port: url.port === "" ? 5432 : Number(url.port),
    user: optional(url.username),
    password: optional(url.password),
    database: optional(url.pathname.slice(1)),
    schema: searchParams.get("schema") ?? "clusternode",
    sslmode: (searchParams.get("sslmode") ?? "disable") as SslMode,
    sslrootcert: searchParams.get("sslrootcert") ?? undefined,
    startup: options === undefined ? { application_name } : { application_name, options },
  };
}

function faultOf(
  { hostname, username, password, pathname, searchParams }: URL,
): string | undefined {
  if (/[,%/]/.test(hostname)) return `"${hostname}" is not the name or address of one host`;
  const plain = decoded(username + password + pathname);
  if (plain === undefined) return percentFault;
  if ((plain + searchParams).match(/\0|%00/)) return "there is a zero byte in it";
  const fault = parameterFault(searchParams, parameters);
  if (fault !== undefined) return fault;
  const sslmode = searchParams.get("sslmode") ?? "disable";
  if (!sslModes.includes(sslmode)) {
    return `its sslmode "${sslmode}" is not known; known are ${sslModes.join(", ")}`;
  }
  if (searchParams.has("sslrootcert") && sslmode !== "verify-full") {
    return "sslrootcert is of use with sslmode=verify-full only";
  }
  if (!/^[A-Za-z_]\w{0,62}$/.test(searchParams.get("schema") ?? "clusternode")) {
    return "its schema may hold letters, digits and _, and have 63 characters";
  }
  return undefined;
}
