/**
 * Dark or light: as the system has it, until somebody chooses.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import type { Signal } from "@preact/signals";

/** What the style knows. */
export type ThemeName = "light" | "dark";

const key = "clusternode-theme";

/** The theme, kept in this browser where that is allowed. */
export class Theme {
  readonly current: Signal<ThemeName>;
  readonly #system = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    this.current = signal(kept() ?? this.#ofSystem());
    this.#system.addEventListener("change", () => {
      this.current.value = kept() ?? this.#ofSystem();
    });
    effect(() => {
      document.documentElement.dataset.theme = this.current.value;
    });
  }

  /** The other one. What the system has as well need not be kept. */
  toggle(): void {
    const chosen = this.current.value === "dark" ? "light" : "dark";
    keep(chosen === this.#ofSystem() ? undefined : chosen);
    this.current.value = chosen;
  }

  #ofSystem(): ThemeName {
    return this.#system.matches ? "dark" : "light";
  }
}

function kept(): ThemeName | undefined {
  try {
    const name = localStorage.getItem(key);
    return name === "light" || name === "dark" ? name : undefined;
  } catch {
    return undefined;
  }
}

function keep(name: ThemeName | undefined): void {
  try {
    if (name === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, name);
  } catch {
    // Then it holds until the page is closed.
  }
}
