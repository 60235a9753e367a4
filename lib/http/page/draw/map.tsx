/**
 * The map: members on a ring, and between them the links that matter.
 *
 * @module
 */
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { useGlide, useWidth } from "./hooks.ts";
import { MapLegend } from "./map/map_legend.tsx";
import { Lines } from "./map/map_lines.tsx";
import { type Item, itemId, itemsOf, Marks } from "./map/map_marks.tsx";
import { linesOf, pairsOf, placesAt, sceneOf, targetsOf } from "./map/map_scene.ts";
import { openedBundles, toggleBundle } from "./opened.ts";
import { OpenBundles } from "./open_bundles.tsx";
import type { LinksProps } from "./props.ts";
import { useLabel, useRingOrder } from "./ring_members.ts";
import { layoutOf } from "./map/map_labels.ts";

/** Members on a ring, in an order that never changes, and the links between them. */
export function Map(props: LinksProps): JSX.Element {
  const { selected, onSelect, index } = props;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const height = Math.round(Math.min(560, Math.max(300, width * 0.82)));
  const { scene, lines, places, label } = useScene(props);
  const layout = useMemo(
    () => layoutOf(scene, label, { width, height }),
    [scene, label, width, height],
  );
  const items = itemsOf(scene, places, label);
  const [active, setActive] = useState<string>();
  const [pointed, setPointed] = useState<string>();
  const focused = items.find(({ key }) => key === (active ?? selected)) ?? items[0];
  const looked = pointed ?? (active === undefined ? selected : active);
  const choose = (item: Item): void => {
    setActive(item.key);
    if (item.name === undefined) toggleBundle(item.key);
    else onSelect(item.name);
  };
  const drawing = { scene, places, radius: layout.radius };
  const lookedItem = items.find(({ key }) => key === looked);
  return (
    <div class="map" ref={box}>
      <OpenBundles />
      {width > 0 && (
        <svg
          class={`map-picture${lookedItem === undefined ? "" : " has-looked"}`}
          width={width}
          height={height}
          viewBox={`${-width / 2} ${-height / 2} ${width} ${height}`}
          role="listbox"
          aria-label="Map of the members, in a ring"
          aria-activedescendant={focused && itemId(focused)}
          tabIndex={0}
          onKeyDown={(event) => {
            const next = moved(event.key, items, focused);
            if (next !== undefined) setActive(next.key);
            else if (event.key !== "Enter" && event.key !== " ") return;
            else if (focused !== undefined) choose(focused);
            event.preventDefault();
          }}
          onFocus={({ currentTarget }) => {
            if (currentTarget.matches(":focus-visible")) setActive(focused?.key);
          }}
          onBlur={() => setActive(undefined)}
          onPointerLeave={() => setPointed(undefined)}
        >
          <circle class="map-ring" r={layout.radius} role="presentation" />
          <Lines drawing={drawing} lines={lines} looked={lookedItem} />
          <Marks
            items={items}
            layout={layout}
            places={places}
            focused={active === undefined ? undefined : focused?.key}
            selected={selected}
            looked={looked}
            onPoint={setPointed}
            onChoose={choose}
          />
        </svg>
      )}
      <MapLegend
        {...{ scene, index, lines, label }}
        item={lookedItem}
        isPast={props.at !== undefined}
      />
    </div>
  );
}

/** What stands where, and which lines lead to it; what has not changed is the same object. */
function useScene({ members, index, at }: LinksProps) {
  const { ordered, key } = useRingOrder(members);
  const label = useLabel(ordered);
  const opened = openedBundles.value;
  const scene = useMemo(() => sceneOf(ordered, opened), [ordered, opened]);
  const pairs = useMemo(() => pairsOf(scene, index), [key, opened, index]);
  const lines = useMemo(() => linesOf(scene, pairs), [scene, pairs]);
  const shape = scene.slots.map(({ key, members }) => `${key} ${members.length}`).join("\r");
  const targets = useMemo(() => targetsOf(scene), [shape]);
  const glided = useGlide(targets, at === undefined);
  const places = useMemo(() => placesAt(scene, glided), [shape, glided]);
  return { scene, lines, places, label };
}

/** Which item a key leads to from `focused`; `undefined` if it leads to none. */
function moved(key: string, items: readonly Item[], focused: Item | undefined): Item | undefined {
  const at = Math.max(0, items.findIndex((item) => item === focused));
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return items[(at + 1) % items.length];
    case "ArrowLeft":
    case "ArrowUp":
      return items.at(at - 1);
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    default:
      return undefined;
  }
}
