/**
 * The timeline: a lane for each member, and the moment that the whole page shows.
 *
 * @module
 */
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { textWidth, useWidth } from "./hooks.ts";
import { timeOf } from "./history_state.ts";
import type { TimelineProps } from "./props.ts";
import { useLabel } from "./ring_members.ts";
import { LaneBars, LaneLegend, LaneNames } from "./timeline/lane_list.tsx";
import { laneHeight } from "./timeline/lane_paths.ts";
import { gapsOf, type Lane, lanesOf } from "./timeline/lanes.ts";
import { localOffset, timeTicks } from "./timeline/time_axis.ts";
import { TimelineMarks } from "./timeline/timeline_marks.tsx";
import { entryNear, entryWords, laneWords } from "./timeline/timeline_words.ts";
import { momentText, momentWords, moved } from "./timeline/timeline_words.ts";

/** Up to so many members all have a lane, and so many lanes are shown before one asks for all. */
const [allMax, shownMax] = [12, 24];

/** What is under the pointer. */
interface Pointed {
  readonly time: number;
  /** Number of the lane. */
  readonly lane: number;
}

/** A lane for each member to which something happened, and a moment that can be chosen. */
export function Timeline(props: TimelineProps): JSX.Element {
  const { members, entries, range, at, selected, onBrush, onSelect } = props;
  const box = useRef<HTMLDivElement>(null);
  const all = useLanes(props);
  const [showsAll, setShowsAll] = useState(false);
  const lanes = useMemo(() => shownLanes(all, members.length, showsAll), [all, showsAll]);
  const label = useLabel(all);
  const names = Math.min(
    150,
    Math.max(40, ...lanes.map(({ name }) => textWidth(label(name)) + 16)),
  );
  const width = useWidth(box) - names;
  const [pointed, setPointed] = useState<Pointed>();
  const count = all.filter(({ hasChanges }) => hasChanges).length;
  return (
    <div class="timeline" ref={box}>
      {width > 0 && (
        <div class="timeline-picture" style={{ gridTemplateColumns: `${names}px ${width}px` }}>
          <LaneNames
            {...{ lanes, label, selected, onSelect }}
            pointed={pointed?.lane}
          />
          <Plot {...props} {...{ lanes, width, label }} all={all} onPoint={setPointed} />
        </div>
      )}
      <p class="readout">
        <span>{readout(props, lanes, pointed, width, label)}</span>
        {at !== undefined && (
          <button
            type="button"
            class="button"
            onClick={() => onBrush(undefined)}
          >
            Back to now
          </button>
        )}
      </p>
      <p class="legend">
        <LaneLegend lanes={lanes} />
        <span>{foldedWords(all.length, lanes.length, count)}</span>
        {(showsAll || lanes.length < Math.min(count, all.length)) && (
          <button
            type="button"
            class="text-button"
            onClick={() => setShowsAll(!showsAll)}
          >
            {showsAll ? "Show fewer" : `Show all ${count} lanes with changes`}
          </button>
        )}
      </p>
      <p class="unseen">
        {`${entries.length} entries since ${momentText(range.from)}`}
      </p>
    </div>
  );
}

/** The lanes, which stay the same while nothing happens: the last span of each reaches beyond now. */
function useLanes({ members, entries, range }: TimelineProps): readonly Lane[] {
  const span = range.to - range.from;
  const from = Math.floor(range.from / span * 4) * span / 4;
  const key = members.map(({ name, status, linkWorks }) => `${name} ${status} ${linkWorks}`).join();
  return useMemo(
    () => lanesOf(entries, members, { from, to: from + span * 2 }),
    [entries, key, from, span],
  );
}

/** Lanes with changes, those of bad members too, in the order of the ring. */
function shownLanes(all: readonly Lane[], count: number, showsAll: boolean): readonly Lane[] {
  if (count <= allMax && all.length <= shownMax) return all;
  const told = all.filter(({ hasChanges, spans }) => hasChanges || spans.at(-1)?.look !== "alive");
  return showsAll ? told : told.slice(0, shownMax);
}

function foldedWords(all: number, shown: number, changed: number): string {
  if (shown === all) return "";
  const quiet = all - Math.max(changed, shown);
  return quiet > 0 ? `${quiet} members without a change are not shown` : "";
}

function readout(
  { entries, at, range }: TimelineProps,
  lanes: readonly Lane[],
  pointed: Pointed | undefined,
  width: number,
  label: (name: string) => string,
): string {
  if (pointed === undefined) {
    if (at !== undefined) return `The cluster as it was at ${momentText(at)}`;
    return entries.length === 0
      ? "Nothing has happened yet"
      : "Click, or use the arrow keys, to see the cluster as it was";
  }
  const lane = lanes[pointed.lane];
  if (lane === undefined) return momentText(pointed.time);
  const own = entries.filter(({ name }) => name === lane.name);
  const near = entryNear(own, pointed.time, 5 * (range.to - range.from) / width);
  return near === undefined
    ? `${momentText(pointed.time)}: ${laneWords(lane, pointed.time, label)}`
    : `${momentText(timeOf(near))}: ${entryWords(near, label)}`;
}

/** The lanes with their axis, on which a moment is chosen. */
function Plot(
  { lanes, all, width, label, entries, range, at, onBrush, onPoint }: TimelineProps & {
    readonly lanes: readonly Lane[];
    readonly all: readonly Lane[];
    readonly width: number;
    readonly label: (name: string) => string;
    readonly onPoint: (pointed: Pointed | undefined) => void;
  },
): JSX.Element {
  const [hover, setHover] = useState<number>();
  const isDragged = useRef(false);
  const span = range.to - range.from;
  const ticks = timeTicks(range, Math.max(2, Math.floor(width / 90)), localOffset(range.to));
  const base = useMemo(() => range.from, [span]);
  const gaps = useMemo(() => gapsOf(entries, { from: -Infinity, to: Infinity }), [entries]);
  const timeAt = ({ offsetX }: MouseEvent): number =>
    Math.round(Math.min(range.to, Math.max(range.from, range.from + offsetX / width * span)));
  return (
    <div
      class="timeline-plot"
      role="slider"
      tabIndex={0}
      aria-label="The moment that is shown"
      aria-valuemin={range.from}
      aria-valuemax={range.to}
      aria-valuenow={at ?? range.to}
      aria-valuetext={at === undefined ? "now" : momentWords(all, at, label)}
      onKeyDown={(event) => {
        const next = moved(event.key, at ?? range.to, range, entries);
        if (next !== undefined) onBrush(next);
        else if (event.key === "End" || event.key === "Escape") onBrush(undefined);
        else return;
        event.preventDefault();
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        isDragged.current = true;
        onBrush(timeAt(event));
      }}
      onPointerUp={() => isDragged.current = false}
      onPointerMove={(event) => {
        const time = timeAt(event);
        setHover(time);
        onPoint({ time, lane: Math.floor((event.offsetY - axisHeight) / laneHeight) });
        if (isDragged.current) onBrush(time);
      }}
      onPointerLeave={() => {
        setHover(undefined);
        onPoint(undefined);
      }}
    >
      <TimelineMarks
        {...{ ticks, gaps, range, width, at, hover }}
        height={axisHeight + lanes.length * laneHeight}
      />
      <LaneBars {...{ lanes, range, base, width }} leastMs={2 * span / width} />
    </div>
  );
}

/** Height of the axis above the lanes, in pixels. */
const axisHeight = 24;
