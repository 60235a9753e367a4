import assert from "node:assert/strict";
import { singlesMax, slotsOf } from "../../../lib/http/page/draw/bundle.ts";
import {
  layoutRing,
  lineHeight,
  middleOf,
  placesOf,
} from "../../../lib/http/page/draw/map/ring_layout.ts";
import { type Placed, ringOrder } from "../../../lib/http/page/draw/ring_order.ts";

function member(name: string, zone?: string): Placed {
  return { name, tags: ["rack=7", ...zone === undefined ? [] : [`zone=${zone}`]] };
}

function members(count: number, zoneOfNumber: (number: number) => string | undefined): Placed[] {
  return Array.from(
    { length: count },
    (_, index) => member(`n${index + 1}@10.0.0.1`, zoneOfNumber(index)),
  );
}

const closed: ReadonlySet<string> = new Set();

Deno.test("ringOrder() sorts by zone, then by name as people count, those without zone last", () => {
  const ordered = ringOrder([
    member("n1@h"),
    member("n10@h", "eu-2"),
    member("n2@h", "eu-2"),
    member("n9@h", "eu-10"),
  ]);
  assert.deepEqual(ordered.map(({ name }) => name), ["n2@h", "n10@h", "n9@h", "n1@h"]);
});

Deno.test("ringOrder() keeps the order of all others when one joins or leaves", () => {
  const all = members(40, (number) => number % 3 === 0 ? undefined : `z${number % 3}`);
  const before = ringOrder(all).map(({ name }) => name);
  for (const { name: left } of all) {
    const after = ringOrder(all.filter(({ name }) => name !== left).reverse());
    assert.deepEqual(after.map(({ name }) => name), before.filter((name) => name !== left));
  }
});

Deno.test("slotsOf() shows up to 64 members one by one", () => {
  const slots = slotsOf(members(singlesMax, (number) => `z${number % 3}`), closed);
  assert.equal(slots.length, singlesMax);
  assert.ok(slots.every(({ bundle, key, members: [one] }) => !bundle && key === one?.name));
});

Deno.test("slotsOf() bundles zones above 64 members, and no member is lost", () => {
  const all = ringOrder(members(500, (number) => number < 20 ? undefined : `z${number % 3}`));
  const slots = slotsOf(all, closed);
  assert.deepEqual(slots.map(({ bundle }) => bundle), [
    { zone: "z0" },
    { zone: "z1" },
    { zone: "z2" },
    { zone: "" },
  ]);
  assert.deepEqual(slots.map((slot) => slot.members.length), [160, 160, 160, 20]);
  assert.deepEqual(slots.flatMap((slot) => slot.members), all);
});

Deno.test("slotsOf() bundles neighbours where there are no zones, or a zone of each member", () => {
  for (const zoned of [() => undefined, (number: number) => `z${number}`]) {
    const slots = slotsOf(ringOrder(members(500, zoned)), closed);
    assert.equal(slots.length, 20);
    assert.ok(slots.every((slot) => slot.members.length === 25));
    assert.deepEqual(slots[0]?.bundle, { first: "n1@10.0.0.1", last: "n25@10.0.0.1" });
  }
});

Deno.test("slotsOf() opens a bundle in its place, a large one into bundles", () => {
  const all = ringOrder(members(200, (number) => number < 150 ? "a" : "b"));
  const small = slotsOf(all, new Set(["zone b"]));
  assert.deepEqual(small.map(({ bundle }) => bundle !== undefined), [
    true,
    ...Array(50).fill(false),
  ]);
  const large = slotsOf(all, new Set(["zone a"]));
  assert.deepEqual(large.map((slot) => slot.members.length), [...Array(15).fill(10), 50]);
  const inner = slotsOf(all, new Set(["zone a", large[2]?.key ?? ""]));
  assert.deepEqual(inner.map((slot) => slot.members.length), [
    ...[10, 10],
    ...Array(10).fill(1),
    ...Array(12).fill(10),
    50,
  ]);
  for (const slots of [small, large, inner]) {
    assert.deepEqual(slots.flatMap((slot) => slot.members), all);
  }
});

Deno.test("placesOf() goes once around, the first slot in the middle of the top", () => {
  for (const count of [1, 2, 5, 50, 500]) {
    const slots = slotsOf(ringOrder(members(count, (number) => `z${number % 4}`)), closed);
    const places = placesOf(slots);
    assert.ok(Math.abs(middleOf(places[0] ?? { from: 0, to: 0 }) + Math.PI / 2) < 1e-9);
    for (const [index, { from, to }] of places.entries()) {
      assert.ok(to > from);
      assert.ok(from >= (places[index - 1]?.to ?? -Infinity));
    }
    assert.ok((places.at(-1)?.to ?? 0) <= (places[0]?.from ?? 0) + 2 * Math.PI + 1e-9);
  }
});

Deno.test("placesOf() moves no member past another one when one joins", () => {
  const all = ringOrder(members(30, () => undefined));
  const before = placesOf(slotsOf(all.toSpliced(10, 1), closed)).map(middleOf);
  const after = placesOf(slotsOf(all, closed)).map(middleOf).toSpliced(10, 1);
  for (const [index, angle] of after.entries()) {
    assert.ok(Math.abs(angle - (before[index] ?? 0)) < 2 * Math.PI / 29 + 1e-9);
  }
});

Deno.test("layoutRing() lets no label touch another one, or leave the picture", () => {
  for (const [width, height] of [[640, 520], [358, 358], [480, 480]] as const) {
    for (const count of [1, 2, 3, 5, 12, 30, 50, 64]) {
      for (const labelWidth of [14, 40, 90]) {
        const places = placesOf(slotsOf(members(count, () => undefined), closed));
        const { radius, labels } = layoutRing(
          places,
          places.map(() => ({ width: labelWidth, height: lineHeight })),
          {
            width,
            height,
          },
        );
        const what = `${count} labels of ${labelWidth} in ${width}×${height}`;
        assert.ok(radius >= 40, what);
        const shown = labels.filter(({ hasRoom }) => hasRoom);
        assert.ok(shown.length > 0, what);
        const corners = shown.map((label) => cornersOf(label, labelWidth));
        for (const [x, y] of radius > 40 ? corners.flat() : []) {
          assert.ok(
            Math.abs(x) <= width / 2 + 1 && Math.abs(y) <= height / 2 + 1,
            `${what}: ${x}, ${y}`,
          );
        }
        for (const [index, one] of corners.entries()) {
          const touching = corners.findIndex((other, number) =>
            number > index && touch(one, other)
          );
          assert.equal(touching, -1, what);
        }
      }
    }
  }
});

Deno.test("layoutRing() shows 50 short labels at the size of a desktop, all of them", () => {
  const places = placesOf(slotsOf(members(50, () => undefined), closed));
  const { labels } = layoutRing(places, places.map(() => ({ width: 22, height: lineHeight })), {
    width: 640,
    height: 520,
  });
  assert.ok(labels.every(({ hasRoom }) => hasRoom));
});

type Point = readonly [number, number];
type Label = ReturnType<typeof layoutRing>["labels"][number];

/** Of the box that a label takes, a little lower than its line. */
function cornersOf({ anchor, x, y, turn }: Label, width: number): Point[] {
  const left = anchor === "start" ? 0 : anchor === "middle" ? -width / 2 : -width;
  const half = lineHeight * 0.4;
  const [cosine, sine] = [Math.cos(turn * Math.PI / 180), Math.sin(turn * Math.PI / 180)];
  return ([[left, -half], [left + width, -half], [left + width, half], [left, half]] as Point[])
    .map(([dx, dy]) => [x + dx * cosine - dy * sine, y + dx * sine + dy * cosine]);
}

/** Whether two boxes touch: no side of either one has all of the other beyond it. */
function touch(one: Point[], other: Point[]): boolean {
  const separates = (box: Point[]): boolean =>
    box.some(([x, y], index) => {
      const [nextX, nextY] = box[(index + 1) % 4] as Point;
      const [normalX, normalY] = [nextY - y, x - nextX];
      const along = (points: Point[]): number[] =>
        points.map(([px, py]) => px * normalX + py * normalY);
      return Math.min(...along(one)) > Math.max(...along(other)) ||
        Math.min(...along(other)) > Math.max(...along(one));
    });
  return !separates(one) && !separates(other);
}
