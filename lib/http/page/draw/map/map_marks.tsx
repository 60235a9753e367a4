/**
 * What stands on the ring: members, bundles, the bad members of bundles, each with its label.
 *
 * @module
 */
import type { JSX } from "preact";
import { type Look, lookOf } from "../../status.ts";
import type { MemberReport } from "../../../../report/member_report.ts";
import { Sign } from "../glyph.tsx";
import type { Label } from "../../../../report/words/member_label.ts";
import { slotLines } from "./map_labels.ts";
import { arcOf, onRing } from "./map_paths.ts";
import type { Scene } from "./map_scene.ts";
import { angleWithin, middleOf, type Place, type RingLayout } from "./ring_layout.ts";
import { seenWords } from "../seen.ts";

/** What can be pointed at, focused and chosen. */
export interface Item {
  /** Name of the member, or key of the bundle. */
  readonly key: string;
  /** `undefined` if it is a bundle. */
  readonly name: string | undefined;
  readonly look: Look | undefined;
  readonly angle: number;
  /** The number of its slot. */
  readonly slot: number;
  /** What is written beside it. */
  readonly lines: readonly string[];
  /** How it is, as a sentence. */
  readonly words: string;
  readonly isSelf: boolean;
  /** True for a member in a bundle. */
  readonly isWithin: boolean;
}

type Member = MemberReport;

/** All of them, around the ring; a bad member of a bundle comes after it. */
export function itemsOf(
  scene: Scene<Member>,
  places: readonly Place[],
  label: Label,
): Item[] {
  return scene.slots.flatMap((slot, number): Item[] => {
    const place = places[number] ?? { from: 0, to: 0 };
    const { members, bundle, key } = slot;
    if (bundle === undefined) {
      return members.map((member) => itemOf(member, middleOf(place), number, label, false));
    }
    const lines = slotLines(slot, label);
    const bundleItem: Item = {
      key,
      name: undefined,
      look: undefined,
      angle: middleOf(place),
      slot: number,
      lines,
      // What is written must be in what is read out.
      words: `${lines.join(" ")}, a group of members`,
      isSelf: false,
      isWithin: false,
    };
    return [
      bundleItem,
      ...members.flatMap((member, at) =>
        lookOf(member) === "alive"
          ? []
          : [itemOf(member, angleWithin(place, at, members.length), number, label, true)]
      ),
    ];
  });
}

function itemOf(
  member: Member,
  angle: number,
  slot: number,
  label: Label,
  isWithin: boolean,
): Item {
  const { name, self } = member;
  const text = label(name);
  const words = `${text} ${seenWords(member)}`;
  return {
    key: name,
    name,
    look: lookOf(member),
    angle,
    slot,
    lines: [text],
    words,
    isSelf: self,
    isWithin,
  };
}

interface MarksProps {
  readonly items: readonly Item[];
  readonly layout: RingLayout;
  readonly places: readonly Place[];
  /** Keys of items. */
  readonly focused: string | undefined;
  readonly selected: string | undefined;
  readonly looked: string | undefined;
  readonly onPoint: (key: string | undefined) => void;
  readonly onChoose: (item: Item) => void;
}

/** Everything on the ring. */
export function Marks(props: MarksProps): JSX.Element {
  return (
    <g role="presentation">
      {props.items.map((item) => <Mark key={item.key} item={item} {...props} />)}
    </g>
  );
}

function Mark(
  { item, items, layout, places, focused, selected, looked, onPoint, onChoose }:
    & MarksProps
    & { readonly item: Item },
): JSX.Element {
  const { key, name, look, angle, isSelf, isWithin } = item;
  const [x, y] = onRing(angle, layout.radius);
  const place = places[item.slot] ?? { from: 0, to: 0 };
  const isBundle = name === undefined;
  const size = isWithin
    ? (items.length <= 40 ? 13 : 9)
    : items.length <= 16
    ? 18
    : items.length <= 40
    ? 14
    : 11;
  const classes = [
    "map-mark",
    isBundle && "is-bundle",
    look !== undefined && look !== "alive" && "is-bad",
    key === looked && "is-looked",
    key === selected && "is-selected",
    key === focused && "is-focused",
  ].filter(Boolean).join(" ");
  return (
    <g
      id={itemId(item)}
      class={classes}
      role="option"
      aria-selected={key === selected}
      aria-label={item.words}
      onPointerEnter={() => onPoint(key)}
      onClick={() => onChoose(item)}
    >
      {isBundle
        ? <path class="map-bundle" d={arcOf(padded(place), layout.radius)} />
        : (
          <g transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
            <circle class="map-target" r={Math.max(9, size * 0.7)} />
            {(isSelf || key === selected) && <circle class="map-halo" r={size * 0.5 + 4} />}
            <Sign look={look ?? "alive"} size={size} />
          </g>
        )}
      {!isWithin && <MarkLabel item={item} layout={layout} isShown={key === looked} />}
      {isWithin && key === looked && <WithinLabel item={item} radius={layout.radius} />}
    </g>
  );
}

/** A little less than its place, so that two arcs do not touch. */
function padded({ from, to }: Place): Place {
  const gap = Math.min(0.012, (to - from) / 8);
  return { from: from + gap, to: to - gap };
}

function MarkLabel(
  { item: { angle, slot, lines, name, look }, layout, isShown }: {
    readonly item: Item;
    readonly layout: RingLayout;
    readonly isShown: boolean;
  },
): JSX.Element | null {
  const place = layout.labels[slot];
  if (place === undefined || (!place.hasRoom && !isShown && look === "alive")) return null;
  const [x, y] = onRing(angle, Math.hypot(place.x, place.y));
  const turn = place.turn === 0 ? "" : `rotate(${place.turn.toFixed(1)})`;
  return (
    <text
      class={`map-label${name === undefined ? " of-bundle" : ""}`}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})${turn}`}
      text-anchor={place.anchor}
      dy={`${0.34 - (lines.length - 1) * 0.55}em`}
      aria-hidden="true"
    >
      {lines.length === 1
        ? lines
        : lines.map((line, number) => (
          <tspan key={number} x="0" dy={number === 0 ? undefined : "1.1em"}>{`${line} `}</tspan>
        ))}
    </text>
  );
}

/** The name of a member within a bundle, inside of the ring. */
function WithinLabel(
  { item: { angle, lines }, radius }: { readonly item: Item; readonly radius: number },
): JSX.Element {
  const [x, y] = onRing(angle, radius - 16);
  const anchor = Math.cos(angle) > 0.3 ? "end" : Math.cos(angle) < -0.3 ? "start" : "middle";
  return (
    <text class="map-label" x={x} y={y} dy="0.34em" text-anchor={anchor} aria-hidden="true">
      {lines}
    </text>
  );
}

/** Identifier of the element of an item, for `aria-activedescendant`. */
export function itemId({ key }: Pick<Item, "key">): string {
  return `map-${encodeURIComponent(key)}`;
}
