/**
 * Chooses among the members.
 *
 * @module
 */
import type { JSX } from "preact";
import { memberStatuses } from "../../../core/members/member.ts";
import type { Page } from "../state/page.ts";
import { StatusMark } from "./status_mark.tsx";

/** A field for words, and a button for each status that there is. */
export function MemberFilter({ page, shownCount }: {
  readonly page: Page;
  readonly shownCount: number;
}): JSX.Element {
  const { value: members } = page.shown;
  const { value: query } = page.filter;
  const counts = Map.groupBy(members, ({ status }) => status);
  const present = memberStatuses.filter((status) => counts.has(status));
  return (
    <search class="filter">
      {present.length > 1 && (
        <div class="statuses" role="group" aria-label="Only members with the status">
          {present.map((status) => (
            <button
              key={status}
              type="button"
              class="status-button"
              aria-pressed={query === status}
              onClick={() => page.filter.value = query === status ? "" : status}
            >
              <StatusMark look={status} />
              {status} <span class="count">{counts.get(status)?.length}</span>
            </button>
          ))}
        </div>
      )}
      <input
        type="search"
        aria-label="Filter members by name, status, tag or address"
        placeholder="Filter: name, status, zone=eu-1 …"
        value={query}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => page.filter.value = currentTarget.value}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || query === "") return;
          event.stopPropagation();
          page.filter.value = "";
        }}
      />
      <p class="unseen" role="status">
        {query === "" ? "" : `${shownCount} of ${members.length} members`}
      </p>
      {query !== "" && (
        <span class="faint" aria-hidden="true">{shownCount} of {members.length}</span>
      )}
    </search>
  );
}
