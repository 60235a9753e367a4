/**
 * Where everything stands on the map: slots on a ring, the first one at the top, clockwise; their
 * labels outside of it.
 *
 * Labels are level where they fit beside each other, else they point outwards like spokes, and where
 * even those are too close only some are shown. Angles are in radians, 0 at the right, as SVG turns.
 *
 * @module
 */
import type { Slot } from "../bundle.ts";
import { type Placed, zoneOf } from "../ring_order.ts";

/** Height of a line of labels, in pixels. */
export const lineHeight = 13;

/** The ring does not become smaller than this, whatever the labels take, in pixels. */
const radiusMin = 40;

/** From the ring to the labels, in pixels. */
const labelDistance = 18;

/** How large a label is, in pixels. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** Where one slot lies. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** A label, and how it lies. */
export interface LabelPlace {
  readonly anchor: "start" | "middle" | "end";
  /** From the middle of the ring, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Degrees by which it is turned around its place. */
  readonly turn: number;
  /** False if there is no room for it unless it is looked at. */
  readonly hasRoom: boolean;
}

/** The ring, and its labels. */
export interface RingLayout {
  /** Of the ring, in pixels. */
  readonly radius: number;
  /** In the order of the slots. */
  readonly labels: readonly LabelPlace[];
}

/** Of how much of the ring a slot takes, relative to one member. */
function weightOf({ members, bundle }: Slot<unknown>): number {
  return bundle === undefined ? 1 : Math.max(1.5, Math.sqrt(members.length) / 2);
}

/** Where the slots lie; zones are a little apart from each other. */
export function placesOf<Member extends Placed>(slots: readonly Slot<Member>[]): Place[] {
  const zones = slots.map(({ members: [first] }) => first === undefined ? "" : zoneOf(first));
  const gaps = slots.map((_, index) => zones[index] === zones.at(index - 1) ? 0 : 0.7);
  const total = slots.reduce((sum, slot, index) => sum + weightOf(slot) + (gaps[index] ?? 0), 0);
  const unit = 2 * Math.PI / total;
  const [first] = slots;
  // The first slot stands in the middle of the top.
  let angle = -Math.PI / 2 - unit * (first === undefined ? 0 : weightOf(first) / 2);
  return slots.map((slot, index) => {
    const from = angle + (index === 0 ? 0 : unit * (gaps[index] ?? 0));
    angle = from + unit * weightOf(slot);
    return { from, to: angle };
  });
}

/** The middle of a slot. */
export function middleOf({ from, to }: Place): number {
  return (from + to) / 2;
}

/** Where the member with that number stands in a slot of `count` members. */
export function angleWithin({ from, to }: Place, number: number, count: number): number {
  return from + (to - from) * (number + 0.5) / count;
}

/**
 * The ring, as large as `width` and `height` allow, all in pixels.
 *
 * @param boxes of the labels, one for each place
 */
export function layoutRing(
  places: readonly Place[],
  boxes: readonly Box[],
  { width, height }: Box,
): RingLayout {
  const longest = Math.max(0, ...boxes.map((box) => box.width));
  const angles = places.map(middleOf);
  const level = levelRadius(angles, boxes, { width, height });
  const labels = angles.map((angle) => levelLabel(angle, level));
  if (!overlaps(labels, boxes)) return { radius: level, labels };
  const radius = Math.max(radiusMin, Math.min(width, height) / 2 - labelDistance - longest - 2);
  const isFree = freeOf(angles, radius + labelDistance);
  return { radius, labels: angles.map((angle, index) => spoke(angle, radius, isFree(index))) };
}

/** The largest ring whose level labels stay within the picture. */
function levelRadius(
  angles: readonly number[],
  boxes: readonly Box[],
  { width, height }: Box,
): number {
  const tallest = Math.max(0, ...boxes.map((box) => box.height));
  let radius = height / 2 - labelDistance - tallest / 2 - 2;
  for (const [index, angle] of angles.entries()) {
    const cosine = Math.abs(Math.cos(angle));
    const room = width / 2 - (boxes[index]?.width ?? 0) * (cosine < middleCosine ? 0.5 : 1);
    if (cosine > 0.01) radius = Math.min(radius, room / cosine - labelDistance);
  }
  return Math.max(radiusMin, radius);
}

/** Labels that are this near to the top and the bottom stand in the middle of their place. */
const middleCosine = 0.2;

function levelLabel(angle: number, radius: number): LabelPlace {
  const cosine = Math.cos(angle);
  const anchor = Math.abs(cosine) < middleCosine ? "middle" : cosine > 0 ? "start" : "end";
  const away = radius + labelDistance;
  return { anchor, x: cosine * away, y: Math.sin(angle) * away, turn: 0, hasRoom: true };
}

/** True if two labels touch; any two are compared, as those at the top lie beside each other. */
function overlaps(labels: readonly LabelPlace[], boxes: readonly Box[]): boolean {
  const areas = labels.map(({ anchor, x, y }, index) => {
    const { width, height } = boxes[index] ?? { width: 0, height: 0 };
    const left = x - (anchor === "start" ? 0 : anchor === "middle" ? width / 2 : width);
    return { left, right: left + width + 4, top: y - height / 2, bottom: y + height / 2 };
  });
  return areas.some((one, index) =>
    areas.some((other, number) =>
      number > index && one.top < other.bottom && other.top < one.bottom &&
      one.left < other.right && other.left < one.right
    )
  );
}

function spoke(angle: number, radius: number, hasRoom: boolean): LabelPlace {
  const isLeft = Math.cos(angle) < -1e-9;
  const away = radius + labelDistance;
  return {
    anchor: isLeft ? "end" : "start",
    x: Math.cos(angle) * away,
    y: Math.sin(angle) * away,
    turn: angle * 180 / Math.PI + (isLeft ? 180 : 0),
    hasRoom,
  };
}

/** Which labels have room: one after another around the ring, if they are not too close. */
function freeOf(angles: readonly number[], radius: number): (index: number) => boolean {
  const free = new Set<number>();
  let last = -Infinity;
  const first = angles[0] ?? 0;
  for (const [index, angle] of angles.entries()) {
    const isApart = (angle - last) * radius >= lineHeight * 0.85;
    const isApartFromFirst = index === 0 ||
      (first + 2 * Math.PI - angle) * radius >= lineHeight * 0.85;
    if (!isApart || !isApartFromFirst) continue;
    free.add(index);
    last = angle;
  }
  return (index) => free.has(index);
}
