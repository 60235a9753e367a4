/**
 * The shared secret that makes a process a member.
 *
 * Whoever can make a node dial, by a row in the registry, is sent a first message that was made
 * with the cookie, and can try guesses on it for as long as it likes. A cookie of 128 random bits
 * does not mind. One that a person has chosen is stretched: each guess then costs as much memory
 * and time as it costs a node once, when it starts (scrypt, RFC 7914).
 *
 * @module
 */
import { scrypt } from "node:crypto";
import { isWeakCookie } from "./core/base/cookie_strength.ts";

/** Random bytes in a minted cookie. */
const cookieBytes = 32;

/** Bytes that a weak cookie is stretched to. */
const stretchedBytes = 32;

/** Most texts that are drawn for one cookie; chance needs more than two once in thousands of times. */
const drawsMax = 10;

/**
 * A cookie that nobody can guess: 256 random bits as 43 letters that URLs and file names allow.
 *
 * @param randomBytes bytes from the operating system
 */
export function getOrCreateCookie(randomBytes: (length: number) => Uint8Array): string {
  for (let draws = 1;; draws++) {
    const text = base64Url(randomBytes(cookieBytes));
    // One that begins with a hyphen would look like an option to other programs, and one in 40,000
    // looks as if a person had chosen it.
    const isFit = !text.startsWith("-") && !isWeakCookie(text);
    if (isFit || draws >= drawsMax) return text;
  }
}

/**
 * 16 MiB of memory and about 0.1 s of one core for each guess: what containers with little memory can
 * spare for a moment. Other values would make another secret, so they belong to the protocol.
 */
const stretching = { N: 2 ** 14, r: 8, p: 1 };

/**
 * The secrets by which nodes of `cluster` recognise each other: strong cookies as they are, weak ones
 * stretched, in the same order. All nodes get the same from the same.
 */
export async function stretchedCookies(
  cookies: readonly string[],
  cluster: string,
): Promise<readonly string[]> {
  const stretched: string[] = [];
  for (const cookie of cookies) {
    stretched.push(isWeakCookie(cookie) ? await stretch(cookie, cluster) : cookie);
  }
  return stretched;
}

function stretch(cookie: string, cluster: string): Promise<string> {
  const salt = `clusternode/1 weak cookie\0${cluster}`;
  // The runtime's own, in a thread of its own: in JavaScript it takes twice as long, and nothing
  // else runs.
  return new Promise((resolve, reject) =>
    scrypt(
      cookie,
      salt,
      stretchedBytes,
      stretching,
      (error, key) => error ? reject(error) : resolve(base64Url(key)),
    )
  );
}

function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
