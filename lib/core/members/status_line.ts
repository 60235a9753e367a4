/**
 * The line that each node writes every second, in the shape that `inspect` gives an Elixir keyword
 * list: `n1@10.0.0.2["n1@10.0.0.2": true, "n2@10.0.0.3": false]`.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import type { ServiceState } from "./service.ts";

/** One entry of the line: who, and whether it is seen alive. */
export interface StatusEntry {
  /** Full name of the member. */
  readonly name: NodeName;
  /** True if it counts as there. */
  readonly alive: boolean;
  /** What it calls the service that it carries; left out if it carries none. */
  readonly service?: ServiceState;
}

/** The line of node `self`; entries in the order of {@linkcode compareNames}. */
export function statusLine(self: NodeName, entries: readonly StatusEntry[]): string {
  const shown = entries.map(({ name, alive }) => `"${name}": ${alive}`);
  return `${self}[${shown.join(", ")}]`;
}

/**
 * Order of names as people count: `n2` before `n10`, and `box@h` before `box-2@h`. Negative if `one`
 * comes first.
 */
export function compareNames(one: string, other: string): number {
  const [left, right] = [one.indexOf("@"), other.indexOf("@")];
  if (left < 0 || right < 0) return compareCounted(one, other);
  return compareCounted(one.slice(0, left), other.slice(0, right)) ||
    compareCounted(one.slice(left), other.slice(right));
}

function compareCounted(one: string, other: string): number {
  if (one === other) return 0;
  const ones = one.split(/(\d+)/);
  const others = other.split(/(\d+)/);
  for (let index = 0; index < Math.min(ones.length, others.length); index++) {
    const left = ones[index] as string;
    const right = others[index] as string;
    if (left === right) continue;
    if (index % 2 === 1 && Number(left) !== Number(right)) return Number(left) - Number(right);
    return left < right ? -1 : 1;
  }
  return ones.length - others.length;
}
