/**
 * All members as a table: what is drawn elsewhere, in words.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { compareNames } from "../../../core/members/status_line.ts";
import { sortMembers } from "../../../report/words/member_order.ts";
import type { SortKey } from "../../../report/words/member_order.ts";
import type { Page } from "../state/page.ts";
import type { Member } from "../state/reports.ts";
import { matches } from "../words/member_search.ts";
import { MemberFilter } from "./member_filter.tsx";
import { MemberRow } from "./member_row.tsx";

/** In which order they stand. */
interface Order {
  readonly key: SortKey;
  readonly isReversed: boolean;
}

const columns: readonly (readonly [text: string, key: SortKey | undefined, className: string])[] = [
  ["Name", "name", ""],
  ["Status", "status", ""],
  ["For", "for", "number"],
  ["Round trip", "round-trip", "number"],
  ["Service", undefined, "wide"],
  ["Tags", undefined, "wide"],
  ["Address", undefined, "wider"],
];

/** From so many rows on their columns are as wide as is agreed on, not as what is in them. */
const manyRows = 100;

/** Columns with nothing in them are left out. */
function shownColumns(members: readonly Member[]): typeof columns {
  const isEmpty: Readonly<Record<string, boolean>> = {
    Service: members.every(({ serviceState }) => serviceState === undefined),
    Tags: members.every(({ tags }) => tags.length === 0),
  };
  return columns.filter(([text]) => isEmpty[text] !== true);
}

/** The members, and what chooses among them. */
export function MemberTable({ page }: { readonly page: Page }): JSX.Element {
  const order = useSignal<Order>({ key: "status", isReversed: false });
  const reached = useSignal<string | undefined>(undefined);
  const { value: query } = page.filter;
  const { value: all } = page.shown;
  const rows = sorted(all.filter((member) => matches(member, query)), order.value);
  const stop = rows.some(({ name }) => name === reached.value) ? reached.value : rows[0]?.name;
  const { value: label } = page.store.label;
  const { value: selected } = page.selected;
  const shown = shownColumns(all);
  const names = shown.map(([text]) => text).join();
  return (
    <section class="members" aria-labelledby="members-title">
      <div class="section-head">
        <h2 id="members-title" tabIndex={-1}>Members</h2>
        <MemberFilter page={page} shownCount={rows.length} />
      </div>
      <table class={rows.length >= manyRows ? "many" : undefined}>
        <thead>
          <tr>
            {shown.map(([text, key, className]) => (
              <Heading
                key={text}
                {...{ text, sortKey: key, className, order: order.value }}
                onOrder={(next) => order.value = next}
              />
            ))}
          </tr>
        </thead>
        <tbody
          onKeyDown={moveFocus}
          onFocusIn={(event) => reached.value = nameAt(event.target, rows) ?? reached.value}
        >
          {rows.map((member) => (
            <MemberRow
              key={member.name}
              page={page}
              member={member}
              label={label(member.name)}
              isSelected={member.name === selected}
              isReached={member.name === stop}
              columns={names}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && all.length > 0 && (
        <p class="nothing">
          No member matches.{" "}
          <button type="button" class="text-button" onClick={() => page.filter.value = ""}>
            Show all
          </button>
        </p>
      )}
    </section>
  );
}

function sorted(members: readonly Member[], { key, isReversed }: Order): Member[] {
  const rows = key === "for"
    ? [...members].sort((one, other) =>
      other.since - one.since || compareNames(one.name, other.name)
    )
    : sortMembers(members, key);
  return isReversed ? rows.reverse() : rows;
}

function Heading({ text, sortKey, className, order, onOrder }: {
  readonly text: string;
  readonly sortKey: SortKey | undefined;
  readonly className: string;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}): JSX.Element {
  if (sortKey === undefined) return <th scope="col" class={className}>{text}</th>;
  const isSorted = order.key === sortKey;
  const direction = order.isReversed ? "descending" : "ascending";
  return (
    <th scope="col" class={className} aria-sort={isSorted ? direction : undefined}>
      <button
        type="button"
        onClick={() => onOrder({ key: sortKey, isReversed: isSorted && !order.isReversed })}
      >
        {text}
        <svg class="arrow" viewBox="0 0 8 8" width="8" height="8" aria-hidden="true">
          <path d="M4 1.5L7.5 6.5H.5z" />
        </svg>
      </button>
    </th>
  );
}

/** The name in whose row an element stands. */
function nameAt(target: EventTarget | null, rows: readonly Member[]): string | undefined {
  const row = target instanceof Element ? target.closest("tr") : null;
  return row === null ? undefined : rows[row.sectionRowIndex]?.name;
}

/** The arrows go from row to row, and within a row from its name to its tags. */
function moveFocus(event: TargetedKeyboardEvent<HTMLTableSectionElement>): void {
  const { activeElement: focused } = document;
  const row = focused?.closest("tr");
  if (!row || !focused) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("th a")];
  const within = [...row.querySelectorAll<HTMLElement>("a, button")];
  const [index, place] = [row.sectionRowIndex, within.indexOf(focused as HTMLElement)];
  const targets: Readonly<Record<string, HTMLElement | undefined>> = {
    ArrowDown: links[index + 1],
    ArrowUp: links[index - 1],
    ArrowRight: within[place + 1],
    ArrowLeft: within[place - 1],
    Home: links[0],
    End: links.at(-1),
    PageDown: links[Math.min(links.length - 1, index + 10)],
    PageUp: links[Math.max(0, index - 10)],
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}
