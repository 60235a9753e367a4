/**
 * Copies text.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Clock } from "../../../clock.ts";

const shownMs = 2500;

/** A button that copies what `text` gives, and says whether that worked. */
export function CopyButton({ text, clock }: {
  readonly text: () => string;
  readonly clock: Clock;
}): JSX.Element {
  const said = useSignal("");
  const onClick = async (): Promise<void> => {
    said.value = await copy(text()) ? "Copied" : "This browser does not let pages copy";
    clock.after(shownMs, () => said.value = "");
  };
  return (
    <p class="copy">
      <button type="button" class="button" onClick={onClick}>Copy as text</button>
      <span role="status" class="faint">{said}</span>
    </p>
  );
}

/** Browsers let only pages of this machine, or over TLS, use the clipboard; the old way works for all. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    const { activeElement } = document;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    if (activeElement instanceof HTMLElement) activeElement.focus({ preventScroll: true });
    return isCopied;
  }
}
