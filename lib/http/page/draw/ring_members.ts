/**
 * The members in the order of the ring, kept as long as none joins or leaves: to sort 500 names takes
 * longer than to draw them.
 *
 * @module
 */
import { useMemo } from "preact/hooks";
import { type Label, labelIn } from "../../../report/words/member_label.ts";
import { shorten } from "./seen.ts";
import { type Placed, ringOrder, zoneOf } from "./ring_order.ts";

/** Members on the ring. */
export interface Ring<Member> {
  /** In their order; the same array for the same array. */
  readonly ordered: readonly Member[];
  /** Changes if one joins or leaves, or changes its zone, and not with how they are. */
  readonly key: string;
}

/** `members` in the order of the ring. */
export function useRingOrder<Member extends Placed>(members: readonly Member[]): Ring<Member> {
  const key = useMemo(
    () => members.map((member) => `${member.name} ${zoneOf(member)}`).join("\r"),
    [members],
  );
  const order = useMemo(() => {
    const numbers = new Map(members.map(({ name }, number) => [name, number]));
    return ringOrder(members).map(({ name }) => numbers.get(name) ?? 0);
  }, [key]);
  const ordered = useMemo(
    () => order.flatMap((number) => members[number] ?? []),
    [order, members],
  );
  return { ordered, key };
}

/** What the members are called in a picture. */
export function useLabel(members: readonly Pick<Placed, "name">[]): Label {
  const key = useMemo(() => members.map(({ name }) => name).join("\r"), [members]);
  return useMemo(() => {
    const label = labelIn(members.map(({ name }) => name));
    return (name) => shorten(label(name));
  }, [key]);
}
