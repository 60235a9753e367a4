/**
 * The sign of a member's state, in a picture and in its legend.
 *
 * @module
 */
import type { JSX } from "preact";
import { type Look, looks } from "../status.ts";

/** The sign around the origin of the picture that it stands in, `size` pixels wide. */
export function Sign({ look, size }: { readonly look: Look; readonly size: number }): JSX.Element {
  const { path, isOutline, color } = looks[look];
  const stroke = isOutline ? `var(${color})` : "var(--surface)";
  return (
    <path
      d={path}
      transform={`scale(${size / 16})translate(-8 -8)`}
      fill={isOutline ? "var(--surface)" : `var(${color})`}
      stroke={stroke}
      stroke-width={isOutline ? 2.6 : 1.6}
      paint-order={isOutline ? "fill" : "stroke"}
    />
  );
}

/** The sign as a picture of its own, in a line of text. */
export function LegendSign({ look }: { readonly look: Look }): JSX.Element {
  return (
    <svg class="legend-sign" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
      <Sign look={look} size={12} />
    </svg>
  );
}
