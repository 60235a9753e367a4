/**
 * The matrix: how long a ping takes from each member to each other one, and which pings fail.
 *
 * @module
 */
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useWidth } from "./hooks.ts";
import type { LinkIndex } from "./link_index.ts";
import { slotName } from "./map/map_labels.ts";
import { type Domain, domainOf } from "./matrix/colour_scale.ts";
import { Axes, holds, longest, type Spot } from "./matrix/matrix_axes.tsx";
import { cellWords, type Grid, gridOf, type GridShape, shapeOf } from "./matrix/matrix_cells.ts";
import { MatrixLegend } from "./matrix/matrix_legend.tsx";
import { MatrixPainter, readInks } from "./matrix/matrix_paint.ts";
import { BadLinks, Findings } from "./matrix/matrix_words.tsx";
import { openedBundles, toggleBundle } from "./opened.ts";
import type { LinksProps } from "./props.ts";
import { useLabel, useRingOrder } from "./ring_members.ts";

type Member = LinksProps["members"][number];

/** A row for each node that pings, a column for each that is pinged, in the order of the ring. */
export function Matrix(props: LinksProps): JSX.Element {
  const { members, index, findings, theme } = props;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const { ordered, key } = useRingOrder(members);
  const label = useLabel(ordered);
  const names = useMemo(() => new Set(ordered.map(({ name }) => name)), [key]);
  const opened = openedBundles.value;
  const grid = useMemo(() => gridOf(ordered, opened, index), [key, opened, index]);
  const domain = useMemo(
    () => domainOf(grid.cells.flatMap(({ roundTripUs }) => roundTripUs ?? [])),
    [grid],
  );
  const [spot, setSpot] = useState<Spot>();
  // A pointer that moves within a cell shows nothing else.
  const lookAt = (next: Spot | undefined): void =>
    setSpot((now) => now?.row === next?.row && now?.column === next?.column ? now : next);
  const looked = within(spot, grid);
  const rowNames = grid.rows.map((slot) => slotName(slot, label));
  const columnNames = grid.columns.map((slot) => slotName(slot, label));
  const shape = shapeOf(grid, width, { row: longest(rowNames), column: longest(columnNames) });
  const picture = { grid, shape, domain, rowNames, columnNames };
  return (
    <div class="matrix" ref={box}>
      {width > 0 && members.length > 1 && grid.rows.length > 0 && (
        <Picture {...props} {...picture} spot={looked} onSpot={lookAt} />
      )}
      <div class="matrix-side">
        <p class="readout" role="status">
          {readout(picture, index, looked, props.at !== undefined)}
        </p>
        {members.length > 1 && (
          <MatrixLegend domain={domain} isDark={theme === "dark"} cells={grid.cells} />
        )}
        <Findings findings={findings} names={names} label={label} />
      </div>
      {useMemo(() => <BadLinks index={index} label={label} />, [index, label])}
    </div>
  );
}

interface PictureProps {
  readonly grid: Grid<Member>;
  readonly shape: GridShape;
  readonly domain: Domain;
  readonly rowNames: readonly string[];
  readonly columnNames: readonly string[];
}

/** The cells with their names, and what can be done to them. */
function Picture(
  { grid, shape, domain, rowNames, columnNames, spot, onSpot, selected, onSelect, theme }:
    & PictureProps
    & Pick<LinksProps, "selected" | "onSelect" | "theme">
    & { readonly spot: Spot | undefined; readonly onSpot: (spot: Spot | undefined) => void },
): JSX.Element {
  const [hasFocus, setFocus] = useState(false);
  const choose = (column: number | undefined): void => {
    const slot = grid.columns[column ?? -1];
    if (slot === undefined) return;
    if (slot.bundle === undefined) onSelect(slot.key);
    else toggleBundle(slot.key);
  };
  const [width, height] = [grid.columns.length * shape.cell, grid.rows.length * shape.cell];
  return (
    <div
      class="matrix-picture"
      role="group"
      tabIndex={0}
      aria-label="Matrix of the round trips; arrow keys go from cell to cell"
      style={{ width: `${shape.left + width}px`, height: `${shape.top + height}px` }}
      onKeyDown={(event) => {
        const next = moved(event.key, spot, grid);
        if (next !== undefined) onSpot(next);
        else if (event.key !== "Enter") return;
        else choose(spot?.column);
        event.preventDefault();
      }}
      onFocus={(event) => {
        if (!event.currentTarget.matches(":focus-visible")) return;
        setFocus(true);
        onSpot(spot ?? { row: 0, column: 0 });
      }}
      onBlur={() => {
        setFocus(false);
        onSpot(undefined);
      }}
      onPointerMove={(event) => onSpot(spotAt(event, grid, shape))}
      onPointerLeave={() => onSpot(undefined)}
      onClick={(event) => choose(spotAt(event, grid, shape)?.column)}
    >
      <Cells
        {...{ grid, domain, theme, cell: shape.cell }}
        place={{ left: `${shape.left}px`, top: `${shape.top}px` }}
      />
      <Axes
        {...{ rowNames, columnNames, shape, spot, hasFocus }}
        isSelected={(axis, number) =>
          holds((axis === "row" ? grid.rows : grid.columns)[number], selected)}
      />
    </div>
  );
}

/** The canvas. */
function Cells(
  { grid, domain, cell, theme, place }: Pick<PictureProps, "grid" | "domain"> & {
    readonly cell: number;
    readonly theme: LinksProps["theme"];
    readonly place: { readonly left: string; readonly top: string };
  },
): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useMemo(() => new MatrixPainter(), []);
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    painter.paint(canvas.current, {
      cells: grid.cells,
      columnCount: grid.columns.length,
      cell,
      domain,
      inks: readInks(canvas.current, theme === "dark"),
      ratio: devicePixelRatio,
    });
  }, [grid, domain, cell, theme]);
  const [width, height] = [grid.columns.length * cell, grid.rows.length * cell];
  const style = { ...place, width: `${width}px`, height: `${height}px` };
  return <canvas ref={canvas} aria-hidden="true" style={style} />;
}

/** `n1 → n3: 0.42 ms, 2 s ago`. */
function readout(
  { grid: { rows, columns, cells }, rowNames, columnNames }: PictureProps,
  index: LinkIndex,
  spot: Spot | undefined,
  isPast: boolean,
): string {
  if (columns.length < 2) return "A node that is alone has no links";
  if (rows.length === 0) return "No link has been measured yet";
  if (spot === undefined) {
    return isPast ? "Round trips are known of now only" : "Rows ping, columns are pinged";
  }
  const cell = cells[spot.row * columns.length + spot.column];
  const [from, to] = [rows[spot.row]?.key ?? "", columns[spot.column]?.key ?? ""];
  if (cell === undefined) return "";
  const words = cellWords(cell, index.link(from, to)?.result);
  return `${rowNames[spot.row]} → ${columnNames[spot.column]}: ${words}`;
}

/** The cell under the pointer. */
function spotAt(
  { offsetX, offsetY }: MouseEvent,
  { rows, columns }: Grid,
  { cell, left, top }: GridShape,
): Spot | undefined {
  const [row, column] = [Math.floor((offsetY - top) / cell), Math.floor((offsetX - left) / cell)];
  const isInside = row >= 0 && column >= 0 && row < rows.length && column < columns.length;
  return isInside ? { row, column } : undefined;
}

/** A spot that is still there after members have left. */
function within(spot: Spot | undefined, { rows, columns }: Grid): Spot | undefined {
  if (spot === undefined || rows.length === 0 || columns.length === 0) return undefined;
  return {
    row: Math.min(spot.row, rows.length - 1),
    column: Math.min(spot.column, columns.length - 1),
  };
}

/** Where a key leads to; `undefined` if it leads nowhere. */
function moved(key: string, from: Spot | undefined, grid: Grid): Spot | undefined {
  const { row, column } = from ?? { row: 0, column: 0 };
  const to = (down: number, right: number): Spot | undefined =>
    within({ row: Math.max(0, row + down), column: Math.max(0, column + right) }, grid);
  switch (key) {
    case "ArrowRight":
      return to(0, 1);
    case "ArrowLeft":
      return to(0, -1);
    case "ArrowDown":
      return to(1, 0);
    case "ArrowUp":
      return to(-1, 0);
    case "Home":
      return to(0, -column);
    case "End":
      return to(0, grid.columns.length);
    case "PageUp":
      return to(-row, 0);
    case "PageDown":
      return to(grid.rows.length, 0);
    default:
      return undefined;
  }
}
