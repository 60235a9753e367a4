/**
 * What a registry may be called on the command line.
 *
 * Knows the schemes but none of the back ends, so that a wrong option is told at once and nothing is
 * loaded for it. A new scheme is one entry here and one in `open.ts`; the compiler asks for both.
 *
 * @module
 */

/** A taken-apart registry URL. */
export interface RegistryLocation {
  readonly scheme: RegistryScheme;
  /** What the back end needs: a path, a name. */
  readonly location: string;
}

/** Schemes of the back ends. */
export type RegistryScheme = "file" | "memory";

/** Stands in shown URLs where a secret stood. */
const hidden = "***";

/** Parameters of a URL that may be shown; the value of any other may be a secret. */
const shownParameters: ReadonlySet<string> = new Set([
  "endpoint",
  "region",
  "schema",
  "sslmode",
  "tls_ca",
]);

type Parsed = { readonly location: string } | { readonly fault: string };

interface SchemeEntry {
  /** Shown to whoever mistyped. */
  readonly example: string;
  readonly parse: (text: string) => Parsed;
}

const schemes: Readonly<Record<RegistryScheme, SchemeEntry>> = {
  file: { example: "file:///path/of/a/folder", parse: parseFileUrl },
  memory: { example: "memory:name (inside one process)", parse: parseMemoryUrl },
};

/**
 * Takes `text` apart: a URL, or the path of a folder that begins with `/`, `./` or `../`.
 *
 * @returns a fault as the end of a sentence, "its scheme …", if it is not legal
 */
export function parseRegistryUrl(text: string): RegistryLocation | { readonly fault: string } {
  if (/^\.{0,2}\//.test(text) || text === "." || text === "..") {
    return text.includes("\0") ? { fault: "there is a zero byte in it" } : {
      scheme: "file",
      location: text,
    };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return { fault: `it is neither a URL nor a path that begins with / or ./; ${legal()}` };
  }
  if (!isScheme(scheme)) return { fault: `its scheme "${scheme}" is not known; ${legal()}` };
  const parsed = schemes[scheme].parse(text);
  return "fault" in parsed ? parsed : { scheme, location: parsed.location };
}

/** Why `text` is not the URL of a registry, as the end of a sentence, or `undefined` if it is one. */
export function registryUrlFault(text: string): string | undefined {
  const parsed = parseRegistryUrl(text);
  return "fault" in parsed ? parsed.fault : undefined;
}

function isScheme(text: string): text is RegistryScheme {
  return Object.hasOwn(schemes, text);
}

function legal(): string {
  return `legal are ${Object.values(schemes).map(({ example }) => example).join(", ")}`;
}

function parseFileUrl(text: string): Parsed {
  if (!/^file:\/\//i.test(text)) return { fault: "it lacks the slashes of file:///path" };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { fault: "it is not a well-formed URL" };
  }
  if (url.host !== "") {
    return { fault: `it names the host "${url.host}"; a path has three slashes, file:///path` };
  }
  if (url.search !== "" || url.hash !== "") {
    return { fault: "a path with ? or # in it is written with %3F or %23" };
  }
  try {
    const path = decodeURIComponent(url.pathname);
    return path.includes("\0") ? { fault: "there is a zero byte in it" } : { location: path };
  } catch {
    return { fault: "it has a % that is not followed by two hexadecimal digits; write %25" };
  }
}

function parseMemoryUrl(text: string): Parsed {
  const name = text.slice("memory:".length);
  return /^[\w.-]{0,64}$/.test(name)
    ? { location: name }
    : { fault: "the name after memory: may hold letters, digits, _ . - and have 64 characters" };
}

/**
 * `url` fit for a log: without its password, and without the values of parameters that may be
 * secrets. What cannot be taken apart is not shown at all, but for its scheme.
 */
export function withoutSecrets(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return `${/^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? ""}${hidden}`;
  }
  if (parsed.password !== "") parsed.password = hidden;
  for (const key of new Set(parsed.searchParams.keys())) {
    if (!shownParameters.has(key.toLowerCase())) parsed.searchParams.set(key, hidden);
  }
  parsed.hash = "";
  return parsed.href;
}

/** Checks a URL of a server; the back end gets it as it is. */
export function parseServerUrl(text: string): Parsed {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { fault: "it is not a well-formed URL" };
  }
  if (url.hostname === "") return { fault: "it names no host behind //" };
  if (url.hash !== "") return { fault: "it has a #, which is written as %23" };
  return { location: text };
}
