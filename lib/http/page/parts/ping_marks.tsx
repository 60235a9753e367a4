/**
 * The last pings over a link, as small marks: as high as they took long, or a cross.
 *
 * @module
 */
import type { JSX } from "preact";
import { formatDuration, formatRoundTrip } from "../../../core/base/duration.ts";
import type { ExplainReport } from "../../../report/explain_report.ts";
import { durationWords } from "../words/words.ts";

const step = 14;
const height = 40;

/** The marks, and the same in words. */
export function PingMarks({ pings, asked }: {
  readonly pings: ExplainReport["pings"];
  readonly asked: string;
}): JSX.Element | null {
  if (pings.length === 0) return null;
  const longest = Math.max(...pings.map(({ roundTripUs }) => roundTripUs ?? 0), 1);
  const lost = pings.filter(({ roundTripUs }) => roundTripUs === undefined).length;
  const last = pings.at(-1);
  const words = [
    `The last ${pings.length === 1 ? "ping" : `${pings.length} pings`} of ${asked}`,
    lost === 0 ? "all answered" : lost === pings.length ? "none answered" : `${lost} not answered`,
    last?.roundTripUs === undefined
      ? `the last: ${last?.result}`
      : `the last took ${formatRoundTrip(last.roundTripUs)}`,
    (last?.agoMs ?? 0) < 1000 ? "just now" : `${durationWords(last?.agoMs ?? 0)} ago`,
  ];
  return (
    <figure class="pings">
      <svg
        viewBox={`0 0 ${pings.length * step} ${height}`}
        width={pings.length * step}
        height={height}
        aria-hidden="true"
      >
        <path class="ground" d={`M0 ${height - 0.5}H${pings.length * step}`} />
        {pings.map((ping, index) => (
          <Mark key={`${ping.time}`} ping={ping} x={index * step} longest={longest} />
        ))}
      </svg>
      <figcaption>{words.slice(0, 3).join(", ")}, {words[3]}.</figcaption>
    </figure>
  );
}

function Mark({ ping, x, longest }: {
  readonly ping: ExplainReport["pings"][number];
  readonly x: number;
  readonly longest: number;
}): JSX.Element {
  const { roundTripUs, result, agoMs } = ping;
  const ago = `${formatDuration(agoMs)} ago`;
  if (roundTripUs === undefined) {
    return (
      <path class="failed" d={`M${x + 3} ${height - 12}l8 8m0-8l-8 8`}>
        <title>{`${result}, ${ago}`}</title>
      </path>
    );
  }
  const size = 4 + (height - 8) * roundTripUs / longest;
  return (
    <rect class="answered" x={x + 3} y={height - size} width={8} height={size} rx={1.5}>
      <title>{`${formatRoundTrip(roundTripUs)}, ${ago}`}</title>
    </rect>
  );
}
