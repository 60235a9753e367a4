/**
 * Who may ask. A browser on this machine reaches the server for any page that it shows, so what
 * counts is not only where a request comes from, but on whose behalf.
 *
 * - **Host**: a page of another site can have its own name resolve to this machine ("DNS
 *   rebinding"). It is then of the same origin for the browser, but asks under that name.
 * - **Origin**, **Sec-Fetch-Site**: a page of another site that asks under the right name says so.
 * - **Token**: for programs in a header, for browsers in a cookie, got by `/?token=…` once.
 *
 * @module
 */
import { encodeUtf8 } from "../../core/base/text.ts";
import { ipFamily, isLoopback, parseAddress } from "../../core/base/address.ts";
import { sameSecret } from "../../core/base/same_secret.ts";
import type { HttpSecurity } from "./http.ts";
import { notAllowed, Refusal, type RequestHead } from "./request_head.ts";

const cookieName = "clusternode_token";

/** Lets requests pass, or says why not. */
export class Gate {
  readonly #security: HttpSecurity;
  readonly #hosts: ReadonlySet<string>;
  readonly #token: Uint8Array | undefined;

  constructor(security: HttpSecurity) {
    this.#security = security;
    this.#hosts = new Set(["localhost", ...security.hosts.map((host) => host.toLowerCase())]);
    this.#token = security.token === undefined ? undefined : encodeUtf8(security.token);
  }

  /** True of a path on which a node is answered for even if there is no place for anything else. */
  isHealthPath(path: string): boolean {
    return this.#security.healthPaths?.includes(path) === true;
  }

  /**
   * Why a request is not let through, or where to instead; `undefined` if it is.
   *
   * @param remoteHost the IP address from which it comes
   */
  refusal(head: RequestHead, remoteHost: string): Refusal | undefined {
    return this.#methodRefusal(head) ?? this.#hostRefusal(head) ?? originRefusal(head) ??
      this.#tokenRefusal(head, remoteHost);
  }

  #methodRefusal({ method, bodyBytes }: RequestHead): Refusal | undefined {
    if (method === "POST") return this.#security.allowsPost ? undefined : notAllowed("GET, HEAD");
    return bodyBytes === 0 ? undefined : new Refusal(400, `A ${method} request has no body`);
  }

  #hostRefusal({ headers }: RequestHead): Refusal | undefined {
    // Programs that speak HTTP/1.0 may leave it out; browsers never do.
    const host = headers.get("host");
    if (host === undefined) return undefined;
    const name = parseAddress(host, 80)?.host.toLowerCase() ?? "";
    if (ipFamily(name) !== undefined || this.#hosts.has(name)) return undefined;
    // The names are not told: it may be that page which reads the answer.
    const right = "ask an IP address, localhost, or the name of this machine";
    return new Refusal(421, `The Host header names another host: ${right}`);
  }

  #tokenRefusal({ method, path, query, headers }: RequestHead, from: string): Refusal | undefined {
    if (this.#token === undefined) return undefined;
    if (isLoopback(from) && this.#security.openPaths?.includes(path)) return undefined;
    const offered = path === "/" && method === "GET" ? query.get("token") : null;
    if (offered !== null && this.#isToken(offered)) return entrance(offered);
    const [, bearer] = /^bearer +(.*)$/i.exec(headers.get("authorization") ?? "") ?? [];
    if (this.#isToken(bearer) || this.#isToken(cookieToken(headers.get("cookie")))) {
      return undefined;
    }
    const isWrong = bearer !== undefined || offered !== null;
    return new Refusal(
      401,
      isWrong
        ? "The token is not the one of this node"
        : "A token is needed: as Authorization: Bearer TOKEN, or in a browser once as /?token=TOKEN",
      { "WWW-Authenticate": "Bearer" },
    );
  }

  #isToken(text: string | undefined): boolean {
    return text !== undefined && this.#token !== undefined &&
      sameSecret(encodeUtf8(text), this.#token);
  }
}

/** Gives a browser the token as a cookie, and the page without it in its address. */
function entrance(token: string): Refusal {
  const attributes = "HttpOnly; SameSite=Strict; Path=/";
  return new Refusal(303, "The page is at /", {
    Location: "/",
    "Set-Cookie": `${cookieName}=${encodeURIComponent(token)}; ${attributes}`,
  });
}

function cookieToken(header: string | undefined): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [name, value = ""] = pair.trim().split("=", 2);
    if (name !== cookieName) continue;
    try {
      return decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Refuses what a browser asks on behalf of a page of another site. */
function originRefusal({ headers }: RequestHead): Refusal | undefined {
  const origin = headers.get("origin");
  const host = headers.get("host")?.toLowerCase();
  const isSameOrigin = origin === undefined ||
    origin.replace(/^https?:\/\//, "").toLowerCase() === host;
  // Following a link from another site shows that site nothing; anything else might.
  const site = headers.get("sec-fetch-site") ?? "none";
  const isForeign = !["none", "same-origin"].includes(site) &&
    headers.get("sec-fetch-mode") !== "navigate";
  return isSameOrigin && !isForeign
    ? undefined
    : new Refusal(403, "Pages of other sites may not ask this server");
}
