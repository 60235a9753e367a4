/**
 * The lines of the map: what works faint, what does not bold, and those of one member in front.
 *
 * @module
 */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Item } from "./map_marks.tsx";
import { type Drawing, headsOf, pathOf } from "./map_paths.ts";
import type { Line, LineKind } from "./map_scene.ts";

/** From the end of an arrow to the middle of what it points at, in pixels. */
const inset = 11;

interface LinesProps {
  readonly drawing: Drawing;
  readonly lines: readonly Line[];
  /** Whose lines stand in front. */
  readonly looked: Item | undefined;
}

/** All lines. */
export function Lines({ drawing, lines, looked }: LinesProps): JSX.Element {
  const all = useMemo(
    () => <Kinds drawing={drawing} lines={lines} />,
    [lines, drawing.radius, drawing.places],
  );
  const own = looked === undefined ? [] : lines.filter((line) => touches(line, looked, drawing));
  return (
    <>
      <g class="map-lines" role="presentation">{all}</g>
      {own.length > 0 && (
        <g class="map-lines is-looked" role="presentation">
          <Kinds drawing={drawing} lines={own} />
        </g>
      )}
    </>
  );
}

const kinds: readonly LineKind[] = ["good", "explained", "broken", "one-way"];

function Kinds({ drawing, lines }: Pick<LinesProps, "drawing" | "lines">): JSX.Element {
  const byKind = Map.groupBy(lines, ({ kind }) => kind);
  const oneWay = byKind.get("one-way") ?? [];
  return (
    <>
      {kinds.map((kind) => {
        const own = byKind.get(kind);
        if (own === undefined) return null;
        const path = pathOf(own, drawing, kind === "one-way" ? inset + 4 : 0);
        return <path key={kind} class={`map-line ${kind} ${density(own.length)}`} d={path} />;
      })}
      {oneWay.length > 0 && <path class="map-heads" d={headsOf(oneWay, drawing, inset)} />}
    </>
  );
}

/** Many lines are thin ones, so that they stay lines. */
function density(count: number): string {
  return count <= 20 ? "few" : count <= 150 ? "some" : "many";
}

/** True if a line begins or ends at `item`. */
function touches(
  { from, to }: Line,
  { key, name }: Item,
  { scene }: LinesProps["drawing"],
): boolean {
  const isAt = (end: string | number): boolean => {
    if (end === name) return true;
    const slot = typeof end === "number" ? end : scene.spots.get(end)?.[0];
    const { key: slotKey } = scene.slots[slot ?? -1] ?? {};
    return slotKey === key;
  };
  return isAt(from) || isAt(to);
}
