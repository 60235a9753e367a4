/**
 * What the colours and the shapes of the matrix mean.
 *
 * @module
 */
import type { JSX } from "preact";
import type { LinkState, LinkSum } from "../link_index.ts";
import { colourAt, cssColour, type Domain, ticksOf } from "./colour_scale.ts";

const words: Readonly<Partial<Record<LinkState, string>>> = {
  "failed": "fails",
  "one-way": "fails, the other direction works",
  "stale": "more than a minute old",
  "unmeasured": "not measured",
};

/** The scale, and the shapes that are to be seen. */
export function MatrixLegend(
  { domain, isDark, cells }: {
    readonly domain: Domain;
    readonly isDark: boolean;
    readonly cells: readonly LinkSum[];
  },
): JSX.Element {
  const seen = new Set(cells.map(({ state }) => state));
  const stops = Array.from({ length: 11 }, (_, step) => cssColour(colourAt(step / 10, isDark)));
  return (
    <div class="matrix-legend" aria-hidden="true">
      <div class="scale">
        <i style={{ background: `linear-gradient(90deg, ${stops.join()})` }} />
        {ticksOf(domain).map(({ share, text }) => (
          <b
            key={text}
            class={share === 0 ? "is-first" : share === 1 ? "is-last" : undefined}
            style={{ left: `${share * 100}%` }}
          >
            {text}
          </b>
        ))}
      </div>
      <p class="legend">
        {(Object.keys(words) as LinkState[]).filter((state) => seen.has(state)).map((state) => (
          <span key={state}>
            <svg width="14" height="14" viewBox="0 0 14 14">
              <Shape state={state} colour={stops[5] ?? ""} />
            </svg>
            {words[state]}
          </span>
        ))}
      </p>
    </div>
  );
}

function Shape(
  { state, colour }: { readonly state: LinkState; readonly colour: string },
): JSX.Element | null {
  switch (state) {
    case "failed":
      return (
        <>
          <path d="M0 0H14V14H0Z" fill="var(--down-soft)" />
          <path
            d="M3.6 3.6L10.4 10.4M10.4 3.6L3.6 10.4"
            stroke="var(--down)"
            stroke-width="2"
            stroke-linecap="round"
          />
        </>
      );
    case "one-way":
      return (
        <>
          <path d="M0 0H14V14H0Z" fill="var(--down-soft)" />
          <path d="M0 0L14 14H0Z" fill="var(--unreachable)" />
        </>
      );
    case "stale":
      return <path d="M4 4H10V10H4Z" fill={colour} />;
    case "unmeasured":
      return <path d="M5.5 5.5H8.5V8.5H5.5Z" fill="var(--line-strong)" />;
    default:
      return null;
  }
}
