/**
 * The way past all that stands between, for those who use the keyboard.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";

/** A link that is seen only while it has the focus; `to` is the id of what gets the focus then. */
export function SkipLink({ to, children }: {
  readonly to: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <a
      class="skip"
      href={`#${to}`}
      onClick={(event) => {
        // The address says what is looked at, and stays as it is.
        event.preventDefault();
        document.getElementById(to)?.focus();
      }}
    >
      {children}
    </a>
  );
}
