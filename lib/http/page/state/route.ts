/**
 * What the address of the page says: `#/node/n3`, `#/time/2026-11-27T18:51:29.277Z`, or both.
 *
 * @module
 */

/** What is looked at. */
export interface Route {
  /** The member whose explanation is open: its full name, or the part in front of the `@`. */
  readonly node?: string | undefined;
  /** The moment that is shown, in milliseconds since 1970; now if left out. */
  readonly at?: number | undefined;
}

/** What `hash` says; what cannot be read is left out. */
export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, "").split("/");
  const route: { node?: string; at?: number } = {};
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const value = decoded(parts[index + 1] ?? "");
    if (parts[index] === "node" && value !== "") route.node = value;
    const at = new Date(value).getTime();
    if (parts[index] === "time" && !Number.isNaN(at)) route.at = at;
  }
  return route;
}

/** `route` as the address says it. */
export function formatRoute({ node, at }: Route): string {
  const time = at === undefined ? "" : `/time/${new Date(at).toISOString()}`;
  const name = node === undefined ? "" : `/node/${encodeURIComponent(node).replace("%40", "@")}`;
  return `#${time}${name}` === "#" ? "#/" : `#${time}${name}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
