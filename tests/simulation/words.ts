/**
 * The words of a story's commands: names, times, options.
 *
 * @module
 */
import type { NodeName } from "../../lib/core/base/name.ts";

/** `n3` is `n3@10.0.0.3`. */
export function nameOf(label: string): NodeName {
  return `${label}@10.0.0.${/\d+$/.exec(label)?.[0] ?? 250}` as NodeName;
}

/** `n1 n4..n6` are four. */
export function expand(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const [, letters = "", from, to] = /^(.*?)(\d+)\.\.\1(\d+)$/.exec(word) ?? [];
    if (from === undefined || to === undefined) return [word];
    const count = Number(to) - Number(from) + 1;
    return Array.from({ length: count }, (_, index) => `${letters}${Number(from) + index}`);
  });
}

/** `host=10.0.0.7`. */
export function splitOption(word: string): [string, string] {
  const at = word.indexOf("=");
  return [word.slice(0, at), word.slice(at + 1)];
}

/** `250ms`, `5s`, `10min`. */
export function milliseconds(text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|min)$/.exec(text) ?? [];
  if (amount === undefined) throw new SyntaxError(`"${text}" is no time such as 5s`);
  return Number(amount) * (units[unit] ?? 1);
}
