/**
 * What stands below the map: what its signs mean, or how the member is that is looked at.
 *
 * @module
 */
import type { JSX } from "preact";
import { type Look, lookOf } from "../../status.ts";
import { LegendSign } from "../glyph.tsx";
import type { Label } from "../../../../report/words/member_label.ts";
import type { LinkIndex } from "../link_index.ts";
import type { Item } from "./map_marks.tsx";
import type { Line, LineKind, Scene } from "./map_scene.ts";
import { gravityOf, lookName } from "../seen.ts";

const lineWords: Readonly<Record<LineKind, string>> = {
  "good": "link works",
  "broken": "link fails",
  "one-way": "fails this way only",
  "explained": "link to a failed member",
};

/** Only what is to be seen in the picture is explained. */
export function MapLegend(
  { scene, index, lines, item, label, isPast }: {
    readonly scene: Scene;
    readonly index: LinkIndex;
    readonly lines: readonly Line[];
    readonly item: Item | undefined;
    readonly label: Label;
    readonly isPast: boolean;
  },
): JSX.Element {
  const looks = new Set(scene.slots.flatMap(({ members }) => members.map(lookOf)));
  const kinds = new Set(lines.map(({ kind }) => kind));
  return (
    <>
      <p class="readout">
        {item === undefined ? restWords(index, isPast) : itemWords(item, index, label)}
      </p>
      <p class="legend" aria-hidden="true">
        {[...looks].sort((one, other) => gravityOf(one) - gravityOf(other)).map((look: Look) => (
          <span key={look}>
            <LegendSign look={look} />
            {lookName(look)}
          </span>
        ))}
        {(Object.keys(lineWords) as LineKind[]).filter((kind) => kinds.has(kind)).map((kind) => (
          <span key={kind}>
            <svg width="28" height="12" viewBox="0 -6 28 12">
              <path class={`map-line few ${kind}`} d={kind === "one-way" ? "M0 0H18" : "M0 0H28"} />
              {kind === "one-way" && <path class="map-heads" d="M28 0L17 4.6V-4.6Z" />}
            </svg>
            {lineWords[kind]}
          </span>
        ))}
      </p>
    </>
  );
}

function restWords({ links, bad }: LinkIndex, isPast: boolean): string {
  if (isPast) {
    return bad.length === 0
      ? "Of then no link is known to have failed"
      : "Of then only links that failed are known";
  }
  const measured = links.filter(({ result }) => result !== "unknown");
  if (measured.length === 0) return "No link has been measured yet";
  const failed = measured.filter(({ result }) => result !== "pong").length;
  const count = measured.length === 1 ? "1 link" : `${measured.length} links`;
  return `${count} measured, each direction by itself; ${
    failed === 0 ? "all work" : `${failed} fail`
  }`;
}

/** Names in it before the rest is only counted. */
const namesMax = 4;

function itemWords({ name, words }: Item, index: LinkIndex, label: Label): string {
  if (name === undefined) return words;
  const fails = (result: string): boolean => result !== "pong" && result !== "unknown";
  const out = index.links.filter(({ from, result }) => from === name && fails(result));
  const back = index.links.filter(({ to, result }) => to === name && fails(result));
  const parts = [
    words,
    ...out.length === 0 ? [] : [`does not reach ${list(out.map(({ to }) => label(to)))}`],
    ...back.length === 0 ? [] : [`is not reached by ${list(back.map(({ from }) => label(from)))}`],
  ];
  return parts.join("; ");
}

function list(names: readonly string[]): string {
  const rest = names.length - namesMax;
  return names.slice(0, namesMax).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
