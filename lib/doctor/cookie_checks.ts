/**
 * The cookie: is there one, is it the right one, can others read it? Never what it is.
 *
 * @module
 */
import { cookieWeakness } from "../core/option_identity.ts";
import { fault, fine, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { remedyFor } from "./remedies.ts";

/** A file that holds a cookie. */
export interface CookieFile {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
}

/** Everything about cookies that was found. */
export interface CookieFacts {
  /** Those that the user gave, the first one in use. */
  readonly given: readonly string[];
  /** The one in the registry. */
  readonly minted: string | undefined;
  /** Why that one could not be read. */
  readonly mintedFault: string | undefined;
  readonly files: readonly CookieFile[];
  /** How many nodes are registered. */
  readonly rows: number;
}

/** What to think of the cookies. */
export function judgeCookies(facts: CookieFacts): Finding[] {
  const { given, minted, files } = facts;
  const used = given.length > 0 ? given : minted === undefined ? [] : [minted];
  return [
    ...(given.length > 0 ? judgeGiven(facts) : judgeMinted(facts)),
    ...used.map(cookieWeakness).flatMap((weakness) =>
      weakness === undefined
        ? []
        : [warning("cookie", `The cookie is easy to guess: ${weakness}`, strongCookie)]
    ),
    ...files.filter(({ mode }) => (mode & 0o077) !== 0).map(({ path }) =>
      warning("cookie-file", `Other users may read or change the cookie in ${path}`, closed(path))
    ),
  ];
}

const strongCookie = "Make a strong one with clusternode keygen, and give it to all nodes";

function closed(path: string): string {
  return `chmod 600 ${path}`;
}

function judgeGiven({ given, minted }: CookieFacts): Finding[] {
  const count = given.length === 1 ? "A cookie was given" : `${given.length} cookies were given`;
  const findings = [fine("cookie", `${count}, which only those who hold it can use`)];
  if (minted !== undefined && !given.includes(minted)) {
    findings.push(warning(
      "cookie",
      "The registry holds another cookie than the one that was given",
      "Give the same cookie to all nodes: those that were started without one use the registry's, " +
        "and talk to no others",
    ));
  }
  return findings;
}

function judgeMinted({ minted, mintedFault, rows }: CookieFacts): Finding[] {
  if (mintedFault !== undefined) return [fault("cookie", mintedFault, remedyFor(mintedFault))];
  if (minted !== undefined) {
    const text = "The cookie of the registry is used: whoever can read the registry is a member";
    return [fine("cookie", text)];
  }
  if (rows === 0) return [fine("cookie", "There is no cookie yet; the first node makes one")];
  return [
    fault(
      "cookie",
      "None was given, and there is none in the registry: its nodes have one of their own",
      "Give it with --cookie-file; a node without it would make another one and talk to nobody",
    ),
  ];
}
