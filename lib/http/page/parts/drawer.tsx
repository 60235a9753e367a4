/**
 * Why a member is seen as it is: a drawer beside the page.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { withLabels } from "../../../report/words/member_label.ts";
import { lookOf } from "../status.ts";
import type { Member } from "../state/reports.ts";
import { capital, stateWords } from "../words/words.ts";
import type { Page } from "../state/page.ts";
import { Details } from "./details.tsx";
import { StatusMark } from "./status_mark.tsx";
import { Verdict } from "./verdict.tsx";

/** On a narrow screen the drawer covers the page, and then nothing behind it can be reached. */
const coversPage = "(max-width: 767px)";

/** The drawer, if a member is looked at. */
export function Drawer({ page }: { readonly page: Page }): JSX.Element | null {
  const { value: name } = page.selected;
  return name === undefined ? null : <Opened page={page} name={name} />;
}

function Opened({ page, name }: { readonly page: Page; readonly name: string }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useFocus(dialog, page);
  const member = page.shown.value.find((one) => one.name === name);
  const label = page.store.label.value(name);
  return (
    <dialog ref={dialog} class="drawer" aria-labelledby="drawer-title" onCancel={keepFor(page)}>
      <div class="drawer-head">
        <h2 id="drawer-title" tabIndex={-1}>
          {member !== undefined && <StatusMark look={lookOf(member)} />}
          {label}
        </h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={page.deselect}>
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path d="M5 5l10 10M15 5L5 15" class="outlined" />
          </svg>
        </button>
      </div>
      {page.at.value === undefined
        ? <Verdict key={name} page={page} name={name} />
        : member !== undefined && <Then page={page} member={member} />}
      {member === undefined
        ? <p class="nothing">No member of that name is known{page.at.value ? " of then" : ""}.</p>
        : <Details page={page} member={member} />}
    </dialog>
  );
}

/** How it was at the moment that is shown: reasons in full are known for now only. */
function Then({ page, member }: {
  readonly page: Page;
  readonly member: Member;
}): JSX.Element {
  const { members, label, node } = page.store;
  const words = stateWords(member, label.value(node.value?.asked ?? "")).replace(/^is /, "");
  const reason = withLabels(member.reason, members.value, label.value);
  return <p class="verdict">{capital(words)} then{reason === "" ? "" : `: ${reason}`}</p>;
}

/** Escape closes it, through the address of the page, as everything does. */
function keepFor(page: Page): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    page.deselect();
  };
}

/** The focus goes into the drawer, and back to where it came from. */
function useFocus(dialog: { readonly current: HTMLDialogElement | null }, page: Page): void {
  useEffect(() => {
    const { current: element } = dialog;
    const before = document.activeElement;
    if (matchMedia(coversPage).matches) element?.showModal();
    else element?.show();
    element?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) page.deselect();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
      const hasFocus = element?.contains(document.activeElement) ||
        document.activeElement === document.body;
      if (hasFocus && before instanceof HTMLElement && before.isConnected) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
}
