/**
 * The lanes, drawn once in units of time: while time goes on, only the window on them moves.
 *
 * @module
 */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Label } from "../../../../report/words/member_label.ts";
import { looks } from "../../status.ts";
import { lookName, worstLast } from "../seen.ts";
import { barOf, isBad, laneHeight, lanePaths, markPath } from "./lane_paths.ts";
import type { Lane, TimeRange } from "./lanes.ts";

/** The bars of all lanes. */
export function LaneBars(
  { lanes, range, base, width, leastMs }: {
    readonly lanes: readonly Lane[];
    readonly range: TimeRange;
    /** Milliseconds since 1970 that are drawn at 0. */
    readonly base: number;
    /** In pixels. */
    readonly width: number;
    readonly leastMs: number;
  },
): JSX.Element {
  const height = lanes.length * laneHeight;
  const bars = useMemo(
    () =>
      lanes.map((lane, index) => (
        <g key={lane.name} transform={`translate(0 ${(index + 0.5) * laneHeight})`}>
          {lanePaths(lane, base, leastMs).map(({ look, path }) => (
            <path
              key={look}
              d={path}
              fill={`var(${looks[look].color})`}
              fill-opacity={look === "alive" ? 0.6 : 1}
            />
          ))}
          {lane.marks.length > 0 && <path class="lane-marks" d={markPath(lane, base)} />}
        </g>
      )),
    [lanes, base, leastMs],
  );
  const seconds = (range.to - range.from) / 1000;
  return (
    <svg
      class="lane-bars"
      width={width}
      height={height}
      viewBox={`${(range.from - base) / 1000} 0 ${seconds} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {bars}
    </svg>
  );
}

/** What the bars mean that are to be seen, the worst last. */
export function LaneLegend({ lanes }: { readonly lanes: readonly Lane[] }): JSX.Element {
  const seen = new Set(lanes.flatMap(({ spans }) => spans.filter(isBad).map(({ look }) => look)));
  return (
    <>
      {worstLast.filter((look) => seen.has(look)).map((look) => (
        <span key={look} aria-hidden="true">
          <svg width="20" height="12" viewBox="0 -6 20 12">
            <path d={barOf(look, 0, 20)} fill={`var(${looks[look].color})`} />
          </svg>
          {lookName(look)}
        </span>
      ))}
    </>
  );
}

/** The names beside the lanes. */
export function LaneNames(
  { lanes, label, selected, pointed, onSelect }: {
    readonly lanes: readonly Lane[];
    readonly label: Label;
    readonly selected: string | undefined;
    /** Number of the lane under the pointer. */
    readonly pointed: number | undefined;
    readonly onSelect: (name: string) => void;
  },
): JSX.Element {
  return (
    <ul class="lane-names">
      {lanes.map(({ name }, index) => (
        <li
          key={name}
          class={index === pointed || name === selected ? "is-marked" : undefined}
          title={name}
          onClick={() => onSelect(name)}
        >
          {label(name)}
        </li>
      ))}
    </ul>
  );
}
