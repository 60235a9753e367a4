/**
 * Round trips as colours: equal ratios are equal steps.
 *
 * The colours are those of cividis, which is even in lightness and looks alike to the colour-blind.
 * On a dark page the slow ones are the bright ones; on a light page the scale is turned round, so that
 * what is slow stands out from the ground in both.
 *
 * @module
 */
import { formatRoundTrip } from "../../../../core/base/duration.ts";

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Cividis at equal distances, from its dark end to its bright one. */
const cividis: readonly Rgb[] = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];

/** A range of round trips, in microseconds, of which both ends are 1, 2 or 5 times a power of ten. */
export interface Domain {
  readonly minUs: number;
  readonly maxUs: number;
}

const steps: readonly number[] = [1, 2, 5];

/**
 * The range that holds all `roundTripsUs`, at least a factor of ten wide, so that noise is not made
 * large. It does not move with each measurement, as its ends are round.
 */
export function domainOf(roundTripsUs: readonly number[]): Domain {
  let [min, max] = [Infinity, 0];
  for (const value of roundTripsUs) {
    if (!(value > 0)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (max === 0) return { minUs: 100, maxUs: 10_000 };
  let [low, high] = [roundDown(min), roundUp(max)];
  // The room is above, so that what is as ever does not look slow.
  while (high / low < 9.99) high = roundUp(high * 1.01);
  return { minUs: low, maxUs: high };
}

function roundDown(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return unit * (steps.findLast((step) => step * unit <= value * (1 + 1e-9)) ?? 1);
}

function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return unit * (steps.find((step) => step * unit >= value * (1 - 1e-9)) ?? 10);
}

/** Where a round trip lies in `domain`: 0 at its low end, 1 at its high one, and never outside. */
export function shareOf(roundTripUs: number, { minUs, maxUs }: Domain): number {
  const share = Math.log(Math.max(roundTripUs, 1) / minUs) / Math.log(maxUs / minUs);
  return Math.min(1, Math.max(0, share));
}

/** The colour at a share of the scale. */
export function colourAt(share: number, isDark: boolean): Rgb {
  // The very ends are left out: they are too near to the ground, and to the yellow of warnings.
  const place = (isDark ? 0.1 + share * 0.9 : 1 - share * 0.95) * (cividis.length - 1);
  const index = Math.min(cividis.length - 2, Math.floor(place));
  const [low, high] = [cividis[index] as Rgb, cividis[index + 1] as Rgb];
  const mix = (part: 0 | 1 | 2): number =>
    Math.round(low[part] + (high[part] - low[part]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

/** `rgb(…)`, as CSS and canvas take it. */
export function cssColour([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** A mark on the legend. */
export interface Tick {
  readonly share: number;
  readonly text: string;
}

/** The ends of the legend, and what is round between them, at most about five. */
export function ticksOf({ minUs, maxUs }: Domain): Tick[] {
  const powers: number[] = [];
  for (let value = 10 ** Math.ceil(Math.log10(minUs) - 1e-9); value < maxUs; value *= 10) {
    powers.push(value);
  }
  const between = powers.filter((value) => {
    const share = shareOf(value, { minUs, maxUs });
    return share > 0.22 && share < 0.78;
  });
  const stride = Math.ceil(between.length / 3);
  return [minUs, ...between.filter((_, index) => index % stride === 0), maxUs].map((value) => ({
    share: shareOf(value, { minUs, maxUs }),
    text: formatRoundTrip(value).replace(/\.0+ /, " "),
  }));
}
