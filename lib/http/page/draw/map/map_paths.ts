/**
 * The lines of the map as data of SVG paths, many in one: a browser draws one path of a thousand lines
 * faster than a thousand paths.
 *
 * @module
 */
import type { Place } from "./ring_layout.ts";
import { endAngle, type Line, type Scene } from "./map_scene.ts";

type Point = readonly [number, number];

/** A point on a ring around the origin. */
export function onRing(angle: number, radius: number): Point {
  return [Math.cos(angle) * radius, Math.sin(angle) * radius];
}

/** The bend of a line between two points: the further apart they are, the nearer to the middle. */
function bendOf([ax, ay]: Point, [bx, by]: Point, radius: number): Point {
  const share = Math.hypot(ax - bx, ay - by) / (2 * radius);
  const straightness = 0.8 - 0.55 * share;
  return [(ax + bx) / 2 * straightness, (ay + by) / 2 * straightness];
}

/** Where lines are drawn. */
export interface Drawing {
  readonly scene: Scene;
  readonly places: readonly Place[];
  readonly radius: number;
}

/** Begin, bend and end of each line whose ends are both on the ring. */
function curves(
  lines: readonly Line[],
  { scene, places, radius }: Drawing,
): (readonly [Point, Point, Point])[] {
  return lines.flatMap(({ from, to }) => {
    const [one, other] = [endAngle(scene, places, from), endAngle(scene, places, to)];
    if (one === undefined || other === undefined) return [];
    const [a, b] = [onRing(one, radius), onRing(other, radius)];
    return [[a, bendOf(a, b, radius), b] as const];
  });
}

/**
 * `lines` as one path.
 *
 * @param inset pixels between the end of a line and the middle of what it leads to
 */
export function pathOf(lines: readonly Line[], drawing: Drawing, inset = 0): string {
  return curves(lines, drawing).map(([begin, bend, end]) =>
    `M${numbers(begin)}Q${numbers(bend)} ${numbers(towards(end, bend, inset))}`
  ).join("");
}

/** The heads of arrows at the ends of `lines`, as one path that is filled. */
export function headsOf(lines: readonly Line[], drawing: Drawing, inset: number): string {
  return curves(lines, drawing).map(([, bend, end]) => {
    const tip = towards(end, bend, inset);
    const [backX, backY] = towards(end, bend, inset + 11);
    const [sideX, sideY] = [(tip[1] - backY) * 0.42, (backX - tip[0]) * 0.42];
    const [left, right] = [[backX + sideX, backY + sideY], [backX - sideX, backY - sideY]] as const;
    return `M${numbers(tip)}L${numbers(left)}L${numbers(right)}Z`;
  }).join("");
}

/** The point that lies `distance` from `start` on the way to `goal`. */
function towards(start: Point, goal: Point, distance: number): Point {
  const [dx, dy] = [goal[0] - start[0], goal[1] - start[1]];
  const length = Math.hypot(dx, dy) || 1;
  return [start[0] + dx / length * distance, start[1] + dy / length * distance];
}

function numbers([x, y]: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** A part of the ring as a path. */
export function arcOf({ from, to }: Place, radius: number): string {
  const isLarge = to - from > Math.PI ? 1 : 0;
  return `M${numbers(onRing(from, radius))}A${radius} ${radius} 0 ${isLarge} 1 ${
    numbers(onRing(to - 1e-4, radius))
  }`;
}
