/**
 * The shared secret that makes a process a member.
 *
 * @module
 */

/** Random bytes in a minted cookie. */
const cookieBytes = 32;

/**
 * A cookie that nobody can guess: 256 random bits as 43 letters that URLs and file names allow.
 *
 * @param randomBytes bytes from the operating system
 */
export function mintCookie(randomBytes: (length: number) => Uint8Array): string {
  for (;;) {
    const binary = String.fromCharCode(...randomBytes(cookieBytes));
    const text = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    // One that begins with a hyphen would look like an option to other programs.
    if (!text.startsWith("-")) return text;
  }
}
