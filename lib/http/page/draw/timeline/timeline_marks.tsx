/**
 * The axis of the timeline, the times of which nothing is known, and the moments that are looked at.
 *
 * @module
 */
import type { JSX } from "preact";
import type { TimeRange } from "./lanes.ts";
import type { TimeTick } from "./time_axis.ts";
import { momentText } from "./timeline_words.ts";

/** A gap is named if this many pixels are there for it. */
const namedGapMin = 90;

/** Width of the time of a moment, in pixels. */
const momentWidth = 64;

/** All that lies behind the lanes, and before them. */
export function TimelineMarks(
  { ticks, gaps, range, width, height, at, hover }: {
    readonly ticks: readonly TimeTick[];
    readonly gaps: readonly TimeRange[];
    readonly range: TimeRange;
    /** In pixels. */
    readonly width: number;
    readonly height: number;
    readonly at: number | undefined;
    readonly hover: number | undefined;
  },
): JSX.Element {
  const x = (time: number): number => {
    const share = (time - range.from) / (range.to - range.from);
    return Math.round(Math.min(1, Math.max(0, share)) * width * 10) / 10;
  };
  return (
    <svg class="timeline-marks" width={width} height={height} aria-hidden="true">
      <defs>
        <pattern
          id="gap"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path d="M0 0V6" stroke="var(--line-strong)" stroke-width="1.5" stroke-opacity=".55" />
        </pattern>
      </defs>
      {ticks.map(({ time, text }) => (
        <g key={time} transform={`translate(${x(time)} 0)`}>
          <path class="time-line" d={`M0 20V${height}`} />
          <text class="time-text" y="12" text-anchor={anchorAt(x(time), width)}>{text}</text>
        </g>
      ))}
      {gaps.filter(({ from, to }) => to > range.from && from < range.to).map(({ from, to }) => (
        <g key={to} transform={`translate(${x(from)} 20)`}>
          <rect class="time-gap" width={Math.max(2, x(to) - x(from))} height={height - 20} />
          {x(to) - x(from) > namedGapMin && (
            <text class="time-gap-text" x="6" y="14">nothing known</text>
          )}
        </g>
      ))}
      {hover !== undefined && (
        <Moment x={x(hover)} {...{ width, height }} time={hover} kind="hover" />
      )}
      {at !== undefined && <Moment x={x(at)} {...{ width, height }} time={at} kind="shown" />}
    </svg>
  );
}

function anchorAt(x: number, width: number): "start" | "middle" | "end" {
  return x < 20 ? "start" : x > width - 20 ? "end" : "middle";
}

/** An upright line with its time. */
function Moment(
  { x, width, height, time, kind }: {
    readonly x: number;
    readonly width: number;
    readonly height: number;
    readonly time: number;
    readonly kind: "hover" | "shown";
  },
): JSX.Element {
  const left = Math.min(width - momentWidth, Math.max(0, x - momentWidth / 2));
  return (
    <g class={`moment is-${kind}`}>
      <path d={`M${x} 18V${height}`} />
      <rect x={left} y="0" width={momentWidth} height="18" rx="4" />
      <text x={left + momentWidth / 2} y="13" text-anchor="middle">{momentText(time)}</text>
    </g>
  );
}
