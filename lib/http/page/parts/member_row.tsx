/**
 * A member, as a row of the table.
 *
 * @module
 */
import { computed } from "@preact/signals";
import { Component } from "preact";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatRoundTrip } from "../../../core/base/duration.ts";
import { countsAsAlive } from "../../../core/members/member.ts";
import { withLabels } from "../../../report/words/member_label.ts";
import { isWell } from "../../../report/words/member_order.ts";
import { lookOf } from "../status.ts";
import type { Page } from "../state/page.ts";
import type { Member } from "../state/reports.ts";
import { formatRoute } from "../state/route.ts";
import { lastingReason, tableDuration } from "../words/words.ts";
import { StatusMark } from "./status_mark.tsx";

/** What a row is made of. */
interface RowProps {
  readonly page: Page;
  readonly member: Member;
  readonly label: string;
  readonly isSelected: boolean;
  /** The one row of the table that the tab key reaches. */
  readonly isReached: boolean;
  /** The names of the columns that are shown, with commas between them. */
  readonly columns: string;
}

/** The row. Where there are hundreds, only those are drawn again that have changed. */
export class MemberRow extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return (["member", "label", "isSelected", "isReached", "columns"] as const)
      .some((key) => next[key] !== this.props[key]);
  }

  override render({ page, member, label, isSelected, isReached, columns }: RowProps): JSX.Element {
    const { name, self, status, addresses } = member;
    const [, host = ""] = name.split(label);
    const link = formatRoute({ node: label, at: page.route.peek().at });
    return (
      <tr class={`look-${lookOf(member)}`} aria-current={isSelected ? "true" : undefined}>
        <th scope="row">
          <StatusMark look={lookOf(member)} />
          <a href={link} tabIndex={isReached ? 0 : -1} onClick={follow(page, name)}>{label}</a>
          <span class="faint">{host}</span>
          {self && <span class="chip">this node</span>}
        </th>
        <Status page={page} member={member} />
        <td class="number">
          <Duration page={page} since={member.since} />
        </td>
        <td class={countsAsAlive(status) ? "number" : "number faint"}>
          <RoundTrip page={page} member={member} />
        </td>
        {columns.includes("Service") && <Service member={member} />}
        {columns.includes("Tags") && <Tags page={page} member={member} />}
        <td class="wider faint">{addresses[0] ?? "–"}</td>
      </tr>
    );
  }
}

function follow(page: Page, name: string): (event: MouseEvent) => void {
  return (event) => {
    // Another tab was asked for.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    page.select(name);
  };
}

interface CellProps {
  readonly page: Page;
  readonly member: Member;
}

/** What it is, and why, if there is anything to say against it. */
function Status({ page, member }: CellProps): JSX.Element {
  const { members, label } = page.store;
  const { status, linkWorks, flapping, reason } = member;
  return (
    <td class="status">
      {status === "alive" && !linkWorks ? "alive, not reached" : status}
      {flapping && <span class="chip chip-doubtful">flapping</span>}
      {!isWell(member) && (
        <span class="reason">
          {withLabels(lastingReason(reason), members.peek(), label.peek())}
        </span>
      )}
    </td>
  );
}

/** Each tag is a button that shows only the members that have it. */
function Tags({ page, member }: CellProps): JSX.Element {
  return (
    <td class="wide tags">
      {member.tags.map((tag) => (
        <button
          key={tag}
          type="button"
          class="tag"
          tabIndex={-1}
          title={`Only members with ${tag}`}
          onClick={() => page.filter.value = tag}
        >
          {tag}
        </button>
      ))}
    </td>
  );
}

/** How long it has been so; it goes on without the row being drawn again. */
function Duration({ page, since }: { readonly page: Page; readonly since: number }): JSX.Element {
  const text = useMemo(() =>
    computed(() => {
      const { value: at = page.store.wallTime.value } = page.at;
      return tableDuration(at - since);
    }), [since]);
  return <>{text}</>;
}

/** The last one; links are told more often than members. */
function RoundTrip({ page, member }: CellProps): JSX.Element {
  const text = useMemo(() =>
    computed(() => {
      const us = page.store.roundTrips.value.get(member.name) ?? member.roundTripUs;
      return us === undefined ? "–" : formatRoundTrip(us);
    }), [member]);
  return <>{text}</>;
}

/** State and port; of a member that is not seen alive its last word. */
function Service({ member }: Pick<CellProps, "member">): JSX.Element {
  const { serviceState, servicePort, serviceReason, status } = member;
  if (serviceState === undefined) return <td class="wide faint">–</td>;
  const words = servicePort === undefined ? serviceState : `${serviceState} :${servicePort}`;
  const isOld = !countsAsAlive(status);
  return (
    <td class={`wide service service-${isOld ? "old" : serviceState}`} title={serviceReason}>
      {isOld ? `was ${words}` : words}
    </td>
  );
}
