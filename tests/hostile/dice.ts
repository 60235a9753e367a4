/**
 * Chance that can be repeated, and the values that are worth trying.
 *
 * @module
 */

/** Numbers at and around every bound that a reader may have. */
export const extremeNumbers: readonly number[] = [
  ...[0, 1, 2, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
  ...[2 ** 48 - 2, 2 ** 48 - 1, 2 ** 48, 2 ** 48 + 1],
  ...[2 ** 53 - 2, 2 ** 53 - 1, 2 ** 53, 1e308, -1, -(2 ** 53), 0.5, -0],
];

/** Text that a terminal, a log, a parser or a file system may choke on. */
export const hostileTexts: readonly string[] = [
  ...[
    "",
    " ",
    "\0",
    "a\nb",
    "\r",
    "\t",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "\x7f",
    "\u202eback",
  ],
  ...[
    "\u2028",
    "\ud800",
    "\udfff\ud800",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "$(reboot)",
  ],
  ...["%s%n", '"', "\\", "[info] n1@127.0.0.1[", "\u{1f600}".repeat(60), "x".repeat(250)],
];

/** A generator of numbers; the same seed gives the same ones (SplitMix32). */
export class Dice {
  readonly seed: number;
  #state: number;

  /** @param seed 0 … 2^32 − 1 */
  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed;
  }

  /** A whole number in 0 … `count` − 1. */
  below(count: number): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % count;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }

  /** 32 hexadecimal digits. */
  instance(): string {
    return Array.from({ length: 32 }, () => this.below(16).toString(16)).join("");
  }
}
