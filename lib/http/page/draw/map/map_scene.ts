/**
 * What the map shows: where each member stands, and which lines are drawn between them.
 *
 * @module
 */
import type { MemberReport } from "../../../../report/member_report.ts";
import { isLost } from "../../../../report/words/member_order.ts";
import { type Slot, slotsOf } from "../bundle.ts";
import type { BadLink, LinkIndex } from "../link_index.ts";
import { angleWithin, middleOf, type Place, placesOf } from "./ring_layout.ts";

/** A member, as far as the map shows it. */
export type Shown = Pick<MemberReport, "name" | "tags" | "status" | "linkWorks">;

/** Who stands where. */
export interface Scene<Member extends Shown = Shown> {
  readonly slots: readonly Slot<Member>[];
  readonly places: readonly Place[];
  /** Number of the slot of each member, and its number in it, by its full name. */
  readonly spots: ReadonlyMap<string, readonly [number, number]>;
}

/** @param ordered in the order of the ring */
export function sceneOf<Member extends Shown>(
  ordered: readonly Member[],
  opened: ReadonlySet<string>,
): Scene<Member> {
  const slots = slotsOf(ordered, opened);
  const spots = new Map(
    slots.flatMap(({ members }, slot) =>
      members.map(({ name }, number) => [name, [slot, number]] as const)
    ),
  );
  return { slots, places: placesOf(slots), spots };
}

/** Begin and width of each slot under names of their own, for what glides. */
export function targetsOf({ slots, places }: Scene): Map<string, number> {
  return new Map(slots.flatMap(({ key }, index) => {
    const { from, to } = places[index] ?? { from: 0, to: 0 };
    return [[`from ${key}`, from], [`to ${key}`, to]] as const;
  }));
}

/** The places, as they are on their way. */
export function placesAt({ slots }: Scene, glided: ReadonlyMap<string, number>): Place[] {
  return slots.map(({ key }) => ({
    from: glided.get(`from ${key}`) ?? 0,
    to: glided.get(`to ${key}`) ?? 0,
  }));
}

/** Where on the ring a member stands; `undefined` if it is not on it. */
export function angleOf(scene: Scene, places: readonly Place[], name: string): number | undefined {
  const spot = scene.spots.get(name);
  const place = spot && places[spot[0]];
  if (!spot || !place) return undefined;
  return angleWithin(place, spot[1], scene.slots[spot[0]]?.members.length ?? 1);
}

/** What a line says: a link works, fails in one direction, in both, or with one that is down. */
export type LineKind = "good" | "explained" | "one-way" | "broken";

/** A line between two members, or between two slots if `from` and `to` are numbers. */
export interface Line {
  readonly kind: LineKind;
  readonly from: string | number;
  readonly to: string | number;
}

/** Lines of bad links that are drawn one by one; above that one for each two slots. */
const badLinesMax = 1500;

/** Which lines there are, whatever the members are called that they lead to. */
export interface Pairs {
  /** Two slots between which anything works, by their numbers. */
  readonly good: readonly (readonly [number, number])[];
  /** The bad links between members that stand on the ring. */
  readonly bad: readonly BadLink[];
}

/** The pairs of a scene; they are the same as long as no slot changes and no link. */
export function pairsOf({ slots, spots }: Scene, index: LinkIndex): Pairs {
  const bad = index.bad.filter(({ from, to }) => spots.has(from) && spots.has(to));
  const keyOf = (one: number, other: number): number =>
    Math.min(one, other) * slots.length + Math.max(one, other);
  const badKeys = new Set(
    bad.map(({ from, to }) => keyOf(spots.get(from)?.[0] ?? 0, spots.get(to)?.[0] ?? 0)),
  );
  const good = new Map<number, readonly [number, number]>();
  for (const { from, to, result } of index.links) {
    if (result !== "pong") continue;
    const [one, other] = [spots.get(from)?.[0], spots.get(to)?.[0]];
    if (one === undefined || other === undefined || one === other) continue;
    const key = keyOf(one, other);
    if (good.has(key)) continue;
    // Between bundles some links may be good and some bad.
    const areSingle = slots[one]?.bundle === undefined && slots[other]?.bundle === undefined;
    if (!areSingle || !badKeys.has(key)) good.set(key, [one, other]);
  }
  return { good: [...good.values()], bad };
}

/**
 * The lines: one for each good pair, and one for each bad link, or for each two slots where those are
 * too many. A link with a member that has failed anyway is `explained`: it tells of no fault of the
 * network.
 */
export function linesOf({ slots, spots }: Scene, { good, bad }: Pairs): Line[] {
  const failed = new Set(
    slots.flatMap(({ members }) => members).filter((member) => isLost(member))
      .map(({ name }) => name),
  );
  const badLines = bad.map(({ from, to, isOneWay }): Line => {
    const isExplained = failed.has(from) || failed.has(to);
    return { from, to, kind: isExplained ? "explained" : isOneWay ? "one-way" : "broken" };
  });
  return [
    ...good.map(([from, to]): Line => ({ from, to, kind: "good" })),
    ...badLines.length <= badLinesMax ? badLines : betweenSlots(badLines, spots),
  ];
}

/** One line for each kind of line between two slots. */
function betweenSlots(lines: readonly Line[], spots: Scene["spots"]): Line[] {
  const found = new Map<string, Line>();
  for (const { kind, from, to } of lines) {
    const [one = 0, other = 0] = [spots.get(String(from))?.[0], spots.get(String(to))?.[0]];
    if (one !== other) found.set(`${kind} ${one} ${other}`, { kind, from: one, to: other });
  }
  return [...found.values()];
}

/** The angle of an end of a line. */
export function endAngle(
  scene: Scene,
  places: readonly Place[],
  end: string | number,
): number | undefined {
  if (typeof end === "string") return angleOf(scene, places, end);
  const place = places[end];
  return place && middleOf(place);
}
