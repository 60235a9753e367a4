/**
 * What a registry may be called on the command line.
 *
 * Knows the schemes, and what a URL of each of them has to look like, but loads none of the back
 * ends, so that a wrong option is told at once. A new back end is one entry here and one in
 * `open.ts`; the compiler asks for both.
 *
 * @module
 */
import { isPath, parseDirectoryUrl } from "./directory_url.ts";
import type { DirectoryLocation } from "./directory_url.ts";
import { parseEtcdUrl, showEtcdUrl } from "./etcd_url.ts";
import { parseMemoryUrl } from "./memory_url.ts";
import { parsePostgresUrl } from "./postgres_url.ts";
import { parseRedisUrl } from "./redis_url.ts";
import { parseS3Url } from "./s3_url.ts";
import type { UrlFault } from "./url_parts.ts";

/** How the URLs of one back end look. */
interface UrlForm {
  readonly schemes: readonly string[];
  /** Shown to whoever mistyped. */
  readonly example: string;
  /** The part that the back end is opened with. */
  readonly parse: (text: string) => DirectoryLocation | UrlFault;
  /** The URL fit for a log, where the usual way to take it apart does not do. */
  readonly show?: (text: string) => string | undefined;
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
    show: showEtcdUrl,
  },
  memory: {
    schemes: ["memory"],
    example: "memory:name (inside one process)",
    parse: parseMemoryUrl,
  },
  postgres: {
    schemes: ["postgres", "postgresql"],
    example: "postgres://user:password@host/database",
    parse: wholeUrl(parsePostgresUrl),
  },
  redis: {
    schemes: ["redis", "rediss"],
    example: "redis://user:password@host",
    parse: wholeUrl(parseRedisUrl),
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
  "endpoint",
  "prefix",
  "region",
  "schema",
  "shared",
  "sslmode",
  "sslrootcert",
  "tls_ca",
]);

/**
 * Takes `text` apart: a URL, or the path of a folder that begins with `/`, `./` or `../`.
 *
 * @returns a fault as the end of a sentence, "its scheme …", if it is not legal
 */
export function parseRegistryUrl(text: string): RegistryLocation | UrlFault {
  const scheme = isPath(text) ? "file" : schemeOf(text);
  if (scheme === undefined) {
    return { fault: `it is neither a URL nor a path that begins with / or ./; ${legal()}` };
  }
  const backEnd = backEndOf(scheme);
  if (backEnd === undefined) return { fault: `its scheme "${scheme}" is not known; ${legal()}` };
  const parsed = forms[backEnd].parse(text);
  return "fault" in parsed ? parsed : { backEnd, ...parsed };
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
 * `url` fit for a log: without its password, and without the values of parameters that may be
 * secrets. What cannot be taken apart is not shown at all, but for its scheme.
 */
export function withoutSecrets(url: string): string {
  if (isPath(url)) return url;
  const scheme = schemeOf(url) ?? "";
  const form: UrlForm | undefined = formOf(scheme);
  const shown = form?.show?.(url);
  if (shown !== undefined) return shown;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || mayHideSecret(parsed)) return `${scheme && `${scheme}:`}${hidden}`;
  if (parsed.password !== "") parsed.password = hidden;
  for (const key of new Set(parsed.searchParams.keys())) {
    if (!shownParameters.has(key.toLowerCase())) parsed.searchParams.set(key, hidden);
  }
  parsed.hash = "";
  return parsed.href;
}

/** True if it names no server, or half of a password with a slash in it may have got into its path. */
function mayHideSecret({ protocol, host, pathname }: URL): boolean {
  const isLocal = protocol === "file:" || protocol === "memory:";
  return !isLocal && (host === "" || pathname.includes("@"));
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
