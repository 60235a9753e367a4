/**
 * What a member tells of itself, and what happened to it of late.
 *
 * @module
 */
import type { JSX } from "preact";
import { describeChange } from "../../../core/members/change.ts";
import { changeKinds } from "../../../core/members/change.ts";
import type { Change, ChangeKind } from "../../../core/members/change.ts";
import { withLabels } from "../../../report/words/member_label.ts";
import type { Page } from "../state/page.ts";
import type { Happening, Member } from "../state/reports.ts";
import { clockText, timeText } from "../words/time_text.ts";

const happeningsMax = 12;

/** The details of a member. */
export function Details({ page, member }: {
  readonly page: Page;
  readonly member: Member;
}): JSX.Element {
  const { name, addresses, tags, software, startedAt, instance } = member;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["Full name", [name]],
    ["Answers at", addresses],
    ["Tags", tags],
    ["Software", software === "" ? [] : [software]],
    ["Started", startedAt === undefined ? [] : [timeText(Date.parse(startedAt))]],
    ["Instance", instance === undefined ? [] : [instance]],
  ];
  return (
    <>
      <Recent page={page} name={name} />
      <h3>About it</h3>
      <dl class="facts">
        {rows.filter(([, lines]) => lines.length > 0).map(([what, lines]) => (
          <div key={what}>
            <dt>{what}</dt>
            {lines.map((line) => <dd key={line}>{line}</dd>)}
          </div>
        ))}
      </dl>
    </>
  );
}

function Recent(
  { page, name }: { readonly page: Page; readonly name: string },
): JSX.Element | null {
  const { happenings, members, label } = page.store;
  const recent = happenings.value.filter((one) => one.name === name).slice(-happeningsMax)
    .reverse();
  if (recent.length === 0) return null;
  return (
    <>
      <h3>What happened</h3>
      <ol class="happenings">
        {recent.map((one) => (
          <li key={`${one.time} ${one.event}`}>
            <button
              type="button"
              class="text-button"
              title={`Show the cluster as it was at ${timeText(Date.parse(one.time))}`}
              onClick={() => page.showAt(Date.parse(one.time))}
            >
              {clockText(Date.parse(one.time))}
            </button>
            <span>{withLabels(happeningWords(one), members.value, label.value)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function happeningWords({ event, name, status, serviceState, reason }: Happening): string {
  const isChange = (changeKinds as readonly string[]).includes(event);
  if (!isChange) return reason === "" ? event : `${event}: ${reason}`;
  const kind = event as ChangeKind;
  return describeChange({
    kind,
    name: name as Change["name"],
    status,
    service: serviceState,
    reason,
  });
}
