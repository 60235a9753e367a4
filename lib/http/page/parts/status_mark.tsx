/**
 * The sign of a status.
 *
 * @module
 */
import type { JSX } from "preact";
import { looks } from "../status.ts";
import type { Look } from "../status.ts";

/** The shape of a status in its colour; the word for it stands beside it. */
export function StatusMark({ look }: { readonly look: Look }): JSX.Element {
  const { path, isOutline, color } = looks[look];
  const paint = isOutline
    ? { fill: "none", stroke: `var(${color})`, strokeWidth: 2 }
    : { fill: `var(${color})` };
  return (
    <svg class="mark" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={path} style={paint} />
    </svg>
  );
}
