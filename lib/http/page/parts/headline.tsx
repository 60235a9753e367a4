/**
 * The sentence, as it is seen and as it is heard.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Tone } from "../words/sentence.ts";
import type { Page } from "../state/page.ts";

/** What has changed is said this late, so that what goes with it is said with it, in milliseconds. */
const calmMs = 1200;

/** How the cluster is. */
export function Headline({ page }: { readonly page: Page }): JSX.Element {
  const { head, details, tone } = page.shownSentence.value;
  return (
    <section class={`headline headline-${tone}`} aria-labelledby="sentence">
      <h1 id="sentence">
        <span class="head">
          <ToneMark tone={tone} />
          {head}
        </span>
        {details.map((detail) => <span key={detail} class="detail">{` ${detail}`}</span>)}
      </h1>
      <Spoken page={page} />
    </section>
  );
}

/** The shape of each tone, for those to whom colours say little. */
const marks: Readonly<Record<Tone, string>> = {
  well: "M7 12.5l3.5 3.5L17 9",
  doubtful: "M12 7v6M12 16.8v.2",
  bad: "M8 8l8 8M16 8l-8 8",
  waiting: "M7.5 12h.1M12 12h.1M16.5 12h.1",
};

function ToneMark({ tone }: { readonly tone: Tone }): JSX.Element {
  return (
    <svg class="tone" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="11" />
      <path d={marks[tone]} />
    </svg>
  );
}

/** Says the sentence to those who do not see it, when it has become another one. */
function Spoken({ page }: { readonly page: Page }): JSX.Element {
  const { gist } = page.shownSentence.value;
  const [text, setText] = useState("");
  const isFirst = useRef(true);
  useEffect(() =>
    page.clock.after(calmMs, () => {
      const { head, details } = page.shownSentence.peek();
      // The first one is read as the heading of the page.
      if (!isFirst.current) setText([head, ...details].join(" "));
      isFirst.current = false;
    }), [gist]);
  return <p class="unseen" role="status">{text}</p>;
}
