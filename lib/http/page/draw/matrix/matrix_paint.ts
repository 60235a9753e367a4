/**
 * The cells on their canvas. Each state has a shape of its own; only cells that have changed are
 * painted again.
 *
 * @module
 */
import { formatRoundTrip } from "../../../../core/base/duration.ts";
import type { LinkSum } from "../link_index.ts";
import { colourAt, cssColour, type Domain, shareOf } from "./colour_scale.ts";

/** Colours that the theme of the page gives. */
export interface Inks {
  readonly ground: string;
  readonly faint: string;
  readonly failed: string;
  readonly failedSoft: string;
  readonly oneWay: string;
  readonly isDark: boolean;
}

/** The colours as they are now. */
export function readInks(element: Element, isDark: boolean): Inks {
  const style = getComputedStyle(element);
  const ink = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: ink("--surface"),
    faint: ink("--line-strong"),
    failed: ink("--down"),
    failedSoft: ink("--down-soft"),
    oneWay: ink("--unreachable"),
    isDark,
  };
}

/** What was painted last, so that what is the same is left alone. */
export class MatrixPainter {
  #painted: string[] = [];
  #frame = "";

  /**
   * Paints what has changed since the last time.
   *
   * @param cell width and height of a cell with its gap, in CSS pixels
   * @returns how many cells were painted
   */
  paint(
    canvas: HTMLCanvasElement,
    { cells, columnCount, cell, domain, inks, ratio }: {
      readonly cells: readonly LinkSum[];
      readonly columnCount: number;
      readonly cell: number;
      readonly domain: Domain;
      readonly inks: Inks;
      /** Pixels of the screen for each of CSS. */
      readonly ratio: number;
    },
  ): number {
    // Kept in memory, the picture does not get lost with the graphics card.
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null || columnCount === 0) return 0;
    const rowCount = cells.length / columnCount;
    const frame = [columnCount, rowCount, cell, ratio, ...Object.values(inks)].join();
    if (frame !== this.#frame) {
      this.#frame = frame;
      this.#painted = [];
      canvas.width = Math.ceil(columnCount * cell * ratio);
      canvas.height = Math.ceil(rowCount * cell * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    let count = 0;
    for (const [index, sum] of cells.entries()) {
      const colour = sum.roundTripUs === undefined
        ? ""
        : cssColour(colourAt(shareOf(sum.roundTripUs, domain), inks.isDark));
      const text = cell >= textMin ? cellText(sum) : "";
      const look = `${sum.state} ${colour} ${text}`;
      if (this.#painted[index] === look) continue;
      this.#painted[index] = look;
      count++;
      const [x, y] = [index % columnCount * cell, Math.floor(index / columnCount) * cell];
      context.clearRect(x, y, cell, cell);
      const square = { x, y, size: cell > 5 ? cell - 1 : cell };
      paintCell(context, square, sum, colour, inks);
      if (text !== "") write(context, square, text, sum, domain, inks);
    }
    return count;
  }
}

/** Cells of this size, in pixels, have room for words. */
const textMin = 44;

/** What is written into a large cell: the round trip, or how many of a hundred links fail. */
function cellText({ state, count, badCount, roundTripUs }: LinkSum): string {
  if (badCount > 0) return count > 1 ? `${Math.ceil(100 * badCount / count)} %` : "";
  const isTold = state === "good" && roundTripUs !== undefined;
  return isTold ? formatRoundTrip(roundTripUs) : "";
}

function write(
  context: CanvasRenderingContext2D,
  { x, y, size }: Square,
  text: string,
  { badCount, roundTripUs = 0 }: LinkSum,
  domain: Domain,
  inks: Inks,
): void {
  const [red, green, blue] = colourAt(shareOf(roundTripUs, domain), inks.isDark);
  const isOnBright = red * 0.3 + green * 0.6 + blue * 0.1 > 128;
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = isOnBright ? "#111" : "#fff";
  if (badCount === 0) return context.fillText(text, x + size / 2, y + size / 2, size - 4);
  context.fillStyle = inks.ground;
  context.fillRect(x + 8, y + size - 15, size - 16, 13);
  context.fillStyle = inks.failed;
  context.fillText(text, x + size / 2, y + size - 8.5, size - 6);
}

interface Square {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** One cell; the legend has some of its own. */
export function paintCell(
  context: CanvasRenderingContext2D,
  square: Square,
  { state }: Pick<LinkSum, "state">,
  colour: string,
  inks: Inks,
): void {
  const { x, y, size } = square;
  const fill = (style: string, inset = 0): void => {
    context.fillStyle = style;
    context.fillRect(x + inset, y + inset, size - 2 * inset, size - 2 * inset);
  };
  switch (state) {
    case "good":
      return fill(colour);
    case "stale":
      return fill(colour, size * 0.28);
    case "unmeasured":
      return fill(inks.faint, size * 0.5 - Math.max(0.5, Math.min(1.5, size * 0.09)));
    case "self":
      return line(context, square, inks.faint);
    case "failed":
      if (size < 6) return fill(inks.failed);
      fill(colour || inks.failedSoft);
      return cross(context, square, inks);
    case "one-way":
      if (size < 6) return triangle(context, square, inks.oneWay);
      fill(colour || inks.failedSoft);
      return triangle(context, square, inks.oneWay);
  }
}

function line(context: CanvasRenderingContext2D, { x, y, size }: Square, style: string): void {
  context.strokeStyle = style;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x + size * 0.2, y + size * 0.2);
  context.lineTo(x + size * 0.8, y + size * 0.8);
  context.stroke();
}

/** A cross, on a rim of the ground so that it is seen on any colour. */
function cross(context: CanvasRenderingContext2D, { x, y, size }: Square, inks: Inks): void {
  const arm = Math.min(7, size * 0.24);
  const [near, far] = [size / 2 - arm, size / 2 + arm];
  const width = Math.min(2.4, Math.max(1.4, size * 0.13));
  for (const [style, more] of [[inks.ground, 1.5], [inks.failed, 0]] as const) {
    context.strokeStyle = style;
    context.lineWidth = width + more;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(x + near, y + near);
    context.lineTo(x + far, y + far);
    context.moveTo(x + far, y + near);
    context.lineTo(x + near, y + far);
    context.stroke();
  }
}

/** The lower left half. */
function triangle(context: CanvasRenderingContext2D, { x, y, size }: Square, style: string): void {
  context.fillStyle = style;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + size, y + size);
  context.lineTo(x, y + size);
  context.closePath();
  context.fill();
}
