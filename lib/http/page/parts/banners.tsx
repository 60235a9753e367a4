/**
 * What has to be known before anything else is believed: that the connection is lost, that the node
 * is cut off, that it is not now what is shown.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { durationWords } from "../words/words.ts";
import type { Page } from "../state/page.ts";
import { timeText } from "../words/time_text.ts";

/** The banners that apply. */
export function Banners({ page }: { readonly page: Page }): JSX.Element {
  const { node, label } = page.store;
  return (
    <>
      <Lost page={page} />
      {node.value?.isolated === true && (
        <Banner kind="bad" title={`${label.value(node.value.asked)} may be isolated`}>
          It reaches few or none of the others, so what it tells of them may be old. Open this page
          on another node.
        </Banner>
      )}
      <Past page={page} />
    </>
  );
}

function Banner({ kind, title, children }: {
  readonly kind: "bad" | "past";
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`banner banner-${kind}`} role={kind === "past" ? undefined : "alert"}>
      <strong>{title}</strong>
      <div class="banner-text">{children}</div>
    </div>
  );
}

function Lost({ page }: { readonly page: Page }): JSX.Element | null {
  const { connection, now, members } = page.store;
  const { value: lost } = connection;
  if (lost.kind !== "lost") return null;
  const inMs = lost.retryAt - now.value;
  return (
    <Banner kind="bad" title="Connection lost">
      {lost.reason}. {members.value.size > 0 && (
        <span aria-hidden="true">
          What is shown is {durationWords(now.value - lost.at)} old.{" "}
        </span>
      )}
      <span aria-hidden="true">
        {inMs > 500 ? `Trying again in ${durationWords(inMs + 500)}.` : "Trying again."}
      </span>{" "}
      <button type="button" class="text-button" onClick={() => page.reconnect()}>
        Try now
      </button>
    </Banner>
  );
}

function Past({ page }: { readonly page: Page }): JSX.Element | null {
  const { value: at } = page.at;
  if (at === undefined) return null;
  return (
    <Banner kind="past" title={`This is how it was at ${timeText(at)}`}>
      <button type="button" class="text-button" onClick={() => page.showAt(undefined)}>
        Back to now
      </button>
    </Banner>
  );
}
