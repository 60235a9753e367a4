/**
 * What the page is about: which cluster, seen by whom; and how it looks.
 *
 * @module
 */
import type { JSX } from "preact";
import type { Page } from "../state/page.ts";

/** The head of the page. */
export function Header({ page }: { readonly page: Page }): JSX.Element {
  const { store, theme } = page;
  const { value: node } = store.node;
  const isDark = theme.current.value === "dark";
  return (
    <header class="top">
      <p class="brand">
        <Brand />
        <span class="brand-name">clusternode</span>
      </p>
      {node !== undefined && (
        <p class="where">
          <strong title="name of the cluster">{node.cluster}</strong>
          <span class="faint">seen by {store.label.value(node.asked)}</span>
          {node.simulated && <span class="chip">simulated</span>}
        </p>
      )}
      <Pulse page={page} />
      <button
        type="button"
        class="icon-button"
        aria-label={isDark ? "Light theme" : "Dark theme"}
        title={isDark ? "Light theme" : "Dark theme"}
        onClick={() => theme.toggle()}
      >
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path d="M10 2.5a7.5 7.5 0 1 0 0 15z" class="filled" />
          <circle cx="10" cy="10" r="7.5" class="outlined" />
        </svg>
      </button>
    </header>
  );
}

function Brand(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" class="brand-mark">
      <path d="M12 4L19 9.2L16.4 17.6H7.6L5 9.2Z" class="outlined" />
      {[[12, 4], [19, 9.2], [16.4, 17.6], [7.6, 17.6], [5, 9.2]].map(([x, y]) => (
        <circle key={`${x}`} cx={x} cy={y} r="2.6" class="filled" />
      ))}
    </svg>
  );
}

/** Whether what is shown is of now. */
function Pulse({ page }: { readonly page: Page }): JSX.Element {
  const { kind } = page.store.connection.value;
  const words = { connecting: "connecting", open: "live", lost: "not connected" }[kind];
  return (
    <p class={`pulse pulse-${kind}`}>
      <span class="pulse-dot" />
      {words}
    </p>
  );
}
