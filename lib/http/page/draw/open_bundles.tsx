/**
 * The bundles that are open, each with a button that closes it again.
 *
 * @module
 */
import type { JSX } from "preact";
import { openedBundles, toggleBundle } from "./opened.ts";

/** A row of buttons; nothing if no bundle is open. */
export function OpenBundles(): JSX.Element | null {
  const keys = [...openedBundles.value];
  if (keys.length === 0) return null;
  return (
    <p class="open-bundles">
      {keys.map((key) => (
        <button
          key={key}
          type="button"
          class="button"
          onClick={() => toggleBundle(key)}
        >
          {`Close ${bundleWords(key)}`}
        </button>
      ))}
    </p>
  );
}

/** What a bundle is called of which only the key is known. */
function bundleWords(key: string): string {
  const [zone = "", ...parts] = key.split("\n");
  const name = zone.replace(/^zone $/, "no zone").replace(/^zone /, "");
  return [name === "all" ? "" : name, ...parts.map((part) => `part ${Number(part) + 1}`)].filter((
    word,
  ) => word !== "").join(", ");
}
