/**
 * The parameters of the URL of a PostgreSQL registry: those of libpq that mean something here, those
 * that mean nothing and do no harm, and those that ask for what cannot be given.
 *
 * @module
 */
import { parameterFault } from "../common/url_parts.ts";

/** How a connection is protected, in the words of libpq. */
export type SslMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

const sslModes: readonly string[] = [
  "disable",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
] satisfies SslMode[];

/** Legal values by parameter; a parameter without any takes all. */
const known: Readonly<Record<string, RegExp | undefined>> = {
  schema: undefined,
  sslmode: undefined,
  sslrootcert: /./,
  sslcert: /./,
  sslkey: /./,
  application_name: undefined,
  options: undefined,
  host: /./,
  port: /^\d{1,5}(,\d{1,5})*$/,
  user: /./,
  password: undefined,
  dbname: /./,
  // Only a server that takes writes is of use, so these all come to the same.
  target_session_attrs: /^(any|read-write|primary)$/,
  // The bond between login and encryption is not made; the certificate is verified instead.
  channel_binding: /^(disable|prefer|require)$/,
  // What a call may take bounds all that it waits for.
  connect_timeout: /^\d{1,9}$/,
  ssl: /^true$/,
};

/** What libpq, Prisma and their like add, by what they may say without asking for anything of us. */
const harmless: Readonly<Record<string, RegExp>> = {
  client_encoding: /^(auto|utf-?8)$/i,
  connection_limit: /^\d+$/,
  fallback_application_name: /^/,
  gssencmode: /^(disable|prefer)$/,
  keepalives: /^\d+$/,
  keepalives_count: /^\d+$/,
  keepalives_idle: /^\d+$/,
  keepalives_interval: /^\d+$/,
  load_balance_hosts: /^disable$/,
  pgbouncer: /^(true|false)$/,
  pool_timeout: /^\d+$/,
  sslcompression: /^0$/,
  sslnegotiation: /^postgres$/,
  sslsni: /^1$/,
  tcp_user_timeout: /^\d+$/,
};

/** What is wrong with them, as the end of a sentence, if anything is. */
export function postgresParametersFault(parameters: URLSearchParams): string | undefined {
  const told = Object.keys(known);
  const fault = parameterFault(parameters, told, Object.keys(harmless));
  if (fault !== undefined) return fault;
  for (const [key, value] of parameters) {
    const pattern = known[key] ?? harmless[key];
    if (pattern?.test(value) === false) return valueFault(key, value, pattern);
  }
  return sslFault(parameters) ?? (
    /^[A-Za-z_]\w{0,62}$/.test(parameters.get("schema") ?? "clusternode")
      ? undefined
      : "its schema may hold letters, digits and _, and have 63 characters"
  );
}

/** How a connection is protected. */
export function sslModeOf(parameters: URLSearchParams): SslMode {
  const sslmode = (parameters.get("sslmode") ?? "") as SslMode;
  // Both are there to be sure of the server; who cannot have one had better have the other.
  if (parameters.get("channel_binding") === "require") return "verify-full";
  if (sslmode === ("allow" as string)) return "prefer";
  if (sslModes.includes(sslmode)) {
    // As with libpq: who names an authority wants it to be asked.
    const isRoot = parameters.has("sslrootcert") && sslmode === "require";
    return isRoot ? "verify-ca" : sslmode;
  }
  return parameters.get("ssl") === "true" ? "require" : "disable";
}

function valueFault(key: string, value: string, pattern: RegExp): string {
  if (value === "") return `its ${key} is empty`;
  const legal = /^\^\(([\w|-]+)\)\$$/.exec(pattern.source)?.[1]?.split("|").join(", ");
  const isReader = key === "target_session_attrs";
  if (isReader) return `its ${key} may be ${legal}: a registry has to be written, too`;
  return legal === undefined
    ? `its ${key} asks for what cannot be given; leave it out`
    : `its ${key} may be ${legal}`;
}

function sslFault(parameters: URLSearchParams): string | undefined {
  const sslmode = parameters.get("sslmode") ?? "disable";
  if (!sslModes.includes(sslmode) && sslmode !== "allow") {
    return `its sslmode is not known; known are ${sslModes.join(", ")}`;
  }
  if (parameters.get("channel_binding") === "require" && /^(disable|allow|prefer)$/.test(sslmode)) {
    return "its channel_binding=require needs sslmode=require";
  }
  const isEncrypted = !["disable", "prefer"].includes(sslModeOf(parameters));
  for (const key of ["sslrootcert", "sslcert", "sslkey"]) {
    if (parameters.has(key) && !isEncrypted) {
      return `${key} is of use with sslmode=require or verify-… only`;
    }
  }
  return parameters.has("sslcert") === parameters.has("sslkey")
    ? undefined
    : "it has only one of sslcert and sslkey, which go together";
}
