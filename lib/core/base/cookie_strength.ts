/**
 * How hard a cookie is to guess.
 *
 * No text tells how it was chosen, so this errs to one side: full marks only for what looks as if a
 * machine had drawn it, and two bits a character, about what words carry, for all else. A cookie
 * that is taken for weaker than it is costs a moment at start, see `lib/cookie.ts`.
 *
 * @module
 */

/** Bits that nobody can guess: 16 random bytes. */
export const strongCookieBits = 128;

/** What a text carries that a person has chosen. */
const bitsPerCharacter = 2;

/** The least that a guesser has to try for `cookie`, as the binary logarithm: bits of entropy. */
export function cookieBits(cookie: string): number {
  const characters = [...cookie];
  const distinct = new Set(characters).size;
  const digits = cookie.replaceAll("-", "");
  // What `openssl rand -hex` and `uuidgen` print. Fewer of the 16 digits are no chance.
  if (/^[0-9a-f]+$/i.test(digits) && distinct >= 8) return 4 * digits.length;
  // What `clusternode keygen` and `openssl rand -base64` print. Chance changes between capital
  // letters, small ones and digits almost two times of three, words do more seldom.
  const isMixed = kindChanges(cookie) > characters.length / 3 && distinct >= 12;
  if (isMixed && /^[\x21-\x7e]+$/.test(cookie)) return 6 * characters.length;
  // Repeating a few characters adds next to nothing.
  return bitsPerCharacter * Math.min(characters.length, 4 * distinct);
}

/** How many letters and digits are of another kind than the one before them. */
function kindChanges(cookie: string): number {
  const kinds = [...cookie.replace(/[^A-Za-z0-9]/g, "")].map((one) =>
    /[a-z]/.test(one) ? "small" : /[A-Z]/.test(one) ? "capital" : "digit"
  );
  return kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
}

/** True if `cookie` has to be made harder to guess. */
export function isWeakCookie(cookie: string): boolean {
  return cookieBits(cookie) < strongCookieBits;
}

/** Why a cookie is easy to guess, as a clause that begins with "it", or `undefined` if it is not. */
export function cookieWeakness(cookie: string): string | undefined {
  if (cookie === "cookie") return "it is the first word that anybody tries";
  return isWeakCookie(cookie)
    ? `it may hold as little as ${cookieBits(cookie)} bits, ${strongCookieBits} are out of reach`
    : undefined;
}
