/**
 * What happened, and the way back to it.
 *
 * @module
 */
import type { JSX } from "preact";
import { Timeline } from "../draw/timeline.tsx";
import { ranges } from "../state/page.ts";
import type { Page } from "../state/page.ts";

/** The timeline, and how far it reaches. */
export function Past({ page }: { readonly page: Page }): JSX.Element {
  const { store, rangeMs } = page;
  const { value: to } = page.rangeEnd;
  return (
    <section class="card" aria-labelledby="timeline-title">
      <div class="section-head">
        <h2 id="timeline-title">Timeline</h2>
        <div class="segments" role="group" aria-label="How far back">
          {ranges.map((range) => (
            <button
              key={range}
              type="button"
              aria-pressed={rangeMs.value === range}
              onClick={() => page.chosenRangeMs.value = range}
            >
              {rangeWords(range)}
            </button>
          ))}
        </div>
      </div>
      <Timeline
        members={store.list.value}
        entries={store.happenings.value}
        range={{ from: to - rangeMs.value, to }}
        at={page.at.value}
        selected={page.selected.value}
        onBrush={page.showAt}
        onSelect={page.select}
        theme={page.theme.current.value}
      />
    </section>
  );
}

function rangeWords(rangeMs: number): string {
  const minutes = rangeMs / 60_000;
  return minutes < 60 ? `${minutes} min` : `${minutes / 60} h`;
}
