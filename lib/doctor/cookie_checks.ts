/**
 * The cookie: is there one, is it the right one, can others read it? Never what it is.
 *
 * @module
 */
import { cookieWeakness } from "../core/base/cookie_strength.ts";
import type { Exposure } from "../files/secret_file.ts";
import { fault, fine, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { remedyFor } from "./remedies.ts";

/** Everything about cookies that was found. */
export interface CookieFacts {
  /** Those that the user gave, the first one in use. */
  readonly given: readonly string[];
  /** The one in the registry. */
  readonly minted: string | undefined;
  /** Why that one could not be read. */
  readonly mintedFault: string | undefined;
  /** What other users can do with files that hold a cookie. */
  readonly exposures: readonly Exposure[];
  /** How many nodes are registered. */
  readonly rows: number;
}

/** What to think of the cookies. */
export function judgeCookies(facts: CookieFacts): Finding[] {
  const { given, minted, exposures } = facts;
  const used = given.length > 0 ? given : minted === undefined ? [] : [minted];
  return [
    ...(given.length > 0 ? judgeGiven(facts) : judgeMinted(facts)),
    ...used.map(cookieWeakness).flatMap((weakness) =>
      weakness === undefined
        ? []
        : [warning("cookie", `The cookie is easy to guess: ${weakness}`, strongCookie)]
    ),
    ...exposures.map(judgeExposure),
  ];
}

const strongCookie = "Make a strong one with clusternode keygen, and give it to all nodes";

function judgeExposure({ kind, path, reason }: Exposure): Finding {
  const text = `The cookie file ${path} ${reason}`;
  return kind === "read"
    ? warning(
      "cookie-file",
      text,
      `chmod 600 ${path}, or set the mode of the secret if it is mounted`,
    )
    : fault("cookie-file", text, `Make another cookie, and chmod go-w ${path}`);
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
