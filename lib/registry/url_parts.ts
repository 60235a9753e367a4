/**
 * What the URLs of several back ends have in common.
 *
 * Nothing here quotes the value of anything: in a mistyped URL any part of it may be the password.
 *
 * @module
 */

/** What is wrong with a URL, as the end of a sentence: "its scheme …". */
export interface UrlFault {
  readonly fault: string;
}

/** A % that stands for nothing. */
export const percentFault = "it has a % that is not followed by two hexadecimal digits; write %25";

/** A well-formed URL without a fragment. */
export function wellFormedUrl(text: string): URL | UrlFault {
  if (!URL.canParse(text)) return { fault: "it is not a well-formed URL" };
  const url = new URL(text);
  return url.hash === "" ? url : { fault: "it has a #, which is written as %23" };
}

/** The URL of a server: it names a host. */
export function serverUrl(text: string): URL | UrlFault {
  const url = wellFormedUrl(text);
  return "fault" in url || url.hostname !== "" ? url : { fault: "it names no host behind //" };
}

/** The host of `url`; an IPv6 address without its brackets. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** `text` without its escapes, or `undefined` if it has a % too much. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Why there is a parameter that is none of `known`, or one of them twice, if there is. */
export function parameterFault(
  parameters: URLSearchParams,
  known: readonly string[],
): string | undefined {
  for (const key of new Set(parameters.keys())) {
    if (!known.includes(key)) {
      const legal = known.length === 0 ? "it may have none" : `known are ${known.join(", ")}`;
      return `its parameter ${JSON.stringify(key)} is not known; ${legal}`;
    }
    if (parameters.getAll(key).length > 1) return `its parameter "${key}" is there twice`;
  }
  return undefined;
}
