/**
 * The sign in the tab, and the words beside it.
 *
 * @module
 */
import type { Tone } from "./sentence.ts";

/** What the sign shows: a tone, or that there is no connection. */
export type Sign = Tone | "lost";

/** White shapes on a coloured ground, each another one: tabs are small, and colours not for all. */
const signs: Readonly<Record<Sign, readonly [color: string, path: string]>> = {
  well: ["#00785a", "M8 16.5l5.5 5.5L24 10.5"],
  doubtful: ["#b07600", "M16 8v10M16 23v1"],
  bad: ["#c5281c", "M10 10l12 12M22 10L10 22"],
  waiting: ["#5b6570", "M9 16h.5M16 16h.5M23 16h.5"],
  lost: ["#5b6570", "M9 16h14"],
};

/** The sign as a URL of data. */
export function favicon(sign: Sign): string {
  const [color, path] = signs[sign];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">` +
    `<rect width="32" height="32" rx="8" fill="${color}"/>` +
    `<path d="${path}" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" ` +
    `stroke-linejoin="round"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
