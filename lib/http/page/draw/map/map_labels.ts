/**
 * What stands at the places of the ring, and how large the ring can be with it.
 *
 * @module
 */
import type { Slot } from "../bundle.ts";
import { textWidth } from "../hooks.ts";
import type { Label } from "../../../../report/words/member_label.ts";
import type { Scene, Shown } from "./map_scene.ts";
import { layoutRing, lineHeight, type RingLayout } from "./ring_layout.ts";
import { badCounts, lookName } from "../seen.ts";

/** What a slot is called: its member, or `eu-1`, `n1–n25`, with how many there are in it. */
export function slotName({ members, bundle, key }: Slot<Shown>, label: Label): string {
  if (bundle === undefined) return label(members[0]?.name ?? key);
  if ("zone" in bundle) return bundle.zone === "" ? "no zone" : bundle.zone;
  return `${label(bundle.first)}–${label(bundle.last)}`;
}

/** How many of a bundle are not well: `3 down`, or `7 not well` if they are so in several ways. */
export function bundleTrouble({ members }: Slot<Shown>): string {
  const bad = badCounts(members);
  const [worst] = bad;
  if (worst === undefined) return "";
  if (bad.length === 1) return `${worst[1]} ${lookName(worst[0])}`;
  return `${bad.reduce((sum, [, count]) => sum + count, 0)} not well`;
}

/** What is written at a slot, in one line or two. */
export function slotLines(slot: Slot<Shown>, label: Label): string[] {
  const name = slotName(slot, label);
  if (slot.bundle === undefined) return [name];
  const trouble = bundleTrouble(slot);
  return [`${name} (${slot.members.length})`, ...trouble === "" ? [] : [trouble]];
}

/** The ring with its labels in a picture of that size, in pixels. */
export function layoutOf(
  scene: Scene,
  label: Label,
  size: { readonly width: number; readonly height: number },
): RingLayout {
  const boxes = scene.slots.map((slot) => {
    const lines = slotLines(slot, label);
    return {
      width: Math.max(...lines.map((line) => textWidth(line))),
      height: lines.length * lineHeight,
    };
  });
  return layoutRing(scene.places, boxes, size);
}
