/**
 * What a registry may be called on the command line.
 *
 * Knows the schemes, and what a URL of each of them has to look like, but loads none of the back
 * ends, so that a wrong option is told at once. A new back end is one entry here and one in
 * `open.ts`; the compiler asks for both.
 *
 * @module
 */
import { isPath, parseDirectoryUrl } from "./directory/directory_url.ts";
import type { DirectoryLocation } from "./directory/directory_url.ts";
import { parseEtcdUrl } from "./etcd/etcd_url.ts";
import { parsePostgresUrl } from "./postgres/postgres_url.ts";
import { parseRedisUrl } from "./redis/redis_url.ts";
import { parseS3Url } from "./s3/s3_url.ts";
import { splitServerUrl } from "./common/url_parts.ts";
import type { ServerUrl, UrlFault } from "./common/url_parts.ts";

/** How the URLs of one back end look. */
interface UrlForm {
  readonly schemes: readonly string[];
  /** Shown to whoever mistyped. */
  readonly example: string;
  /** The part that the back end is opened with. */
  readonly parse: (text: string) => DirectoryLocation | UrlFault;
  /** True if it names a server, and maybe who asks there. */
  readonly isServer?: boolean;
}

const forms = {
  directory: {
    schemes: ["file"],
    example: "file:///path/of/a/folder",
    parse: parseDirectoryUrl,
  },
  etcd: {
    schemes: ["etcd", "etcds"],
    example: "etcd://host:2379,host:2379/prefix",
    parse: wholeUrl(parseEtcdUrl),
    isServer: true,
  },
  memory: {
    schemes: ["memory"],
    example: "memory:name (in the library alone)",
    parse: parseMemoryUrl,
  },
  postgres: {
    schemes: ["postgres", "postgresql"],
    example: "postgres://user:password@host/database",
    parse: wholeUrl(parsePostgresUrl),
    isServer: true,
  },
  redis: {
    schemes: ["redis", "rediss", "redis+sentinel", "rediss+sentinel"],
    example: "redis://user:password@host",
    parse: wholeUrl(parseRedisUrl),
    isServer: true,
  },
  s3: {
    schemes: ["s3", "gs"],
    example: "s3://bucket/prefix?region=eu-central-1",
    parse: wholeUrl(parseS3Url),
  },
} satisfies Record<string, UrlForm>;

/** Names of the back ends. */
export type BackEnd = keyof typeof forms;

/** A taken-apart registry URL: what the back end needs is a path, a name, or the whole URL. */
export interface RegistryLocation extends DirectoryLocation {
  readonly backEnd: BackEnd;
}

/** Stands in shown URLs where a secret stood. */
const hidden = "***";

/** Parameters of a URL that may be shown; the value of any other may be a secret. */
const shownParameters: ReadonlySet<string> = new Set([
  "application_name",
  "channel_binding",
  "connect_timeout",
  "dbname",
  "endpoint",
  "host",
  "port",
  "prefix",
  "region",
  "schema",
  "shared",
  "ssl",
  "sslcert",
  "sslkey",
  "sslmode",
  "sslrootcert",
  "target_session_attrs",
  "tls_ca",
  "tls_cert",
  "tls_key",
]);

/**
 * Takes `text` apart: a URL, or the path of a folder that begins with `/`, `./` or `../`.
 *
 * @returns a fault as the end of a sentence, "its scheme …", if it is not legal
 */
export function parseRegistryUrl(text: string): RegistryLocation | UrlFault {
  const scheme = isPath(text) ? "file" : schemeOf(text);
  const backEnd = scheme && backEndOf(scheme);
  // What stands in front of a colon alone may be half of a secret.
  if (!backEnd) {
    const reason = scheme && text.startsWith("://", scheme.length)
      ? `its scheme "${scheme}" is not known`
      : "it is neither a URL nor a path that begins with / or ./";
    return { fault: `${reason}; ${legal()}` };
  }
  const parsed = forms[backEnd].parse(text);
  return "fault" in parsed ? parsed : { backEnd, ...parsed };
}

/** The name in `text`, which may be empty, or why it is none. */
function parseMemoryUrl(text: string): { readonly location: string } | UrlFault {
  const name = text.slice("memory:".length);
  return /^[\w.-]{0,64}$/.test(name)
    ? { location: name }
    : { fault: "the name after memory: may hold letters, digits, _ . - and have 64 characters" };
}

/** For a back end that is opened with its whole URL, once that has turned out to be legal. */
function wholeUrl(check: (text: string) => object | UrlFault): UrlForm["parse"] {
  return (text) => {
    const checked = check(text);
    return "fault" in checked ? checked as UrlFault : { location: text };
  };
}

/** Why `text` is not the URL of a registry, as the end of a sentence, or `undefined` if it is one. */
export function registryUrlFault(text: string): string | undefined {
  const parsed = parseRegistryUrl(text);
  return "fault" in parsed ? parsed.fault : undefined;
}

/**
 * As {@linkcode registryUrlFault}, for the command line, where each node and each command is a process
 * of its own: in the memory of one it would be alone, and tell of a cluster with everybody alive.
 */
export function sharedRegistryUrlFault(text: string): string | undefined {
  const parsed = parseRegistryUrl(text);
  if ("fault" in parsed) return parsed.fault;
  return parsed.backEnd !== "memory" ? undefined : (
    "it is the memory of one process, in which no other node or command can meet this one " +
    "(the library starts several nodes in one); give a place to share, such as file:///tmp/sync_dir"
  );
}

/**
 * `url` fit for a log: without its password, without a user who has none (it may be a token), and
 * without the values of parameters that may be secrets. Of what is not legal only the scheme is
 * shown: nobody knows where in it the secret is.
 */
export function withoutSecrets(url: string): string {
  if (isPath(url)) return url;
  const scheme = schemeOf(url) ?? "";
  if (registryUrlFault(url) !== undefined) {
    return url.startsWith("://", scheme.length) ? `${scheme}://${hidden}` : hidden;
  }
  const form: UrlForm | undefined = formOf(scheme);
  const server = form?.isServer === true ? splitServerUrl(url) : undefined;
  return server === undefined || "fault" in server ? shownPlace(url) : shownServer(server);
}

/** Where a registry is, to be shown to anybody: scheme, hosts and path at most. */
export function placeOf(url: string): string {
  if (isPath(url)) return url;
  return withoutSecrets(url).replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//");
}

function shownServer({ scheme, userInfo, hosts, path, search }: ServerUrl): string {
  const [, user = "", password] = /^([^:]*)(?::(.*))?$/s.exec(userInfo ?? "") ?? [];
  const who = password ? `${user}:${hidden}@` : user === "" ? "" : `${hidden}@`;
  return `${scheme}://${who}${hosts}${path}${shownSearch(search)}`;
}

/** For what names no server that a user logs in to. */
function shownPlace(url: string): string {
  const { href, search } = new URL(url);
  return href.slice(0, href.length - search.length) + shownSearch(search);
}

function shownSearch(search: string): string {
  return search.replace(/([?&])([^=&]*)=([^&]*)/g, (all, before, key) => {
    return shownParameters.has(key.toLowerCase()) ? all : `${before}${key}=${hidden}`;
  });
}

function schemeOf(text: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
}

function backEndOf(scheme: string): BackEnd | undefined {
  const names = Object.keys(forms) as BackEnd[];
  return names.find((name) => (forms[name].schemes as readonly string[]).includes(scheme));
}

function formOf(scheme: string): UrlForm | undefined {
  const backEnd = backEndOf(scheme);
  return backEnd && forms[backEnd];
}

function legal(): string {
  return `legal are ${Object.values(forms).map(({ example }) => example).join(", ")}`;
}
