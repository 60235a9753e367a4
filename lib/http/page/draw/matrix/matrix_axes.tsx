/**
 * The names of rows and columns, and the marks of the cell that is looked at.
 *
 * @module
 */
import type { JSX } from "preact";
import type { Slot } from "../bundle.ts";
import { textWidth } from "../hooks.ts";
import { type GridShape, labelStride } from "./matrix_cells.ts";

/** Row and column of a cell, from 0 on. */
export interface Spot {
  readonly row: number;
  readonly column: number;
}

interface AxesProps {
  readonly rowNames: readonly string[];
  readonly columnNames: readonly string[];
  readonly shape: GridShape;
  readonly spot: Spot | undefined;
  /** Names of the rows and columns that are selected. */
  readonly isSelected: (name: "row" | "column", index: number) => boolean;
  /** True if the cell at `spot` has the focus of the keyboard. */
  readonly hasFocus: boolean;
}

/** Names along the edges, and bands through the cell that is looked at. */
export function Axes(props: AxesProps): JSX.Element {
  const { rowNames, columnNames, shape: { cell, left, top }, spot, hasFocus } = props;
  const [width, height] = [columnNames.length * cell, rowNames.length * cell];
  const length = spot === undefined ? 0 : spot.column * cell;
  return (
    <svg class="matrix-axes" width={left + width} height={top + height} aria-hidden="true">
      <Names axis="row" names={rowNames} {...props} />
      <Names axis="column" names={columnNames} {...props} />
      {spot !== undefined && (
        <g transform={`translate(${left} ${top})`}>
          <path
            class="matrix-cross"
            d={`M0 ${spot.row * cell}H${length}M0 ${(spot.row + 1) * cell - 1}H${length}M${
              spot.column * cell
            } 0V${spot.row * cell}M${(spot.column + 1) * cell - 1} 0V${spot.row * cell}`}
          />
          <rect
            class={`matrix-spot${hasFocus ? " has-focus" : ""}`}
            x={spot.column * cell - 1}
            y={spot.row * cell - 1}
            width={cell + 1}
            height={cell + 1}
          />
        </g>
      )}
    </svg>
  );
}

function Names(
  { axis, names, shape, spot, isSelected }: AxesProps & {
    readonly axis: "row" | "column";
    readonly names: readonly string[];
  },
): JSX.Element {
  const { cell, left, top } = shape;
  const stride = labelStride(shape);
  const looked = spot?.[axis];
  const isLevel = top <= 20;
  return (
    <g class="matrix-names">
      {names.map((name, index) => {
        const isLooked = index === looked;
        // What is looked at is named, so its neighbours make room.
        const isNear = looked !== undefined && Math.abs(index - looked) < stride;
        if (!isLooked && (index % stride !== 0 || isNear)) return null;
        const middle = (index + 0.5) * cell;
        const place = axis === "row"
          ? `translate(${left - 6} ${top + middle})`
          : isLevel
          ? `translate(${left + middle} ${top - 10})`
          : `translate(${left + middle} ${top - 6})rotate(-90)`;
        const anchor = axis === "row" ? "end" : isLevel ? "middle" : "start";
        const isMarked = isLooked || isSelected(axis, index);
        return (
          <text
            key={index}
            class={isMarked ? "is-marked" : undefined}
            transform={place}
            text-anchor={anchor}
            dy="0.34em"
            font-size={nameSize(cell)}
          >
            {name}
          </text>
        );
      })}
    </g>
  );
}

function nameSize(cell: number): number {
  return cell >= 13 || cell < 8 ? 12 : 10.5;
}

/** Width of the longest of `names`. */
export function longest(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => textWidth(name)));
}

/** True if one of the members of a slot is the one that is selected. */
export function holds(
  slot: Slot<{ readonly name: string }> | undefined,
  name: string | undefined,
): boolean {
  return slot?.members.some((member) => member.name === name) === true;
}
